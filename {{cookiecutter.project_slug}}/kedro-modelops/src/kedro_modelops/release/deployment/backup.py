"""Backups of the stack of compose.yaml: its databases, MLflow's artifacts, `secrets/` and `.env`; and its password.

The stack of `DEPLOY_HOST` or, where that is not set, of this folder. It serves on meanwhile.
"""

import os
import tempfile
from pathlib import Path
from typing import IO

from kedro_modelops.release.deployment.compose_host import SCRIPT, ComposeHost
from kedro_modelops.release.programs import ReleaseError, say, stream

COMPOSE = "compose.yaml"


def back_up(file: Path) -> None:
    """Writes a backup, which only this user can read; it is whole, or not there."""
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as target:
            part.chmod(0o600)
            _on_stack("backup", target=target)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    say(f"{file} has predictions, MLflow's database and artifacts, and secrets: keep it where secrets may be.")


def restore(file: Path, *, replace: bool) -> None:
    """Brings back what a backup holds; what is stored is kept unless it is to be replaced, and wherever that fails."""
    with file.open("rb") as source:
        _on_stack("restore", *(["replace"] if replace else []), source=source)
    say(f"{file} is restored; what served when it was made serves.")


def rotate_password() -> None:
    """Gives the role of the prediction store another password; with two containers of the service nobody notices."""
    _on_stack("rotate")
    say("The service has another password of its database; secrets/predictions_password and predictions_url have it.")


def _on_stack(*words: str, source: IO[bytes] | None = None, target: IO[bytes] | None = None) -> None:
    if not Path(COMPOSE).exists():
        msg = f"There is no {COMPOSE} here: what runs in a cluster is kept by whoever runs its database and MLflow."
        raise ReleaseError(msg)
    if os.environ.get("DEPLOY_HOST"):
        with tempfile.TemporaryDirectory() as private:
            ComposeHost(Path(private)).stream(*words, source=source, target=target)
    else:
        stream("bash", str(SCRIPT), *words, source=source, target=target)
