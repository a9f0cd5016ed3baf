"""A folder of files as a table: a row for each, with what is known of it."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import pandas as pd

from kedro_modelops.errors import RefusedError, relative
from kedro_modelops.files.rules import FileRules
from kedro_modelops.predictions.partitions import LEFT_BY_SYSTEMS

FILE, LABEL = "file", "label"
"""Columns: the path of a file in its folder, and the sub-folder in which it lies."""
LABELS = "labels.parquet"
"""In the folder: a table of the files with what is known of each, in place of sub-folders."""
SHOWN = 20
"""Broken rules that are told."""


def read_files(folder: Path, besides: Iterable[str] = (LABELS,)) -> dict[str, bytes]:
    """Contents of the files of a folder and of the folders in it, by path.

    Args:
        folder: The folder; hidden files, and what systems leave in it, are passed over.
        besides: Paths in it that are not read.
    """
    found = ((path.relative_to(folder), path) for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        name.as_posix(): path.read_bytes()
        for name, path in found
        if not any(part.startswith(".") for part in name.parts)
        and name.name.lower() not in LEFT_BY_SYSTEMS
        and name.as_posix() not in besides
    }


def read_folder(folder: Path, rules: FileRules) -> pd.DataFrame:
    """The table of a folder.

    Args:
        folder: The folder.
        rules: What its files have to be like.

    Returns:
        A row for each file: `file`, its content, and either `label`, its sub-folder, or the columns of `LABELS`.

    Raises:
        RefusedError: If a rule is broken; it names the files.
    """
    files = read_files(folder)
    labels = pd.read_parquet(folder / LABELS) if (folder / LABELS).is_file() else labels_of(files)
    refuse_broken(folder, [*rules.broken(files), *unlabelled(files, labels)])
    return as_table(files, labels, rules)


def as_table(files: Mapping[str, bytes], labels: pd.DataFrame, rules: FileRules) -> pd.DataFrame:
    """The table of files that keep their rules, in the order of their paths."""
    contents = {path: rules.encode(content) for path, content in files.items()}
    table = pd.DataFrame({FILE: list(contents), rules.column: list(contents.values())}, dtype=object)
    return table.merge(labels, on=FILE, validate="one_to_one")


def as_files(table: pd.DataFrame, rules: FileRules) -> dict[str, bytes]:
    """The files of a table, with `LABELS` where their paths do not say what is known of them."""
    files = {path: rules.decode(value) for path, value in zip(table[FILE], table[rules.column], strict=True)}
    labels = table.drop(columns=rules.column)
    if not labels.sort_values(FILE, ignore_index=True).equals(labels_of(sorted(files))):
        files[LABELS] = labels.to_parquet(index=False)
    return files


def labels_of(files: Iterable[str]) -> pd.DataFrame:
    """The sub-folder of each file, of those that lie in one."""
    known = {path: path.rpartition("/")[0] for path in files if "/" in path}
    return pd.DataFrame({FILE: list(known), LABEL: list(known.values())}, dtype=object)


def refuse_broken(folder: Path, broken: list[str]) -> None:
    """Refuses files that break rules.

    Raises:
        RefusedError: With the first of them.
    """
    if not broken:
        return
    more = [f"and {len(broken) - SHOWN:,} more"] if broken[SHOWN:] else []
    lines = "".join(f"\n  - {line}" for line in [*broken[:SHOWN], *more])
    msg = f"{relative(folder.as_posix())} breaks the contract of its files:{lines}\nCorrect the files or, if a rule is"
    raise RefusedError(f"{msg} wrong, schemas.py.")


def unlabelled(files: Collection[str], labels: pd.DataFrame, name: str = LABELS) -> list[str]:
    """Sentences on files that have no label, and on labels that have no file."""
    known = labels[FILE].value_counts()
    lacking = [f"{path} lies in no sub-folder, and {name} has no row of it" for path in files if path not in known]
    there = set(files)
    gone = [f"{path} is in {name}, but is not there" for path in known.index if path not in there]
    return [*lacking, *gone, *(f"{path} is in {name} twice" for path in known.index[known > 1])]
