"""Servers that a project's workflows talk to. They listen on 127.0.0.1, and are ended by their own process id."""

import contextlib
import os
import pwd
import shlex
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from baking import BakedProject, clean_environment, run
from images import free_port, has_engine

PATIENCE = 900

# A person's laptop may have none of them; .ci/run installs them.
NEEDS_HOST = pytest.mark.skipif(
    not (has_engine() and shutil.which("sshd") and shutil.which("docker-registry")),
    reason="no Docker engine answers, or sshd or docker-registry is not installed",
)


@contextlib.contextmanager
def serving(
    command: Sequence[str | Path], folder: Path, port: str, path: str | None = None, **env: str
) -> Iterator[None]:
    """Runs a server in a folder, from when it takes connections, or answers to a path, until the body ends."""
    log = folder / "log"
    with log.open("wb") as file, subprocess.Popen(
        command, cwd=folder, env=clean_environment() | env, stdout=file, stderr=subprocess.STDOUT
    ) as server:  # fmt: skip
        try:
            deadline = time.monotonic() + PATIENCE
            while not _answers(port, path):
                assert server.poll() is None, log.read_text("utf-8")
                assert time.monotonic() < deadline, log.read_text("utf-8")
                time.sleep(0.2)
            yield
        finally:
            server.terminate()


def _answers(port: str, path: str | None) -> bool:
    try:
        if path is None:
            socket.create_connection(("127.0.0.1", int(port)), timeout=30).close()
        else:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def mlflow_server(project: BakedProject, folder: Path) -> Iterator[str]:
    """MLflow, from a project's environment; yields its address."""
    folder.mkdir()
    port = free_port()
    command: list[str | Path] = [
        project.path / ".venv/bin/mlflow",
        "server",
        "--host=127.0.0.1",
        f"--port={port}",
        "--workers=1",
    ]
    stores = ["--backend-store-uri=sqlite:///mlflow.db", f"--artifacts-destination={folder / 'artifacts'}"]
    with serving([*command, *stores], folder, port, "/health", MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false"):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def image_registry(folder: Path, password: str = "") -> Iterator[str]:
    """A registry of images; yields where images are to be pushed to. With a password it lets in the user `reader`."""
    folder.mkdir()
    port = free_port()
    storage = {"filesystem": {"rootdirectory": str(folder / "images")}}
    settings: dict[str, object] = {"version": "0.1", "storage": storage, "http": {"addr": f"127.0.0.1:{port}"}}
    if password:
        hashed = run("perl", "-e", "print crypt(shift, shift)", password, f"$2b$05${'.' * 21}u", cwd=folder).stdout
        (folder / "users").write_text(f"reader:{hashed}\n", "utf-8")
        settings["auth"] = {"htpasswd": {"realm": "images", "path": str(folder / "users")}}
    (folder / "config.yml").write_text(yaml.safe_dump(settings), "utf-8")
    with serving(["docker-registry", "serve", "config.yml"], folder, port, None if password else "/v2/"):
        yield f"127.0.0.1:{port}/night-flights"


class Host(NamedTuple):
    """A machine that one reaches over SSH: this one.

    Attributes:
        address: For `ssh`.
        known: Line for a file of known hosts.
        key: Private key that it lets in.
        hold: While this file exists, no new version takes all requests of production: its deployment waits.
    """

    address: str
    known: str
    key: str
    hold: Path


FORCED = """#!/bin/sh
{begin}
case "$SSH_ORIGINAL_COMMAND" in
*/production*"host.sh all "*) while [ -e {hold} ]; do sleep 0.2; done ;;
esac
exec sh -c "$SSH_ORIGINAL_COMMAND"
"""


@contextlib.contextmanager
def ssh_host(folder: Path, **env: str) -> Iterator[Host]:
    """An SSH server that lets one key in, as whoever runs this; with an environment, whose `HOME` is where one is."""
    folder.mkdir()
    port, user = free_port(), pwd.getpwuid(os.getuid()).pw_name
    for name in ("host", "person"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", name, cwd=folder)
    engine = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    lines = [f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {folder}/host", "PidFile none", "UsePAM no",
             f"AuthorizedKeysFile {folder}/person.pub", "StrictModes no", "PasswordAuthentication no",
             f"SetEnv DOCKER_HOST={engine}", "Subsystem sftp /usr/lib/openssh/sftp-server",
             f"ForceCommand {folder}/forced"]  # fmt: skip
    forced, hold = folder / "forced", folder / "hold"
    begin = [f"export {name}={shlex.quote(value)}" for name, value in env.items()] + ["cd"] * bool(env)
    forced.write_text(FORCED.format(begin="\n".join(begin), hold=hold), "utf-8")
    forced.chmod(0o755)
    (folder / "config").write_text("\n".join(lines) + "\n", "utf-8")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    known = f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text('utf-8')}"
    with serving([shutil.which("sshd") or "sshd", "-D", "-e", "-f", folder / "config"], folder, port):
        yield Host(f"ssh://{user}@127.0.0.1:{port}", known.strip(), (folder / "person").read_text("utf-8"), hold)
