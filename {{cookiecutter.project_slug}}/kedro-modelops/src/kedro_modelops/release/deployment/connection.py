"""How a target's services are reached from here, and where its secrets are kept meanwhile."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from kedro_modelops.release.programs import environment


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def tunnel(command: Sequence[str], env: Mapping[str, str] | None = None) -> Iterator[None]:
    """Runs a program that leads from a port here to a service, while the context lasts."""
    with subprocess.Popen(command, env=environment(env), start_new_session=True) as process:  # noqa: S603
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def write_private(path: Path, content: str) -> str:
    """Writes a secret to a file that nobody else may read; its path."""
    path.touch(mode=0o600)
    path.write_text(f"{content}\n", encoding="utf-8")
    return str(path)
