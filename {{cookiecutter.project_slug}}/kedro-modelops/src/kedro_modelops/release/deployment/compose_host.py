"""A Docker host behind SSH, with the stack of compose.yaml.

`DEPLOY_HOST` is ssh://user@host:port or user@host, `DEPLOY_FOLDER` where compose.yaml shall be there. `DEPLOY_SSH_KEY`
and `DEPLOY_KNOWN_HOSTS` are contents, not files; without them SSH knows what it knows here. A host that is named as EC2
does, user@i-0123456789abcdef0, has no port open: SSH goes through AWS Session Manager.
"""

import io
import os
import re
import shlex
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kedro_modelops.release.deployment.connection import free_port, tunnel, write_private
from kedro_modelops.release.programs import capture, setting, stream
from kedro_modelops.release.registry_login import find_login

SESSION = "aws ssm start-session --target %h --document-name AWS-StartSSHSession --parameters portNumber=%p"
"""What leads to an instance of EC2 in place of a connection; `aws` wants its session-manager-plugin for that."""
INSTANCE = r"(ssh://)?([^@]+@)?i-[0-9a-f]{8,17}(:\d+)?"
SENT = ("compose.yaml", "deploy")
SCRIPT = Path(__file__).with_name("host.sh")
"""What a deployment does on the host, where only a shell is sure to be."""
PLACE = f"deploy/compose/{SCRIPT.name}"
"""Where it stands on the host."""
ENTRANCES = {"serve": "proxy", "canary": "canary"}
"""Services of compose.yaml that listen on the host."""
NEEDS = {
    "docker version": "no Docker engine answers this user",
    "{ docker compose version || docker-compose version; }": "there is no Docker Compose",
    "test -s {folder}/secrets/serving/keys.json": "secrets/serving/keys.json is missing: `kedro keys create` writes it",
}
"""What has to succeed on the host before anything is deployed, and what it means if it does not."""


class ComposeHost:
    """Where the service runs: methods are those of `Target`."""

    def __init__(self, private: Path) -> None:
        """Reads the settings.

        Args:
            private: Folder for files that hold secrets.
        """
        self._address = setting("DEPLOY_HOST", "ssh://user@host:port, or user@host, to which it is deployed")
        self._folder = shlex.quote(os.environ.get("DEPLOY_FOLDER") or Path.cwd().name)
        self._options = ["-o", "BatchMode=yes"]
        if re.fullmatch(INSTANCE, self._address):
            self._options += ["-o", f"ProxyCommand={SESSION}"]
        if key := os.environ.get("DEPLOY_SSH_KEY"):
            self._options += ["-i", write_private(private / "key", key), "-o", "IdentitiesOnly=yes"]
        if hosts := os.environ.get("DEPLOY_KNOWN_HOSTS"):
            file = write_private(private / "hosts", hosts)
            self._options += ["-o", f"UserKnownHostsFile={file}", "-o", "StrictHostKeyChecking=yes"]

    def lacks(self) -> list[str]:
        """What the host lacks, as sentences; ReleaseError if it lets nobody in."""
        looks = {command.replace("{folder}", self._folder): shlex.quote(told) for command, told in NEEDS.items()}
        script = "\n".join(f"{command} >/dev/null 2>&1 || echo {told}" for command, told in looks.items())
        return capture("ssh", *self._options, self._address, script).splitlines()

    def current(self) -> str:
        """The image that serves."""
        return self._send("current")

    def start_canary(self, image: str, percent: int) -> None:
        """Starts an image beside the one that serves."""
        login = find_login(image)
        who = (login.registry, login.user) if login else ()
        self._send("canary", image, str(percent), *who, content=login.password if login else "")

    def serve(self, image: str) -> None:
        """Gives an image all requests."""
        self._send("all", image)

    def undo(self, image: str) -> None:
        """Makes all as it was before."""
        self._send("undo", image)

    @contextmanager
    def reach(self, part: str) -> Iterator[str]:
        """An address of `canary` or `serve`."""
        there = self._on_host(f"{PLACE} port {ENTRANCES[part]}")
        here = free_port()
        forward = ("-N", "-L", f"127.0.0.1:{here}:127.0.0.1:{there}")
        with tunnel(["ssh", *self._options, *forward, self._address]):
            yield f"http://127.0.0.1:{here}"

    def stream(self, *words: str, source: IO[bytes] | None = None, target: IO[bytes] | None = None) -> None:
        """Runs the script there with files of this machine as its input and output."""
        self._send("current")  # what it needs is there
        command = f"cd {self._folder} && {shlex.join([PLACE, *words])}"
        stream("ssh", *self._options, self._address, command, source=source, target=target)

    def _send(self, *words: str, content: str = "") -> str:
        """Brings the files of the stack there, and runs the script."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for name in SENT:
                tar.add(name)
            tar.add(SCRIPT, PLACE, filter=_executable)
        self._on_host("tar --extract", archive.getvalue())
        return self._on_host(shlex.join([PLACE, *words]), content)

    def _on_host(self, script: str, content: str | bytes = b"") -> str:
        command = f"mkdir -p {self._folder} && cd {self._folder} && {script}"
        return capture("ssh", *self._options, self._address, command, content=content)


def _executable(file: tarfile.TarInfo) -> tarfile.TarInfo:
    file.mode = 0o755  # a wheel keeps no mode
    return file
