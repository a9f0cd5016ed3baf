"""The package that reads images, for the service: training has it already, as what draws its figures needs it."""

import re
from pathlib import Path

from kedro_modelops.adoption.changes import Changes
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.unstructured.image_pixels import PACKAGE

PROJECT, TRAIN, SERVE = "pyproject.toml", "requirements/train.txt", "requirements/serve.txt"
FIRST = "model = ["
"""Beginning of the group of packages that training and the service share."""
PINNED = r"^[\w.-]+==.*(?:\n[ \t]+.*)*\n?"
"""A package in a lock, with the hashes of its files."""


def add_image_package(project: Path, changes: Changes) -> None:
    """Writes the package into the group `model` and into the lock of the service, as `make lock` would.

    Raises:
        RefusedError: If the lock of the training has it not.
    """
    texts = {name: (project / name).read_text("utf-8") for name in (PROJECT, TRAIN, SERVE)}
    trained, served = (_pinned(texts[name]) for name in (TRAIN, SERVE))
    if PACKAGE not in trained:
        msg = f"{TRAIN} has no {PACKAGE}, which reads images: `make lock setup` brings the locks up to date"
        raise RefusedError(msg)
    if PACKAGE not in served:
        head, *_ = re.split(r"^(?=[\w.-]+==)", texts[SERVE], maxsplit=1, flags=re.MULTILINE)
        packages = served | {PACKAGE: trained[PACKAGE]}
        _write(project, changes, SERVE, head + "".join(packages[name] for name in sorted(packages)))
    if f'"{PACKAGE}' not in texts[PROJECT]:
        begin, first, rest = texts[PROJECT].partition(FIRST)
        line, _, rest = rest.partition("\n")
        major = trained[PACKAGE].partition("==")[2].partition(".")[0]
        _write(project, changes, PROJECT, f'{begin}{first}{line}\n  "{PACKAGE}>={major}", # reads images\n{rest}')


def _pinned(lock: str) -> dict[str, str]:
    """The packages of a lock by name, each with its hashes."""
    return {text.partition("==")[0]: text for text in re.findall(PINNED, lock, flags=re.MULTILINE)}


def _write(project: Path, changes: Changes, path: str, text: str) -> None:
    changes.keep_copy(path)
    (project / path).write_text(text, encoding="utf-8", newline="\n")
