"""What docs/operate.md and docs/run-in-production.md say to type, typed to the letter on fresh hosts.

Staging and production are folders behind SSH on this machine, MLflow and the registry of images are servers on it; its
ports and names are all that is replaced. From nothing to production, and through what comes after it.
"""

import os
import re
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from baking import COMBINATIONS, BakedProject, run
from conftest import Bake
from documents import Manual, Shell
from images import DOCKER, ask, compose, docker, free_port, stand_ins, take_what_is_here
from servers import NEEDS_HOST, image_registry, mlflow_server, ssh_host

DOCUMENTS = ("operate.md", "run-in-production.md")
ELSEWHERE = {
    "Operate it": "test_workflows_deploy.py",  # buttons of GitHub
    "Who may read secrets, and reach what serves": "plugin/release/test_github_settings.py",
    "Protect main": "test_workflows_policy.py",
    "Infrastructure on AWS": "test_infrastructure.py",
    "Watching": "plugin/serving/test_watching.py",
}
"""Sections whose commands need GitHub, a cloud or a program that is not here, and what tries them as far as can be."""
SLUG = "moon-flights"
PRODUCTION, STAGING = "host.example.org", "staging.example.org"
SERVICE = "service.example.org"


@dataclass
class Host:
    """A machine with Docker that is reached by SSH.

    Attributes:
        home: Where one is who logs in.
        env: Of its shells: the ports that are free here, and images in place of those that cannot be pulled.
    """

    home: Path
    env: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, home: Path, commands: Path) -> "Host":
        """With nothing on it."""
        home.mkdir()
        ports = {name: free_port() for name in ("SERVE_PORT", "CANARY_PORT", "POSTGRES_PORT", "MLFLOW_PORT")}
        name = {"COMPOSE_PROJECT_NAME": f"{home.name}-{ports['SERVE_PORT']}", "TLS_LISTEN": f"127.0.0.1:{free_port()}"}
        path = {"HOME": str(home), "PATH": f"{commands}:/usr/local/bin:/usr/bin:/bin"}
        return cls(home, ports | name | path | stand_ins())

    @property
    def folder(self) -> Path:
        """Where it is deployed to."""
        return self.home / SLUG

    def type(self, command: str) -> str:
        """Types a command on the host, in that folder."""
        return run("sh", "-c", command, cwd=self.folder, env=self.env).stdout

    def url(self, path: str) -> str:
        """An address of the service, from the host itself."""
        return f"http://127.0.0.1:{self.env['SERVE_PORT']}{path}"

    def version(self) -> str:
        """Of the model that answers."""
        return str(ask(self.url("/ready"))[1]["version"])

    def sql(self, statement: str) -> list[str]:
        """What the database of the predictions answers to its administrator."""
        psql = "psql --host /run/postgresql --username postgres --dbname predictions --no-align --tuples-only"
        return self.type(f'docker compose exec -T postgres {psql} --command "{statement}"').split()

    def remove(self) -> None:
        """Stops everything, and removes what was stored."""
        if (self.folder / "compose.yaml").exists():
            down = (*compose(), "down", "--volumes", "--remove-orphans")
            run(*down, cwd=self.folder, check=False, env=self.env | {"COMPOSE_PROFILES": "canary,tls,database"})


SSH = """#!/bin/sh
echo $$ >>{home}/pids
exec {program} -F {home}/ssh_config "$@"
"""
COMPOSE = """#!/bin/sh
[ "$1" != compose ] || {{ shift; exec {compose} "$@"; }}
exec {docker} "$@"
"""


@dataclass
class Place:
    """All that somebody has who follows the documents.

    Attributes:
        project: Just baked and set up.
        shell: In its folder.
        manual: What is typed there.
        production: A host.
        staging: Another one.
        collector: What takes telemetry.
        key: Of the service.
        example: A row that it is asked about.
    """

    project: BakedProject
    shell: Shell
    manual: Manual
    production: Host
    staging: Host
    collector: "Collector"
    key: str = ""
    example: dict[str, Any] = field(default_factory=dict)

    def predict(self, key: str | None = None) -> tuple[int, Any]:
        """Asks production for a prediction of the row that the documentation of the service shows; 0 if it is away."""
        with suppress(OSError):
            if not self.example:
                kinds = ask(self.production.url("/openapi.json"))[1]["components"]["schemas"].values()
                self.example = next(kind["example"] for kind in kinds if "example" in kind and "required" in kind)
            body, bearer = {"dataframe_records": [self.example]}, f"Bearer {key or self.key}"
            return ask(self.production.url("/invocations"), body, Authorization=bearer)
        return 0, None


