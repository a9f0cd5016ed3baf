"""A host with the stack of a project, as `kedro release deploy` finds it; the service is a stand-in of seconds."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from baking import ROOT, BakedProject, Done, run
from images import ask, compose, docker, free_port, stand_ins


def build_stub(name: str) -> str:
    """An image of a service that says this name; `ill` is never ready."""
    image = f"stub-{name}"
    docker("build", "--quiet", "--tag", image, "--build-arg", f"NAME={name}", ROOT / "tests" / "stub")
    return image


SCRIPT = "kedro-modelops/src/kedro_modelops/release/deployment/host.sh"


@dataclass
class FreshHost:
    """A folder of a host, in which there is what the documents ask for, and nothing more.

    Attributes:
        folder: Where compose.yaml is.
        env: Of the shell there; ports, and images in place of those that cannot be pulled.
    """

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, project: BakedProject, folder: Path) -> "FreshHost":
        """Sends what a deployment sends, and copies the keys there."""
        (folder / "secrets" / "serving").mkdir(parents=True)
        (folder / "secrets" / "serving" / "keys.json").write_text("{}", "utf-8")
        shutil.copytree(project.path / "deploy", folder / "deploy")
        shutil.copy(project.path / "compose.yaml", folder)
        shutil.copy(project.path / SCRIPT, folder / "deploy/compose")
        env = {"COMPOSE_PROJECT_NAME": f"fresh-{os.getpid()}-{free_port()}"} | stand_ins()
        env |= {name: free_port() for name in ("SERVE_PORT", "CANARY_PORT", "POSTGRES_PORT")}
        return cls(folder, env | {"TLS_LISTEN": f"127.0.0.1:{free_port()}"})

    def script(self, *words: str, check: bool = True, **env: str) -> Done:
        """What a deployment types there."""
        return run("deploy/compose/host.sh", *words, cwd=self.folder, check=check, env=self.env | env)

    def deploy(self, image: str, percent: int = 10) -> None:
        """What a deployment does that goes well."""
        self.script("canary", image, str(percent))
        self.script("all", image)

    def settings(self, **values: str) -> None:
        """Writes .env, as the documents say."""
        (self.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in values.items()), "utf-8")

    def containers(self, service: str) -> list[str]:
        """Ids of the running containers of a service."""
        labels = {"project": self.env["COMPOSE_PROJECT_NAME"], "service": service}
        filters = [f"--filter=label=com.docker.compose.{label}={value}" for label, value in labels.items()]
        return docker("ps", "--quiet", *filters).stdout.split()

    def ask(self) -> tuple[int, dict[str, str]]:
        """Status and content of an answer of the service."""
        return ask(f"http://127.0.0.1:{self.env['SERVE_PORT']}/invocations", {"rows": []})

    def ask_by_name(self, name: str) -> str:
        """What `tls` answers under a name, in a certificate that nobody vouches for."""
        port = self.env["TLS_LISTEN"].rpartition(":")[2]
        curl = ("curl", "--silent", "--insecure", "--retry", "5", "--retry-all-errors", "--retry-delay", "1")
        return run(
            *curl, "--resolve", f"{name}:{port}:127.0.0.1", f"https://{name}:{port}/ready", cwd=self.folder
        ).stdout

    @contextmanager
    def calling(self, callers: int = 4) -> Iterator[list[tuple[int, str]]]:
        """Asks again and again until the body ends; yields status and host of the answers."""
        seen: list[tuple[int, str]] = []
        ended = threading.Event()

        def call() -> None:
            while not ended.is_set():
                try:
                    status, answer = self.ask()
                except OSError as error:
                    status, answer = 0, {"host": str(error)}
                seen.append((status, answer["host"] if status == 200 else str(answer)))

        with ThreadPoolExecutor(callers) as pool:
            running = [pool.submit(call) for _ in range(callers)]
            try:
                yield seen
            finally:
                ended.set()
            for caller in running:
                caller.result()

    def remove(self) -> None:
        """Stops everything, and removes what was stored."""
        down = ("down", "--volumes", "--remove-orphans")
        profiles = {"COMPOSE_PROFILES": "canary,tls,database"}
        run(*compose(), *down, cwd=self.folder, check=False, env=self.env | profiles)


def await_more(seen: list[tuple[int, str]], count: int) -> None:
    """Waits for so many further answers."""
    wanted, deadline = len(seen) + count, time.monotonic() + 300
    while len(seen) < wanted:
        assert time.monotonic() < deadline, seen[-10:]
        time.sleep(0.05)
