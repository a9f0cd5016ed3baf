"""A host on which there is what docs/operate.md asks for, and no more: its first deployments, on a real engine."""

import json
import os
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from baking import COMBINATIONS, ROOT, run
from conftest import Bake
from hosts import FreshHost, await_more, build_stub
from images import DOCKER, NEEDS_ENGINE, docker
from servers import NEEDS_HOST, image_registry

pytestmark = [pytest.mark.slow, NEEDS_ENGINE]


@pytest.fixture
def host(bake: Bake, tmp_path: Path) -> Iterator[FreshHost]:
    """A host that holds the keys of the service."""
    host = FreshHost.of(bake(**COMBINATIONS["laptop"]), tmp_path / "host")
    try:
        yield host
    finally:
        host.remove()


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Images in a registry that lets everybody in, by their names."""
    with image_registry(tmp_path_factory.mktemp("images") / "registry") as place:
        yield {name: push(name, place) for name in ("one", "two", "slow", "ill")}


def push(name: str, place: str, repository: str = "", **env: str) -> str:
    """Pushes an image; its name there, with its digest."""
    image = f"{place}/{repository or name}:{name}"
    docker("tag", build_stub(name), image)
    run(DOCKER, "push", "--quiet", image, cwd=ROOT, env=env)
    names = docker("image", "inspect", '--format={{join .RepoDigests "\\n"}}', image).stdout.split()
    return next(known for known in names if known.startswith(f"{place}/"))


@NEEDS_HOST
@pytest.mark.parametrize("verb", ["canary", "all"])
def test_a_first_version_that_is_never_ready_leaves_nothing(host: FreshHost, pushed: dict[str, str], verb: str) -> None:
    if verb == "all":
        host.script("canary", pushed["one"], "10")
    words = {"canary": ["10"], "all": []}[verb]
    failed = host.script(verb, pushed["ill"], *words, check=False, PATIENCE="5")
    assert failed.returncode
    assert "is not ready after 5 seconds" in failed.stdout
    host.script("undo", "")
    assert host.script("current").stdout.strip() == ""
    assert not host.containers("canary") + host.containers("serve")
    host.deploy(pushed["one"])
    assert host.ask()[1]["name"] == "one"


@NEEDS_HOST
def test_a_host_keeps_the_image_that_serves_and_the_one_before(host: FreshHost, tmp_path: Path) -> None:
    with image_registry(tmp_path / "registry") as place:
        names = ("one", "two", "three")
        images = [push(name, place, "serve") for name in names]
        for name, image in zip(names, images, strict=True):
            docker("rmi", f"{place}/serve:{name}")
            host.deploy(image)
        kept = docker("images", "--digests", "--format={{.Repository}}@{{.Digest}}", f"{place}/serve").stdout.split()
        assert sorted(kept) == sorted(images[1:])
        host.deploy(images[1])
        assert host.ask()[1]["name"] == "two"


@NEEDS_HOST
def test_several_containers_share_the_requests_and_a_restart_another_version_or_a_rollback_loses_none(
    host: FreshHost, pushed: dict[str, str]
) -> None:
    host.settings(SERVE_REPLICAS="2")
    host.deploy(pushed["slow"])
    assert len(host.containers("serve")) == 2
    with host.calling() as seen:
        await_more(seen, 100)
        shares = Counter(answerer for _, answerer in seen)
        docker("restart", host.containers("serve")[0])
        host.script("canary", pushed["two"], "20")
        await_more(seen, 200)
        host.script("all", pushed["two"])
        await_more(seen, 100)
        assert host.ask()[1]["name"] == "two"
        host.script("undo", pushed["slow"])
        await_more(seen, 100)
    assert len(shares) == 2, shares
    assert min(shares.values()) > 0.3 * sum(shares.values())
    assert Counter(status for status, _ in seen) == {200: len(seen)}, [one for one in seen if one[0] != 200]
    assert len(host.containers("serve")) == 2
    assert host.ask()[1]["name"] == "slow"
    assert not host.containers("canary")


LOG_IN = 'printf %s "$PASSWORD" | "$0" login --username reader --password-stdin "$1"'
CANARY = 'printf %s "$PASSWORD" | deploy/compose/host.sh canary "$0" 10 "$1" reader'


@NEEDS_HOST
def test_a_private_registry_lets_the_host_in_for_as_long_as_it_pulls(host: FreshHost, tmp_path: Path) -> None:
    ours, theirs, secret = tmp_path / "ours", tmp_path / "theirs", {"PASSWORD": os.urandom(8).hex()}
    with image_registry(tmp_path / "private", secret["PASSWORD"]) as place:
        registry = place.partition("/")[0]
        run("sh", "-c", LOG_IN, DOCKER, registry, cwd=tmp_path, env=secret | {"DOCKER_CONFIG": str(ours)})
        image = push("one", place, DOCKER_CONFIG=str(ours))
        docker("image", "rm", "--force", image, f"{place}/one:1")
        host.env["DOCKER_CONFIG"] = str(theirs)
        refused = host.script("canary", image, "10", check=False)
        assert refused.returncode
        assert "no basic auth credentials" in refused.stdout
        run("sh", "-c", CANARY, image, registry, cwd=host.folder, env=host.env | secret)
        host.script("all", image)
    assert host.ask()[1]["name"] == "one"
    assert not theirs.exists() or secret["PASSWORD"] not in json.dumps([str(path) for path in theirs.rglob("*")])
    assert not (theirs / "config.json").exists()


@NEEDS_HOST
def test_tls_and_the_database_are_there_where_they_are_asked_for(host: FreshHost, pushed: dict[str, str]) -> None:
    host.deploy(pushed["one"])
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(host.env["POSTGRES_PORT"])), timeout=5).close()
    certificate = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=service.example", "-days", "2")
    run("openssl", *certificate, "-keyout", "key.pem", "-out", "cert.pem", cwd=host.folder)
    pem = "".join((host.folder / name).read_text("utf-8") for name in ("cert.pem", "key.pem"))
    (host.folder / "secrets" / "tls" / "service.example.pem").write_text(pem, "utf-8")
    with (host.folder / ".env").open("a", encoding="utf-8") as settings:
        settings.write("COMPOSE_PROFILES=tls,database\nMLFLOW_ALLOWED_HOSTS=mlflow.example\n")
    host.deploy(pushed["two"])
    assert json.loads(host.ask_by_name("service.example"))["name"] == "two"
    assert "503" in host.ask_by_name("mlflow.example"), "there is no MLflow on this host"
    password = (host.folder / "secrets" / "predictions_password").read_text("utf-8")
    query = ("--host=127.0.0.1", f"--port={host.env['POSTGRES_PORT']}", "--username=predictions", "predictions")
    words = ("--no-password", "--tuples-only", "--command=select 6 * 7")
    assert run("psql", *query, *words, cwd=host.folder, env={"PGPASSWORD": password}).stdout.strip() == "42"
    wrong = dict.fromkeys(["PGPASSWORD"], password[::-1])
    assert run("psql", *query, *words, cwd=host.folder, check=False, env=wrong).returncode
    for service, listens in (("database", "127.0.0.1"), ("tls", "127.0.0.1")):
        (container,) = host.containers(service)
        bound = docker("inspect", "--format={{json .HostConfig.PortBindings}}", container).stdout
        assert {port["HostIp"] for ports in json.loads(bound).values() for port in ports} == {listens}
    assert not json.loads(
        docker("inspect", "--format={{json .HostConfig.PortBindings}}", host.containers("postgres")[0]).stdout
    )