class Collector(ThreadingHTTPServer):
    """Keeps what is sent to it by OpenTelemetry's protocol, where containers reach it."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listens on the address that this machine has in the network of containers."""
        gateway = "--format={{(index .IPAM.Config 0).Gateway}}"
        super().__init__((docker("network", "inspect", "bridge", gateway).stdout.strip(), 0), Receiver)
        self.url = "http://{}:{}".format(*self.server_address)
        self.bodies: list[tuple[str, bytes]] = []


class Receiver(BaseHTTPRequestHandler):
    """Answers that all was taken."""

    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def collecting() -> Iterator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            collector.shutdown()
            thread.join()


@pytest.fixture
def place(bake: Bake, tmp_path: Path) -> Iterator[Place]:
    """A project, two hosts, and servers that a team has."""
    project = bake(**COMBINATIONS["laptop"], project_slug=SLUG).copy(tmp_path / "clone")
    take_what_is_here(project.path)
    project.set_up()
    commands = {folder: tmp_path / folder for folder in ("person", "machine")}
    for folder in commands.values():
        folder.mkdir()
    for name in ("ssh", "scp"):
        write_program(commands["person"] / name, SSH.format(home=tmp_path, program=shutil.which(name)))
    if compose() == ("docker-compose",):
        for folder in commands.values():
            write_program(folder / "docker", COMPOSE.format(compose=shutil.which("docker-compose"), docker=DOCKER))
    with ExitStack() as stack:
        hosts = {
            name: Host.at(tmp_path / name.partition(".")[0], commands["machine"]) for name in (PRODUCTION, STAGING)
        }
        for name, host in hosts.items():
            stack.callback(host.remove)
            reach(stack.enter_context(ssh_host(tmp_path / f"{host.home.name}-ssh", **host.env)), name, tmp_path)
        stack.callback(end_tunnels, tmp_path / "pids")
        collector = stack.enter_context(collecting())
        images = stack.enter_context(image_registry(tmp_path / "registry"))
        mlflow = stack.enter_context(mlflow_server(project, tmp_path / "mlflow"))
        path = os.pathsep.join([str(commands["person"]), str(project.path / ".venv/bin"), os.environ["PATH"]])
        settings = {"KEDRO_ENV": "ci", "CANARY_SECONDS": "2", "COLUMNS": "200", "DOCKER": DOCKER, "PATH": path}
        manual = Manual.read(*(project.path / "docs" / name for name in DOCUMENTS), without=ELSEWHERE)
        manual.replaced |= {"deploy@": "", "https://mlflow.example.org": mlflow, "registry.example.org/team": images}
        shell = Shell(project.path, settings)
        yield Place(project, shell, manual, hosts[PRODUCTION], hosts[STAGING], collector)


def write_program(file: Path, script: str) -> None:
    file.write_text(script, "utf-8")
    file.chmod(0o755)


def reach(server: Any, name: str, home: Path) -> None:
    """Lets `ssh` find a server under a name."""
    user, _, port = server.address.removeprefix("ssh://").replace("@", ":").split(":")
    known, key = home / f"{name}-known", home / f"{name}-key"
    known.write_text(f"{server.known}\n", "utf-8")
    key.touch(0o600)
    key.write_text(server.key, "utf-8")
    lines = [f"Host {name}", "HostName 127.0.0.1", f"Port {port}", f"User {user}", f"IdentityFile {key}",
             f"UserKnownHostsFile {known}", "IdentitiesOnly yes", ""]  # fmt: skip
    with (home / "ssh_config").open("a", encoding="utf-8") as config:
        config.write("\n".join(lines))


def end_tunnels(pids: Path) -> None:
    """Ends what was typed with `&`."""
    for pid in pids.read_text("utf-8").split() if pids.exists() else []:
        with suppress(OSError):
            if b"ssh_config" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(int(pid), signal.SIGTERM)


