"""A Docker engine, and what a baked project runs on it."""

import functools
import json
import os
import re
import socket
import time
import urllib.error
import urllib.request
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from baking import ROOT, BakedProject, Done, run

DOCKER = os.environ.get("DOCKER", "docker")
BASE = "python:3.11-slim-bookworm"
STAND_INS = {"POSTGRES_IMAGE": "postgres", "PROXY_IMAGE": "haproxy"}
"""Images of compose.yaml that cannot be pulled everywhere, and the folders of what is built in their place."""
SEALED = ("--rm", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges:true")
MINUTES = 30


def docker(*words: str | Path, check: bool = True) -> Done:
    """Run the engine's client."""
    return run(DOCKER, *words, cwd=ROOT, check=check)


@functools.cache
def has_engine() -> bool:
    """Whether a Docker engine answers here."""
    try:
        return docker("version", check=False).returncode == 0
    except OSError:
        return False


@functools.cache
def compose() -> tuple[str, ...]:
    """The command of Docker Compose: the client's plugin, or the program of before."""
    return (DOCKER, "compose") if docker("compose", "version", check=False).returncode == 0 else ("docker-compose",)


@functools.cache
def pulls_nothing() -> bool:
    """Whether the base image was imported here, so that it has no digest, and no other image is to be had."""
    return docker("image", "inspect", "--format={{.RepoDigests}}", BASE, check=False).stdout.strip() == "[]"


def take_what_is_here(project: Path) -> None:
    """Where no image can be pulled, let the images of a project stand on the base that was imported.

    The project declares it, as a team would: conventions ask for digests, and for Dockerfiles as they were delivered.
    """
    if not pulls_nothing():
        return
    pinned, changed = [], []
    for path in sorted((project / "docker").glob("*.Dockerfile")):
        name, text = path.relative_to(project).as_posix(), path.read_text("utf-8")
        pinned += [f"{name}: {image}" for image in sorted(set(re.findall(r"(\S+)@sha256:\w+", text)))]
        changed.append(name)
        path.write_text(re.sub(r"@sha256:\w+", "", text), "utf-8")
    with (project / "pyproject.toml").open("a", encoding="utf-8", newline="\n") as settings:
        for rule, subjects in (("pinned", pinned), ("platform_files", changed)):
            settings.write(f"\n[tool.kedro_modelops.conventions.reasons.{rule}]\n")
            settings.writelines(f'"{subject}" = "No image can be pulled here"\n' for subject in subjects)


def stand_ins() -> dict[str, str]:
    """Settings of compose.yaml: where no image can be pulled, names of images that are built in their place."""
    if not pulls_nothing():
        return {}
    for folder in STAND_INS.values():
        docker("build", "--quiet", "--tag", f"{folder}-stand-in", ROOT / "tests" / folder)
    return {variable: f"{folder}-stand-in" for variable, folder in STAND_INS.items()}


# A person's laptop may have none, and the other tests are of use there; .ci/run starts one.
NEEDS_ENGINE = pytest.mark.skipif(not has_engine(), reason="no Docker engine answers")


def free_port() -> str:
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def ask(url: str, body: object = None, **headers: str) -> tuple[int, Any]:
    """Status and content of an answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers | {"Content-Type": "application/json"})  # noqa: S310  (our own)
    try:
        with urllib.request.urlopen(request, timeout=300) as response:  # noqa: S310  (a container of ours)
            return response.status, json.loads(response.read() or "null")
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@dataclass
class Stack:
    """The images of a project, and the stack of its compose.yaml.

    Attributes:
        project: It has a promoted version 1.
        env: Under which names and ports it builds and runs.
        key: API key of the service.
    """

    project: BakedProject
    env: dict[str, str]
    key: str = ""

    @classmethod
    def of(cls, project: BakedProject) -> "Stack":
        """Names and ports that no other stack on this machine has."""
        name = f"test-{project.answers['project_slug']}-{os.getpid()}"
        env = {"COMPOSE_PROJECT_NAME": name, "DOCKER": DOCKER, "COMPOSE": " ".join(compose()), "KEDRO_ENV": "ci"}
        env |= {"SERVE_IMAGE": f"{name}-serve", "TRAIN_IMAGE": f"{name}-train"}
        env |= {"SERVE_PORT": free_port(), "MLFLOW_PORT": free_port()}
        take_what_is_here(project.path)
        return cls(project, env | stand_ins())

    def build(self) -> None:
        """Build the images."""
        self.project.make("image", env=self.env)

    def up(self) -> None:
        """Start the stack, and wait until all of it is healthy."""
        self.key = self.project.make("up", env=self.env).stdout.partition("cannot be read again: ")[2].split()[0]
        self.await_health()

    def remove(self) -> None:
        """Stop the stack; remove what it stored, and the images."""
        self.compose("down", "--volumes", check=False)
        docker("image", "rm", "--force", self.env["SERVE_IMAGE"], self.env["TRAIN_IMAGE"], check=False)

    def compose(self, *words: str, check: bool = True) -> Done:
        """Say something to Docker Compose."""
        return self.project.run(*compose(), *words, env=self.env, check=check)

    def containers(self) -> dict[str, dict[str, Any]]:
        """What the engine knows of the container of each service."""
        ids = self.compose("ps", "--quiet").stdout.split()
        known = json.loads(docker("inspect", *ids).stdout)
        return {container["Config"]["Labels"]["com.docker.compose.service"]: container for container in known}

    def await_health(self) -> None:
        """Wait until every container calls itself healthy, and the proxy, which looks for itself, has a service."""
        deadline = time.monotonic() + 60 * MINUTES
        while True:
            health = {name: known["State"]["Health"]["Status"] for name, known in self.containers().items()}
            if set(health.values()) == {"healthy"} and ask(self.url("ready"))[0] == 200:
                return
            assert time.monotonic() < deadline, f"{health}\n{self.compose('logs', '--tail=50').stdout}"
            time.sleep(1)

    def image(self, name: str) -> dict[str, Any]:
        """What the engine knows of an image, `serve` or `train`."""
        known: dict[str, Any] = json.loads(docker("image", "inspect", self.env[f"{name.upper()}_IMAGE"]).stdout)[0]
        return known

    def shell(self, image: str, script: str, *options: str) -> Done:
        """Run a script in a sealed container."""
        name = self.env[f"{image.upper()}_IMAGE"]
        return docker("run", *SEALED, *options, "--entrypoint=sh", name, "-c", script, check=False)

    def predict(self, row: dict[str, Any], key: str | None = None) -> tuple[int, Any]:
        """Ask the service for a prediction."""
        authorization = f"Bearer {self.key if key is None else key}"
        return ask(self.url("invocations"), {"dataframe_records": [row]}, Authorization=authorization)

    def url(self, path: str) -> str:
        """Of the service, behind its proxy."""
        return f"http://127.0.0.1:{self.env['SERVE_PORT']}/{path}"

    def secret(self, name: str) -> str:
        """A secret of compose.yaml."""
        return (self.project.path / "secrets" / name).read_text("utf-8")

    def mlflow(self, path: str, **headers: str) -> tuple[int, Any]:
        """Ask the MLflow server, as its administrator."""
        login = b64encode(f"admin:{self.secret('mlflow_admin_password')}".encode()).decode()
        url = f"http://127.0.0.1:{self.env['MLFLOW_PORT']}/api/2.0/mlflow/{path}"
        return ask(url, **({"Authorization": f"Basic {login}"} | headers))

    def client(self) -> dict[str, str]:
        """Environment of a client of the MLflow server, its administrator."""
        return {
            "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{self.env['MLFLOW_PORT']}",
            "MLFLOW_TRACKING_USERNAME": "admin",
            "MLFLOW_TRACKING_PASSWORD": self.secret("mlflow_admin_password"),
        }

    def stored(self) -> set[str]:
        """Ids of the predictions in PostgreSQL."""
        psql = ("psql", "--host=/run/postgresql", "--username=postgres", "--dbname=predictions", "--no-align")
        query = "select prediction_id from predictions"
        return set(self.compose("exec", "-T", "postgres", *psql, "--tuples-only", "--command", query).stdout.split())
