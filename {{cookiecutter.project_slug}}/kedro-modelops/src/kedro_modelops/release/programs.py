"""External programs (git, docker, cosign, gh, ssh, kubectl): how they are called, and the error where one fails.

Standard library only, as in all that `python -m kedro_modelops.release` runs where no environment is set up.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any


class ReleaseError(Exception):
    """Raised where a release must not go on: says why, and what to do."""


def capture(*command: str, content: str | bytes | None = None, env: Mapping[str, str] | None = None) -> str:
    """Runs a program.

    Args:
        command: Program and arguments, which no shell sees. Secrets go by the environment or by files: all users of a
            machine can read arguments.
        content: For its standard input, which is empty otherwise.
        env: Added to the environment.

    Returns:
        What it printed, without space around it; its errors go where ours do.

    Raises:
        ReleaseError: If it is not installed, or fails.
    """
    given = content.encode() if isinstance(content, str) else content or b""
    return _run(command, input=given, stdout=subprocess.PIPE, env=environment(env)).decode().strip()


def stream(*command: str, source: IO[bytes] | None = None, target: IO[bytes] | None = None) -> None:
    """Runs a program whose input and output are files of any size; raises as `capture` does."""
    _run(command, stdin=source or subprocess.DEVNULL, stdout=target, env=environment())


def _run(command: tuple[str, ...], **options: Any) -> bytes:
    try:
        done = subprocess.run(command, check=False, **options)  # noqa: S603
    except OSError as error:
        msg = f"{command[0]} does not start: {error.strerror}. Is it installed?"
        raise ReleaseError(msg) from error
    told: bytes = done.stdout or b""
    if done.returncode:
        msg = f"{' '.join(command[:2])} ended with {done.returncode}: see above\n{told.decode()}".strip()
        raise ReleaseError(msg)
    return told


def status(*command: str) -> int:
    """Runs a program whose output people see; its exit status."""
    sys.stdout.flush()
    return subprocess.run(command, env=environment(), check=False).returncode  # noqa: S603


def succeeds(*command: str) -> bool:
    """Whether a program ends with 0; what it prints is dropped, but for errors."""
    return subprocess.run(command, stdout=subprocess.DEVNULL, env=environment(), check=False).returncode == 0  # noqa: S603


def complaint(*command: str, env: Mapping[str, str] | None = None) -> str:
    """Runs a program and returns the last line of its errors; nothing where it succeeds."""
    done = subprocess.run(command, capture_output=True, text=True, env=environment(env), check=False)  # noqa: S603
    lines = done.stderr.strip().splitlines() or ["no answer"]
    return lines[-1] if done.returncode else ""


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment of programs; those that are installed beside this Python are found last."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    return {**os.environ, "PATH": path, **(more or {})}


def is_installed(program: str) -> bool:
    """Whether a program is found."""
    return shutil.which(program) is not None


def setting(name: str, without_it: str) -> str:
    """A variable of the environment; ReleaseError, with what to do, where it is empty."""
    if value := os.environ.get(name):
        return value
    msg = f"{name} is not set: {without_it}"
    raise ReleaseError(msg)


def say(sentence: str) -> None:
    """Prints a line for people, or for the workflow that reads it."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def append(variable: str, text: str, default: str = os.devnull) -> None:
    """Appends to the file that a variable of GitHub Actions names."""
    with Path(os.environ.get(variable) or default).open("a", encoding="utf-8") as file:
        file.write(text)
