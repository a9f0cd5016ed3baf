"""What a person says of a table; all else is found in it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kedro_modelops.adoption.proposing.kinds import ProblemKind
from kedro_modelops.errors import RefusedError

UTC = "UTC"
NONE = "none"
"""What is said where there is no such column."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a person says, each by an option of `kedro adopt`; None or empty where nothing is said.

    Attributes:
        target: What is predicted.
        kind: Of problem.
        key: Column that identifies a row, several with commas between them that do so together, or `none`.
        time: Column that says when a row was, several with commas between them that hold its parts, or `none`.
        zone: Time zone of the table's clock.
        group: Column whose rows are not divided between training and test, or `none`.
        after: Columns that are known only after the prediction.
        personal: Columns that identify a person.
        keep: Columns that the model sees whatever is said against it.
        drop: Columns that are not taken over.
        name: Of the table.
        sheet: Of a workbook, which one is read.
        header: Whether a file has a header; None where that is found out.
        names: Of the columns, in place of those of the file.
        max_rows: Rows that training set and test set have at most, each.
    """

    target: str | None = None
    kind: ProblemKind | None = None
    key: str | None = None
    time: str | None = None
    zone: str = UTC
    group: str | None = None
    after: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    name: str | None = None
    sheet: str | None = None
    header: bool | None = None
    names: tuple[str, ...] = ()
    max_rows: int | None = None

    def __post_init__(self) -> None:
        """Takes `none` for what it says, and lists for tuples."""
        for several in ("after", "personal", "keep", "drop", "names"):
            object.__setattr__(self, several, tuple(getattr(self, several)))
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            msg = f"--time-zone {self.zone} is no time zone: one is Europe/Berlin"
            raise RefusedError(msg) from error
        for role in ("key", "time", "group"):
            said = getattr(self, role)
            object.__setattr__(self, f"says_{role}", said is not None)
            object.__setattr__(self, role, None if said == NONE else said)

    says_key = says_time = says_group = False

    def said(self) -> dict[str, Any]:
        """What was said, by name: what gives the same wishes."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        roles = {role: values[role] or NONE for role in ("key", "time", "group") if getattr(self, f"says_{role}")}
        return {name: value for name, value in values.items() if value not in {None, (), UTC}} | roles

    def key_columns(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The columns that are named as key, of these; one whose name has a comma is one."""
        return _named(self.key, columns)

    def time_columns(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The columns that are named as time, of these: one, or its parts."""
        return _named(self.time, columns)

    def check(self, columns: list[str]) -> None:
        """Refuses a wish that names no column.

        Raises:
            RefusedError: With the columns that are nearest.
        """
        said = {"--target": self.target, "--group": self.group}
        named = [(option, name) for option, name in said.items() if name]
        named += [("--time", name) for name in self.time_columns(columns)]
        named += [("--key", name) for name in self.key_columns(columns)]
        named += [
            (f"--{option}", name) for option in ("after", "personal", "keep", "drop") for name in getattr(self, option)
        ]
        if self.time and self.group:
            msg = (
                f"--time {self.time} and --group {self.group}: rows are divided either by time or by groups. Say "
                f"`--time {NONE}` or `--group {NONE}`"
            )
            raise RefusedError(msg)
        for option, name in named:
            if name not in columns:
                near = get_close_matches(name, columns) or columns[:10]
                msg = f"{option} {name}: there is no such column; did you mean {' or '.join(near)}?"
                raise RefusedError(msg)


def _named(said: str | None, columns: Iterable[str]) -> tuple[str, ...]:
    """Columns that are named with commas between them; one whose name has a comma is one."""
    if not said or said in columns:
        return (said,) if said else ()
    return tuple(dict.fromkeys(part.strip() for part in said.split(",")))
