"""Where a table comes from: a file, a folder of files, or a database; and the form in which it is looked at."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from kedro_modelops.adoption.tables.column_names import plain_name
from kedro_modelops.adoption.tables.column_types import settle_types
from kedro_modelops.adoption.tables.database import SQL, database_url, read_database
from kedro_modelops.adoption.tables.delimited import read_delimited
from kedro_modelops.adoption.tables.file_folders import LABELS, check_labels, holds_files, load_files
from kedro_modelops.adoption.tables.layout.headers import DETECTED, Header, Notes
from kedro_modelops.adoption.tables.table_files import SHEET, TableFile, read_file, stem_of
from kedro_modelops.errors import RefusedError
from kedro_modelops.files.folder import as_table, labels_of, refuse_broken, unlabelled
from kedro_modelops.files.rules import FileRules


class Source(NamedTuple):
    """A table, and where it comes from.

    Attributes:
        table: With the types that its values have.
        name: What it is called: a name of Python in small letters.
        place: File, folder or database, as people know it; no password is in it.
        form: How it is written, in words.
        dropped: Columns that hold nothing, or number the rows, with the reason.
        files: Name of the file, without its ending, that each row of a folder is from; None of what is no folder.
        units: Of columns whose numbers were written with one.
        rules: That the files of a folder keep each of which is a row; None of all else.
        notes: What is to be known of how it was read: titles, and sentences.
    """

    table: pd.DataFrame
    name: str
    place: str
    form: str
    dropped: dict[str, str]
    files: pd.Series | None = None
    units: Mapping[str, str] = MappingProxyType({})
    rules: FileRules | None = None
    notes: Notes = ()


def read_source(place: str, query: str | None = None, sheet: str | None = None, header: Header = DETECTED) -> Source:
    """Reads a table.

    Args:
        place: A file, a folder of files of one kind, or a database: its SQLAlchemy URL or a file of SQLite, with
            `#table` at its end where it holds several and no query is given.
        query: What the database is asked.
        sheet: Which sheet of a workbook is meant; None for the only one that holds a table.
        header: What is said of the header of a file or a sheet.

    Raises:
        RefusedError: If there is nothing, or no table; it names the place and what would be one.
    """
    files: pd.Series | None = None
    notes: Notes = ()
    if url := database_url(place):
        table, name, shown, form = read_database(url, query)
    else:
        path = Path(place).expanduser()
        if path.is_dir() and holds_files(path):
            return _read_files(path)
        found, files = _read_folder(path, sheet, header) if path.is_dir() else (read_file(path, sheet, header), None)
        table, form, notes = found.table, found.form, found.notes
        name, shown = stem_of(path) if path.is_file() else path.name, path.name
        shown = f"{shown}#{found.sheet}" if found.sheet else shown
    if table.empty:
        msg = f"{shown} has no rows"
        raise RefusedError(msg)
    typed, dropped, units = settle_types(table, form)
    return Source(typed, plain_name(name), shown, form, dropped, files, units, notes=notes)


def refuse_idle(source: Source, said: Mapping[str, Any]) -> None:
    """Refuses options that say nothing of such a table.

    Args:
        source: The table.
        said: Options by name, with what they say.

    Raises:
        RefusedError: With the one that does not.
    """
    cells = "cells" in source.form or source.form == SHEET
    fit = {"query": (source.form == SQL, SQL), "sheet": (source.form == SHEET, SHEET)}
    fit |= dict.fromkeys(("header", "names"), (cells, "file of cells, such as CSV or Excel"))
    for option, (fits, form) in fit.items():
        if said.get(option) not in {None, ()} and not fits:
            typed = f"--no-{option}" if said[option] is False else f"--{option}"
            value = f" {said[option]}" if isinstance(said[option], str) else ""
            msg = f"{typed}{value}: {source.place} is no {form}. Leave the option out"
            raise RefusedError(msg)


def _read_files(folder: Path) -> Source:
    """A row for each file."""
    files = load_files(folder)
    dropped: dict[str, str] = {}
    units: dict[str, str] = {}
    notes: Notes = ()
    if (folder / LABELS).is_file():
        cells, form, notes = read_delimited(folder / LABELS)
        labels, dropped, units = settle_types(cells, form)
        labels = check_labels(folder, files, labels)
    else:
        labels = labels_of(files.contents)
        refuse_broken(folder, unlabelled(files.contents, labels))
    if files.repeated:
        dropped = dropped | {f"{len(files.repeated):,} files": "repeat another one"}
    table = as_table(files.contents, labels, files.rules)
    return Source(table, plain_name(folder.name), folder.name, "files", dropped, None, units, files.rules, notes)


def _read_folder(folder: Path, sheet: str | None, header: Header) -> tuple[TableFile, pd.Series | None]:
    """The rows of all files, and the file of each row, where they are not parts that `column=value` names."""
    entries = [entry for entry in sorted(folder.iterdir()) if not entry.name.startswith((".", "_"))]
    inner = [entry.name for entry in entries if entry.is_dir()]
    if inner and len(inner) == len(entries) and all("=" in name for name in inner):
        return TableFile(pd.read_parquet(folder), "parquet"), None
    if inner:
        msg = f"{folder} holds folders, such as {inner[0]}: name a folder of files of one kind, without others in it"
        raise RefusedError(msg)
    kinds = {file.suffix.lower() for file in entries}
    if len(kinds) != 1:
        msg = f"{folder} holds {', '.join(sorted(kinds)) or 'nothing'}: a folder has to hold files of one kind"
        raise RefusedError(msg)
    read = [read_file(file, sheet, header) for file in entries]
    names = [list(found.table.columns) for found in read]
    for file, found in zip(entries, names, strict=True):
        if set(found) != set(names[0]):
            other = ", ".join(map(str, sorted(set(found) ^ set(names[0]), key=str)))
            msg = f"{file} has other columns than {entries[0].name}: {other}"
            raise RefusedError(msg)
    table = pd.concat([found.table for found in read], ignore_index=True)
    stems = [stem_of(file) for file, found in zip(entries, read, strict=True) for _ in range(len(found.table))]
    notes = tuple(
        (title, f"{f.name}: {said}") for f, found in zip(entries, read, strict=True) for title, said in found.notes
    )
    return read[0]._replace(table=table, notes=notes), pd.Series(stems, dtype=object)