def await_true(condition: Callable[[], bool], told: Callable[[], object]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline, told()
        time.sleep(0.2)


def test_what_is_not_typed_is_tried_elsewhere(bake: Bake) -> None:
    docs = bake(**COMBINATIONS["laptop"]).path / "docs"
    headings = re.findall(r"^#+ (.*)", "".join((docs / name).read_text("utf-8") for name in DOCUMENTS), re.MULTILINE)
    assert [heading for heading in ELSEWHERE if heading not in headings] == []
    assert [file for file in ELSEWHERE.values() if not (Path(__file__).parent / file).is_file()] == []


@pytest.mark.slow
@NEEDS_HOST
def test_from_nothing_to_production_and_through_the_days_after_by_the_documents(place: Place) -> None:
    place.shell.type("make run")
    prepare_hosts(place)
    deploy(place)
    upgrade_the_store(place)
    try_a_challenger_in_shadow(place)
    rotate(place)
    back_up_and_restore(place)
    read_logs(place)
    assert not place.manual.lines
    assert place.project.run("git", "status", "--porcelain").stdout == "", "what is typed leaves a clean tree"


def prepare_hosts(place: Place) -> None:
    """The first day."""
    manual, shell, folder = place.manual, place.shell, place.production.folder
    shell.type(manual.next("export SERVING_KEYS_FILE"))
    place.key = shell.type(manual.next("kedro keys create deployment")).split()[-1]
    for begins in ("ssh", "scp"):
        shell.type(manual.next(begins))
        shell.type(manual.again(begins, {PRODUCTION: STAGING}))
    assert not [path for path in folder.rglob("*") if path.is_file() and path.name != "keys.json"]
    words = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={SERVICE}", "-days", "2")
    run("openssl", *words, "-keyout", "privkey.pem", "-out", "fullchain.pem", cwd=folder)
    place.production.type(manual.next("printf"))
    place.production.type(manual.next("cat fullchain.pem"))
    shell.type(manual.next("kedro model copy challenger"))


def deploy(place: Place) -> None:
    """Two versions, and back."""
    manual, shell, production = place.manual, place.shell, place.production
    shell.type(manual.next("export MLFLOW_TRACKING_URI", **{"SERVING_KEY=…": f"SERVING_KEY={place.key}"}))
    shell.type(manual.next("make deploy TO=staging"))
    shell.type(manual.next("make deploy TO=production VERSION=challenger"))
    assert (place.staging.version(), production.version()) == ("1", "1")
    assert (production.folder / "secrets").stat().st_mode & 0o077 == 0
    assert place.predict()[0] == 200
    curl = ("curl", "--silent", "--insecure", "--fail", "--resolve")
    port = production.env["TLS_LISTEN"].rpartition(":")[2]
    run(*curl, f"{SERVICE}:{port}:127.0.0.1", f"https://{SERVICE}:{port}/ready", cwd=production.folder)

    shell.type("make run ARGS=--params=training.seed=7")
    shell.type(manual.again("make deploy TO=production VERSION=challenger"))
    assert production.version() == "2"
    shell.type(manual.next("make deploy TO=production VERSION=rollback"))
    assert production.version() == "1"
    assert shell.type(manual.inline("kedro model history")).count("production") == 3

    here = free_port()
    ports = {"-L 5432:127.0.0.1:5432": f"-L {here}:127.0.0.1:{production.env['POSTGRES_PORT']}"}
    shell.type(manual.next("ssh -N -L", **ports))
    manual.replaced["127.0.0.1:5432"] = f"127.0.0.1:{here}"
    shell.type(manual.next("export PREDICTION_STORE_URL"))
    await_true(lambda: is_open(here), lambda: "no tunnel")
    trace_a_prediction(place)


def trace_a_prediction(place: Place) -> None:
    """A prediction leads to the image that made it."""
    prediction = place.predict()[1]["prediction_ids"][0]
    settings = (place.production.folder / ".env").read_text("utf-8")
    *_, digest = re.findall(r"^SERVE_IMAGE=.*@(.*)$", settings, re.MULTILINE)
    trace = place.manual.inline("kedro model trace").replace("PREDICTION_ID", prediction)
    assert digest in re.sub(r"\s", "", place.shell.type(trace))


def is_open(port: str) -> bool:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", int(port)), timeout=5).close()
        return True
    return False


def upgrade_the_store(place: Place) -> None:
    """The store of a version before; the service writes on to it."""
    host = place.production
    before = host.sql("select prediction_id from predictions")
    host.sql(
        "drop table shadow_predictions; alter table predictions drop column interval; "
        "update prediction_store_revision set version_num = '1_2'"
    )
    assert "has revision 1_4" in place.shell.type(place.manual.inline("kedro predictions upgrade"))
    assert place.predict()[0] == 200
    assert host.sql("select count(*) from shadow_predictions") == ["0"]
    assert set(before) < set(host.sql("select prediction_id from predictions"))


def try_a_challenger_in_shadow(place: Place) -> None:
    """Version 2 answers a copy of the requests; traces of them go to a collector."""
    manual, host = place.manual, place.production
    place.shell.type(manual.next("kedro model bundle challenger", **{"bundle challenger": "bundle 2"}))
    place.shell.type(manual.next("scp -r build/challenger"))
    (endpoint,) = re.findall(r"`(OTEL_EXPORTER_OTLP_ENDPOINT)` names a collector", manual.text)
    with (host.folder / ".env").open("a", encoding="utf-8") as settings:
        settings.write(f"{endpoint}={place.collector.url}\n")
    place.shell.type(manual.next("ssh"))
    await_true(lambda: place.predict()[0] == 200, lambda: host.type("docker compose logs --tail=50 serve"))
    rows = "select count(*) from shadow_predictions where version = '2'"
    await_true(lambda: host.sql(rows) != ["0"] or not place.predict(), lambda: host.sql(rows))
    assert place.predict()[1]["model"]["version"] == "1"
    bodies = place.collector.bodies
    kinds = {f"/v1/{kind}" for kind in ("traces", "logs")}
    await_true(lambda: {path for path, _ in bodies} >= kinds, lambda: [path for path, _ in bodies])
    request = host.type("docker compose logs --no-log-prefix --tail=200 serve").rpartition('"request_id": "')[2][:32]
    trace = bytes.fromhex(request)
    await_true(lambda: any(trace in body for path, body in bodies if path == "/v1/traces"), lambda: request)


def rotate(place: Place) -> None:
    """Keys, the database's password, certificates."""
    manual, shell, host = place.manual, place.shell, place.production
    new = shell.type(manual.inline("kedro keys create a-partner-2027")).split()[-1]
    shell.type(manual.again("scp conf/local/keys.json"))
    await_true(lambda: place.predict(new)[0] == 200, lambda: "the new key is refused")
    (number,) = re.findall(r"^(\S+) .* a-partner-2027 ", shell.type(manual.inline("kedro keys list")), re.MULTILINE)
    shell.type(manual.inline("kedro keys revoke").replace("ID", number))
    shell.type(manual.again("scp conf/local/keys.json"))
    await_true(lambda: place.predict(new)[0] == 401, lambda: "the old key is not refused")

    before = (host.folder / "secrets/predictions_password").read_text("utf-8")
    shell.type(manual.inline("kedro release rotate-password"))
    assert (host.folder / "secrets/predictions_password").read_text("utf-8") != before
    assert place.predict()[0] == 200
    for command in ("cat fullchain.pem privkey.pem >example", "mv example.org.pem", "docker compose kill -s USR2 tls"):
        host.type(manual.inline(command))


def back_up_and_restore(place: Place) -> None:
    """All is lost, and there again."""
    manual, shell, host = place.manual, place.shell, place.production
    stored = host.sql("select prediction_id from predictions")
    shell.type(manual.next("make backup"))
    host.remove()
    shutil.rmtree(host.folder)
    shell.type(manual.next("make restore"))
    await_true(lambda: place.predict()[0] == 200, lambda: "nothing answers")
    assert host.version() == "1"
    assert set(host.sql("select prediction_id from predictions")) > set(stored)
    shell.type(manual.again("export PREDICTION_STORE_URL"))  # the password is another one by now
    trace_a_prediction(place)


def read_logs(place: Place) -> None:
    """What the containers log is asked in SQL."""
    assert re.search(r"[1-9]", place.shell.type(place.manual.next("ssh")))
    while place.manual.lines:
        assert place.manual.next("kedro logs"), "test_log_queries.py types them"
