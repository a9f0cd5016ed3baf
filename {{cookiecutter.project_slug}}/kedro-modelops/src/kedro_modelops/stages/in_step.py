"""Whether `dvc.yaml` is what follows from the pipelines."""

import difflib
from pathlib import Path

from kedro.config import AbstractConfigLoader

from kedro_modelops.stages.dvc_yaml import Stages

FILE = "dvc.yaml"


def sync(project: Path, config: AbstractConfigLoader) -> None:
    """Writes it anew."""
    derived = Stages(project, config).render()
    if current(project) != derived:
        (project / FILE).write_text(derived, encoding="utf-8", newline="\n")


def difference(project: Path, config: AbstractConfigLoader) -> str:
    """What `sync` would change, as a unified diff; nothing where it follows the pipelines."""
    stated, derived = (text.splitlines(keepends=True) for text in (current(project), Stages(project, config).render()))
    return "".join(difflib.unified_diff(stated, derived, FILE, "pipelines"))


def current(project: Path) -> str:
    """Its text."""
    file = project / FILE
    return file.read_text(encoding="utf-8") if file.exists() else ""
