"""Whether workers have the project's code: the team's package and this one."""

import hashlib
import importlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from kedro_modelops.errors import RefusedError
from kedro_modelops.project_settings import team_package

PLUGIN = __name__.partition(".")[0]


def digest_code() -> dict[str, str]:
    """Digest of each package's sources, as this process has imported them."""
    return {package: _digest(package) for package in (team_package(), PLUGIN)}


def check_code(digests: Mapping[str, str], worker: str) -> None:
    """Compares the sources that this process, a worker, has imported.

    Args:
        digests: From `digest_code`, in the process that runs the pipelines.
        worker: Name of this one, for the message.

    Raises:
        RefusedError: If they differ.
    """
    for package, digest in digests.items():
        if _digest(package) != digest:
            msg = f"worker {worker} has other code of {package}: start workers again, from this commit"
            raise RefusedError(msg)


@cache
def _digest(package: str) -> str:
    """Of the sources of a package, when a process first asks for it: that is what the process has imported."""
    importlib.invalidate_caches()  # the folder may not have been there when the process started
    digest, folder = hashlib.sha256(), Path(str(files(package)))
    for file in sorted(folder.rglob("*.py")):
        digest.update(f"{file.relative_to(folder).as_posix()}\0".encode() + file.read_bytes())
    return digest.hexdigest()
