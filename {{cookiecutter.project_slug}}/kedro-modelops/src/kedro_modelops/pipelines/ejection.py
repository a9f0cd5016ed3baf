"""Copies a pipeline of the plugin into the team's package, from where the project takes it from then on."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

from kedro_modelops.errors import RefusedError
from kedro_modelops.project_settings import team_package

HERE, NAME = Path(__file__).parent, "kedro_modelops.pipelines"


def eject(project: Path, pipeline: str) -> Path:
    """Copies a pipeline, wires it in `pipeline_registry.py` and the catalog, and lets `dvc.yaml` follow.

    Args:
        project: Root folder.
        pipeline: Its name.

    Returns:
        The new folder, relative to the root.

    Raises:
        RefusedError: If there is no such pipeline, if its folder or the line that names it is not as it was made, or if
            a step fails; nothing has changed then.
    """
    known = sorted(file.parent.name for file in HERE.glob("*/pipeline.py"))
    if pipeline not in known:
        near = get_close_matches(pipeline, known) or known
        msg = f"the plugin has no pipeline '{pipeline}'; did you mean {' or '.join(near)}?"
        raise RefusedError(msg)
    package = team_package()
    source, target = project / "src" / package, Path("src", package, "pipelines", pipeline)
    if (project / target).exists():
        msg = f"{target} exists already: the project has a pipeline of that name. Remove it, or give it another name"
        raise RefusedError(msg)
    files = [source / "pipeline_registry.py", project / "dvc.yaml", *sorted((project / "conf").glob("*/catalog*.yml"))]
    wired = _wire(files[0].read_text(encoding="utf-8"), pipeline)
    with _all_or_nothing(files, project / target):
        shutil.copytree(HERE / pipeline, project / target, ignore=shutil.ignore_patterns("__pycache__"))
        _write(files[0], wired)
        for catalog in files[2:]:
            _write(
                catalog,
                catalog.read_text(encoding="utf-8").replace(f"{NAME}.{pipeline}.", f"{package}.pipelines.{pipeline}."),
            )
        for module in (project / target).rglob("*.py"):
            depth = len(module.relative_to(project / target).parts)
            _write(module, _relative(module.read_text(encoding="utf-8"), pipeline, "." * depth))
        _sort_imports(project, target)
        _run(project, "kedro", "dvc", "sync")
    return target


def _wire(registry: str, pipeline: str) -> str:
    line = re.compile(rf'^(\s*)"{pipeline}": "{NAME}\.{pipeline}",$', re.MULTILINE)
    if len(line.findall(registry)) != 1:
        msg = (
            f'pipeline_registry.py has no line `"{pipeline}": "{NAME}.{pipeline}",` in which the copy could be named: '
            "the project takes this pipeline from elsewhere, or names it otherwise. Write the line so, and try again"
        )
        raise RefusedError(msg)
    return line.sub(rf'\1"{pipeline}": f"{{__package__}}.pipelines.{pipeline}",', registry)


def _relative(text: str, pipeline: str, dots: str) -> str:
    """Imports of the pipeline's own modules, as seen from one of them: they hold wherever the folder stands."""
    return re.sub(rf"^from {NAME}\.{pipeline}\b\.?", f"from {dots}", text, flags=re.MULTILINE)


def _sort_imports(project: Path, folder: Path) -> None:
    """Brings imports into the order that they have in the project; where ruff is not installed, `make fix` does."""
    if find_spec("ruff"):
        _run(project, "ruff", "check", "--quiet", "--select=I", "--fix", folder)
        _run(project, "ruff", "format", "--quiet", folder)


def _run(project: Path, *command: str | Path) -> None:
    words = [sys.executable, "-m", *map(str, command)]
    done = subprocess.run(words, cwd=project, capture_output=True, text=True, check=False)  # noqa: S603  (tools of this environment)
    if done.returncode:
        msg = f"nothing has changed, as `{' '.join(map(str, command))}` failed:\n{done.stdout}{done.stderr}".strip()
        raise RefusedError(msg)


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _all_or_nothing(files: list[Path], folder: Path) -> Iterator[None]:
    """Brings files back, and takes a folder away, if what is done meanwhile fails."""
    before = {file: file.read_bytes() for file in files if file.exists()}
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        for file, content in before.items():
            file.write_bytes(content)
        raise
