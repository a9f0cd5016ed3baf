"""Commands that run in a copy of the project, with its own copies of both packages."""

import os
from pathlib import Path


def environment_of(folder: Path) -> dict[str, str]:
    """The environment in which the copy's packages are imported, and not those that are installed."""
    sources = (folder / "src", folder / "kedro-modelops" / "src")
    return os.environ | {"PYTHONPATH": os.pathsep.join(map(str, sources))}
