"""Programs of the environment that finish what was written, and what git says is in the way."""

import re
import subprocess
import sys
from pathlib import Path

from kedro_modelops.adoption.changes import Changes
from kedro_modelops.errors import RefusedError
from kedro_modelops.tracking.commits import changed_files

BIN = Path(sys.executable).parent
NOTEBOOK = "notebooks/exploration.ipynb"
SPELLED = ("src", "tests", "conf", "notebooks", "README.md", "CHANGELOG.md")
"""Where names of columns may stand that a dictionary takes for misspelled words."""


def refuse_changes(project: Path, place: str) -> None:
    """Refuses a project whose files git does not hold as they are; the table itself may lie among them.

    Raises:
        RefusedError: With the first of them.
    """
    try:
        changed = changed_files(project)
    except subprocess.CalledProcessError as error:
        msg = "the project is no git repository yet, so nothing could be brought back: `make setup` makes it one"
        raise RefusedError(msg) from error
    table = Path(place).expanduser().resolve()
    foreign = [
        name for name in changed if table not in {(project / name).resolve(), *(project / name).resolve().parents}
    ]
    if foreign:
        msg = (
            f"the project has {len(foreign)} files that differ from the last commit, such as {foreign[0]}: commit or "
            "stash them first, so that git can bring back what kedro adopt replaces"
        )
        raise RefusedError(msg)


def finish(project: Path, changes: Changes, stored: str, foreign: str) -> None:
    """Formats what was written, lets the speller take its names, and DVC the data and the stages.

    Args:
        project: The project's folder.
        changes: By which files are kept that are changed.
        stored: Where the table lies.
        foreign: Files that are not spelled here.
    """
    for path in ("data/01_raw/.gitignore", "dvc.yaml", f"{stored}.dvc"):
        changes.keep_copy(path)
    written = ["src", "tests", "notebooks"]
    run(project, str(BIN / "ruff"), "check", "--fix-only", "--quiet", *written)
    run(project, str(BIN / "ruff"), "format", "--quiet", *written)
    run(project, str(BIN / "nbstripout"), NOTEBOOK)
    accept_words(project, changes, foreign)
    run(project, str(BIN / "dvc"), "add", "--quiet", stored)
    run(project, str(BIN / "kedro"), "dvc", "sync")


def accept_words(project: Path, changes: Changes, foreign: str) -> None:
    """Tells codespell, in `pyproject.toml`, which words and files of the table are spelled as they are meant."""
    spelled = [path for path in SPELLED if (project / path).exists()]
    found = run(project, str(BIN / "codespell"), f"--skip={foreign}", *spelled, fails=True)
    words = sorted({word.lower() for word in re.findall(r"^\S.*?:\d+: (\S+) ==>", found, flags=re.MULTILINE)})
    settings = f'ignore-words-list = "{",".join(words)}" # names of the table\n' if words else ""
    settings += f'skip = "{foreign}" # texts of the table\n' if foreign.startswith("tests") else ""
    if settings:
        changes.keep_copy("pyproject.toml")
        file = project / "pyproject.toml"
        settings = f"\n[tool.codespell]\n{settings}"
        file.write_text(file.read_text("utf-8") + settings, encoding="utf-8", newline="\n")


def run(project: Path, *command: str, fails: bool = False) -> str:
    """Runs a program.

    Args:
        project: Where.
        command: Program and arguments.
        fails: Whether it may.

    Returns:
        What it printed.

    Raises:
        RefusedError: If it fails, with its words.
    """
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)  # noqa: S603  (programs of the environment)
    if done.returncode and not fails:
        msg = f"{Path(command[0]).name} {command[1]} fails: {(done.stderr or done.stdout).strip()[-1500:]}"
        raise RefusedError(msg)
    return done.stdout
