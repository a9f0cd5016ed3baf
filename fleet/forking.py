"""Processes that begin where this one stands, with everything imported."""

import os
import sys
from pathlib import Path

from kedro_modelops.updates.versions.rendering import bake


def fork(scratch: Path) -> str:
    """Has a version rendered, as `kedro_modelops.updates.versions.rendering` asks; not from a process with threads."""
    told = scratch / "told.txt"
    child = os.fork()
    if not child:
        _bake(scratch, told)
    _, status = os.waitpid(child, 0)
    return told.read_text("utf-8", errors="replace").strip() or f"exit status {status}" if status else ""


def _bake(scratch: Path, told: Path) -> None:
    """Does so with the output of hooks in a file, and ends this process."""
    status = 1
    try:
        with told.open("w", encoding="utf-8") as output:
            for stream in (1, 2):
                os.dup2(output.fileno(), stream)
        bake(scratch)
        status = 0
    except BaseException as error:  # whatever it is, the process that waits tells it
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)  # noqa: T201  (into the file)
    finally:
        sys.stdout.flush()
        os._exit(status)
