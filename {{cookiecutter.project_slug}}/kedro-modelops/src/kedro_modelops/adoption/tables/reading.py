"""Where a table comes from: a file, a folder of files, or a database; and the form in which it is looked at."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kedro_modelops.adoption.tables.column_names import plain_name
from kedro_modelops.adoption.tables.column_types import settle_types
from kedro_modelops.adoption.tables.compressed import ENDINGS, decompressed
from kedro_modelops.adoption.tables.database import URL, read_database
from kedro_modelops.adoption.tables.delimited import read_delimited
from kedro_modelops.adoption.tables.excel import read_excel
from kedro_modelops.adoption.tables.file_folders import LABELS, check_labels, holds_files, load_files
from kedro_modelops.errors import RefusedError
from kedro_modelops.files.folder import as_table, labels_of, refuse_broken, unlabelled
from kedro_modelops.files.rules import FileRules

if TYPE_CHECKING:
    from collections.abc import Callable

DELIMITED, LINES, EXCEL = {".csv", ".tsv", ".txt", ".data"}, {".jsonl", ".ndjson", ".json"}, {".xlsx", ".xls", ".xlsm"}


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
    """

    table: pd.DataFrame
    name: str
    place: str
    form: str
    dropped: dict[str, str]
    files: pd.Series | None = None
    units: Mapping[str, str] = MappingProxyType({})
    rules: FileRules | None = None


def read_source(place: str, query: str | None = None) -> Source:
    """Reads a table.

    Args:
        place: A file, a folder of files of one kind, or the SQLAlchemy URL of a database, with `#table` at its end
            where no query is given.
        query: What the database is asked.

    Raises:
        RefusedError: If there is nothing, or no table; it names the place and what would be one.
    """
    files: pd.Series | None = None
    if URL.match(place):
        table, name, shown, form = read_database(place, query)
    else:
        path = Path(place).expanduser()
        if path.is_dir() and holds_files(path):
            return _read_files(path)
        if path.is_dir():
            table, form, files = _read_folder(path)
        else:
            table, form = _read_file(path)
        name, shown = _stem(path) if path.is_file() else path.name, path.name
    if table.empty:
        msg = f"{shown} has no rows"
        raise RefusedError(msg)
    typed, dropped, units = settle_types(table, form)
    return Source(typed, plain_name(name), shown, form, dropped, files, units)


def _read_files(folder: Path) -> Source:
    """A row for each file."""
    files = load_files(folder)
    dropped: dict[str, str] = {}
    units: dict[str, str] = {}
    if (folder / LABELS).is_file():
        labels, dropped, units = settle_types(*read_delimited(folder / LABELS))
        labels = check_labels(folder, files, labels)
    else:
        labels = labels_of(files.contents)
        refuse_broken(folder, unlabelled(files.contents, labels))
    if files.repeated:
        dropped = dropped | {f"{len(files.repeated):,} files": "repeat another one"}
    table = as_table(files.contents, labels, files.rules)
    return Source(table, plain_name(folder.name), folder.name, "files", dropped, None, units, files.rules)


def _stem(path: Path) -> str:
    """The name of a file without its ending; `visits` of `visits.csv.gz`."""
    return Path(path.stem).stem if path.suffix.lower() in ENDINGS else path.stem


def _read_file(path: Path) -> tuple[pd.DataFrame, str]:
    if not path.is_file():
        msg = f"there is no {path}: name a file, a folder of files, or the URL of a database (postgresql://…#table)"
        raise RefusedError(msg)
    with decompressed(path) as file:
        return _read_plain(file)


def _read_plain(path: Path) -> tuple[pd.DataFrame, str]:
    suffix = path.suffix.lower()
    if suffix in DELIMITED:
        return read_delimited(path)
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {".parquet": pd.read_parquet, ".pq": pd.read_parquet}
    readers |= dict.fromkeys(LINES, _read_json) | dict.fromkeys(EXCEL, read_excel)
    if suffix not in readers:
        msg = f"{path}: files end in {', '.join(sorted(DELIMITED | LINES | EXCEL | {'.parquet'}))}"
        raise RefusedError(msg)
    try:
        return readers[suffix](path), {".xlsx": "Excel, first sheet"}.get(suffix, suffix.removeprefix("."))
    except (ValueError, OSError) as error:
        msg = f"{path} cannot be read: {' '.join(str(error).split())[:300]}"
        raise RefusedError(msg) from error


def _read_json(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8") as opened:
        lines = opened.read(1) != "["
    return pd.read_json(path, lines=lines, convert_dates=False, dtype=False, precise_float=True)


def _read_folder(folder: Path) -> tuple[pd.DataFrame, str, pd.Series]:
    """The rows of all files, how they are written, and the file of each row."""
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and not file.name.startswith((".", "_"))]
    kinds = {file.suffix.lower() for file in files}
    if len(kinds) != 1:
        msg = f"{folder} holds {', '.join(sorted(kinds)) or 'nothing'}: a folder has to hold files of one kind"
        raise RefusedError(msg)
    read = [_read_file(file) for file in files]
    names = [list(table.columns) for table, _ in read]
    for file, found in zip(files, names, strict=True):
        if set(found) != set(names[0]):
            other = ", ".join(map(str, sorted(set(found) ^ set(names[0]), key=str)))
            msg = f"{file} has other columns than {files[0].name}: {other}"
            raise RefusedError(msg)
    table = pd.concat([table for table, _ in read], ignore_index=True)
    stems = [_stem(file) for file, (rows, _) in zip(files, read, strict=True) for _ in range(len(rows))]
    return table, f"{len(files)} files of {read[0][1]}", pd.Series(stems, dtype=object)
