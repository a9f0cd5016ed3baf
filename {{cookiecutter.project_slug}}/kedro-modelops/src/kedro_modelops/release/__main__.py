"""`python -m kedro_modelops.release`: those commands of `kedro release` that run where nothing is installed.

Jobs that may write to the repository start no code but this and the programs that it calls: they set up no environment.
Standard library only.
"""

import sys
from collections.abc import Callable
from importlib import import_module

from kedro_modelops.release.programs import ReleaseError

MODULES = {
    "log-in": "cloud_login",
    "propose": "pull_requests.training",
    "propose-update": "pull_requests.update",
    "report": "monitoring_issues",
    "push": "images",
    "verify": "deployment.signatures",
}
"""Commands, and the modules whose `main` takes what follows a command's name."""


def command(name: str) -> Callable[..., None]:
    """What a command does."""
    run: Callable[..., None] = import_module(f"kedro_modelops.release.{MODULES[name]}").main
    return run


def main(words: list[str]) -> int:
    """Runs a command; its exit status."""
    if not words or words[0] not in MODULES:
        sys.stderr.write(f"say one of {', '.join(MODULES)}; `kedro release --help` explains them\n")
        return 2
    try:
        command(words[0])(*words[1:])
    except (ReleaseError, OSError) as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
