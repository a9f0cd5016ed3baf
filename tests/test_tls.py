"""Behind the TLS proxy that is shipped MLflow answers programs and its own page, under its own name, and no others."""

import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from baking import COMBINATIONS, run
from conftest import Bake
from images import free_port
from servers import serving

HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
NAME = "mlflow.example"
LOGIN = b64encode(b"admin:an-administrator").decode()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(HAPROXY is None, reason="no haproxy is here; .ci/run installs it"),
]


class Ports(NamedTuple):
    """Where TLS ends, and where MLflow listens behind it."""

    tls: str
    mlflow: str


@pytest.fixture(scope="module")
def ports(bake: Bake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    """The server of a project and the proxy before it, as compose.yaml starts them, but for folders and ports."""
    home = tmp_path_factory.mktemp("tls")
    project = bake(**COMBINATIONS["laptop"]).copy(home)
    project.set_up()
    for folder in ("server", "proxy", "tls", "secrets"):
        (home / folder).mkdir()
    secrets = dict.fromkeys(("mlflow_admin_password", "mlflow_session_key"), "an-administrator")
    for name, content in (secrets | {"mlflow_url": f"sqlite:///{home}/mlflow.db"}).items():
        (home / "secrets" / name).write_text(content, "utf-8")
    words = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={NAME}", "-days", "2")
    run("openssl", *words, "-keyout", "key.pem", "-out", "cert.pem", cwd=home)
    (home / "tls" / "all.pem").write_text((home / "cert.pem").read_text() + (home / "key.pem").read_text(), "utf-8")
    tls, mlflow, health = free_port(), free_port(), free_port()
    there = {"/run/secrets": f"{home}/secrets", "/tmp/basic": f"{home}/basic", "/var/lib/mlflow": f"{home}/artifacts"}  # noqa: S108  (a container's)
    there |= {"0.0.0.0": "127.0.0.1", "--port 5000": f"--port {mlflow}", "/run/tls/": f"{home}/tls/"}  # noqa: S104
    there |= {
        "127.0.0.1:8080": f"127.0.0.1:{health}",
        ":8443": f"127.0.0.1:{tls}",
        "mlflow:5000": f"127.0.0.1:{mlflow}",
    }
    for source, target in (("mlflow.sh", "server/mlflow.sh"), ("tls.cfg", "proxy/tls.cfg")):
        text = (project.path / "deploy" / "compose" / source).read_text("utf-8")
        for known, here in there.items():
            text = text.replace(known, here)
        text = re.sub(
            r"proxy:8080| resolvers docker.*", lambda found: "127.0.0.1:1" if found[0][0] == "p" else "", text
        )
        (home / target).write_text(text, "utf-8")
    env = {"MLFLOW_ALLOWED_HOSTS": NAME}
    path = f"{project.path / '.venv' / 'bin'}:/usr/local/bin:/usr/bin:/bin"
    with serving(["sh", "mlflow.sh"], home / "server", mlflow, "/health", PATH=path, **env), serving(
        [str(HAPROXY), "-db", "-f", "tls.cfg"], home / "proxy", tls, None, **env
    ):  # fmt: skip
        yield Ports(tls, mlflow)


def ask(url: str, port: str, *headers: str) -> str:
    """Status of the answer to somebody who asks for runs, by a name that leads here."""
    name = url.partition("://")[2].partition("/")[0].partition(":")[0]
    curl = ("curl", "--silent", "--insecure", "--output", "answer", "--write-out", "%{http_code}")
    given = [word for header in (f"Authorization: Basic {LOGIN}", "Content-Type: application/json", *headers)
             for word in ("--header", header)]  # fmt: skip
    body = ("--data", '{"experiment_ids": ["0"]}', "--resolve", f"{name}:{port}:127.0.0.1")
    return run(*curl, *given, *body, f"{url}/api/2.0/mlflow/runs/search", cwd=Path("/tmp")).stdout  # noqa: S108


def test_under_its_name_it_answers_programs_and_its_own_page(ports: Ports) -> None:
    url = f"https://{NAME}:{ports.tls}"
    assert ask(url, ports.tls) == "200"
    assert ask(url, ports.tls, f"Host: {NAME}", f"Origin: https://{NAME}") == "200"
    assert ask(url, ports.tls, f"Origin: {url}") == "200"


def test_pages_and_names_of_others_are_refused(ports: Ports) -> None:
    assert ask(f"https://{NAME}:{ports.tls}", ports.tls, "Origin: https://elsewhere.example") == "403"
    assert ask(f"http://elsewhere.example:{ports.mlflow}", ports.mlflow) == "403"
    assert ask(f"http://127.0.0.1:{ports.mlflow}", ports.mlflow) == "200"
