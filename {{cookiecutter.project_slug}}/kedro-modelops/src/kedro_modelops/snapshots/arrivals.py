"""Takes the rows of a database that came since the last time into a file for each period, as files that arrived."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd
from kedro.io import DataCatalog, DatasetError
from pydantic import BaseModel, ValidationError

from kedro_modelops.errors import RefusedError
from kedro_modelops.sessions.outputs import location
from kedro_modelops.snapshots.databases import name_database
from kedro_modelops.snapshots.snapshot import keep, query_of

FREQUENCIES = {"day": "D", "month": "M", "quarter": "Q", "year": "Y"}
HISTORY = "history"
"""What was trained on already, where the catalog has it."""


class Arrivals(BaseModel, frozen=True):
    """What the metadata of a folder say of it, beside `snapshot_of`.

    Attributes:
        every: There is a file for each.
        since: The first one.
        time_zone: In which a period begins and ends.
    """

    every: Literal["day", "month", "quarter", "year"]
    since: str
    time_zone: str = "UTC"

    @property
    def first(self) -> pd.Period:
        """The first period."""
        return pd.Period(self.since, FREQUENCIES[self.every])

    def periods_after(self, newest: pd.Period | None) -> list[pd.Period]:
        """Those that have ended by now, after the newest that is there."""
        now = pd.Timestamp.now(ZoneInfo(self.time_zone)).tz_localize(None)
        begin = max(self.first, newest + 1) if newest is not None else self.first
        return list(pd.period_range(begin, pd.Period(now, FREQUENCIES[self.every]) - 1, freq=FREQUENCIES[self.every]))


class Arrived(NamedTuple):
    """A file that was written, and its number of rows."""

    file: Path
    rows: int


def arrivals_in(name: str, entry: Mapping[str, Any]) -> Arrivals | None:
    """What an entry of the catalog says of its periods; None where it is one file.

    Raises:
        RefusedError: If it says something else.
    """
    metadata = dict(entry.get("metadata") or {})
    if "every" not in metadata:
        return None
    try:
        arrivals = Arrivals.model_validate(metadata)
        arrivals.periods_after(None)
    except (ValidationError, ValueError, LookupError) as error:
        msg = (
            f"{name}: its metadata have to say `every` (day, month, quarter or year), `since` (the first one, such as "
            f"2024-03) and, where periods do not begin by UTC, `time_zone` (such as Europe/Berlin), but say {metadata}"
        )
        raise RefusedError(msg) from error
    return arrivals


def take_arrivals(project: Path, catalog: DataCatalog, name: str, source: str, arrivals: Arrivals) -> Iterator[Arrived]:
    """Asks for each period that has ended and has no file yet; periods without rows get none.

    Args:
        project: Root folder.
        catalog: With both datasets.
        name: The folder of files, under their contract.
        source: A `pandas.SQLQueryDataset` whose query has `:since` and `:until`.
        arrivals: Which periods.

    Yields:
        What was written, one after the other.

    Raises:
        RefusedError: If the folder or the query is none. Files that are there stay.
        DatasetError: If the source cannot be read.
    """
    folder = location(catalog[name])
    if folder is None or not hasattr(catalog[name], "_filename_suffix"):
        msg = f"{name} is to hold a file for each {arrivals.every}, but is no folder of partitions on this disk"
        raise RefusedError(msg)
    query = query_of(catalog[source])
    if ":since" not in query or ":until" not in query:
        msg = f"{source} has to ask for a {arrivals.every}: `WHERE ordered_at >= :since AND ordered_at < :until`"
        raise RefusedError(msg)
    for period in arrivals.periods_after(_newest(catalog, name, FREQUENCIES[arrivals.every])):
        with _asking(catalog[source], query, period):
            try:
                rows = catalog.load(source)
            except DatasetError as error:
                name_database(error, catalog)
                raise
        if len(rows):
            yield Arrived(_write(catalog, name, folder, str(period), rows), len(rows))
    if folder.with_name(f"{folder.name}.dvc").exists():
        keep(project, project / folder, {"query": query})


def _newest(catalog: DataCatalog, name: str, frequency: str) -> pd.Period | None:
    """The newest period of which there is a file, among what arrived or was trained on."""
    found = []
    for known in {name, HISTORY} & set(catalog.keys()):
        folder, suffix = location(catalog[known]), getattr(catalog[known], "_filename_suffix", "")
        names = [path.name.removesuffix(suffix) for path in folder.glob(f"*{suffix}")] if folder else []
        found += [pd.Period(name, frequency) for name in names if name[:1].isdigit()]
    return max(found, default=None)


@contextmanager
def _asking(dataset: Any, query: str, period: pd.Period) -> Iterator[None]:
    """Lets a dataset ask for a period. Days go as text: each database compares them with its own times."""
    from sqlalchemy import bindparam, text  # noqa: PLC0415  (a second, which only databases wait)
    from sqlalchemy.types import NullType  # noqa: PLC0415  (the same)

    known = (dataset._load_args, dataset._filepath)
    days = {"since": period.start_time, "until": (period + 1).start_time}
    bound = [bindparam(name, f"{day:%Y-%m-%d}", type_=NullType()) for name, day in days.items()]
    dataset._load_args = known[0] | {"sql": text(query).bindparams(*bound)}
    dataset._filepath = None
    try:
        yield
    finally:
        dataset._load_args, dataset._filepath = known


def _write(catalog: DataCatalog, name: str, folder: Path, period: str, rows: pd.DataFrame) -> Path:
    """Writes a file, judged by its contract, which is there when it is whole."""
    suffix = getattr(catalog[name], "_filename_suffix", "")
    part, file = folder / f".{period}{suffix}", folder / f"{period}{suffix}"
    try:
        catalog.save(name, {f".{period}": rows})
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return file
