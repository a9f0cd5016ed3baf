"""What a table is taken for: the kind of problem, and the part that each column plays."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.kinds import ProblemKind
from kedro_modelops.adoption.proposing.times.parts import TimeParts
from kedro_modelops.files.rules import FileRules, TextRules

TEST_SHARE = 0.25
"""Of the rows, by which the model is judged."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a table is taken for.

    Attributes:
        name: Of the table, as a name of Python.
        place: Where it comes from.
        target: What is predicted.
        kind: Of problem.
        classes: Of the target, without those of fewer than `RAREST` rows; empty for a regression.
        key: Columns that together identify a row; empty where its content does.
        time: When a row became known; None where time plays no part.
        time_parts: Columns that the time is made of, and how; None where it comes as one.
        zone: In which its days begin, and whose clock is meant where it comes without a zone.
        group: Rows of one value of this column are not divided between training and test.
        columns: All columns that are kept, by name.
        features: What the model sees.
        text: Those of free text, whose words it sees.
        after: Columns that are known only after the prediction, with the reason.
        personal: Columns that identify a person, with what they hold.
        left_out: Columns that are known before and are no features, with the reason.
        dropped: Columns that are not kept, with the reason.
        repeated: How many rows repeat another one in all that is known before; they are left out.
        given: Whether the key was given to the rows here, as too many look alike.
        every: Frequency of the periods, as pandas calls it, where the table comes in a file for each.
        undivided: Why the files of a folder become one table.
        rules: That the files of a folder keep, of which each is a row; None of any other table.
        notes: What is to be known of how the table was read: titles, and sentences.
        max_rows: Rows that training set and test set have at most, each; None for all.
    """

    name: str
    place: str
    target: str
    kind: ProblemKind
    classes: tuple[Any, ...] = ()
    key: tuple[str, ...] = ()
    time: str | None = None
    time_parts: TimeParts | None = None
    zone: str = "UTC"
    group: str | None = None
    columns: dict[str, Column]
    features: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    after: dict[str, str] = field(default_factory=dict)
    leaks: dict[str, float] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    given: bool = False
    every: str | None = None
    undivided: str = ""
    rules: FileRules | None = None
    notes: tuple[tuple[str, str], ...] = ()
    max_rows: int | None = None

    @property
    def stored(self) -> str:
        """Where the table lies in the project: a file, or a folder with one for each period."""
        return f"data/01_raw/{self.name}{'' if self.every or self.rules else '.parquet'}"

    @property
    def content(self) -> str | None:
        """The column of what is in the files, where each is a row."""
        return self.rules.column if self.rules else None

    @property
    def key_column(self) -> str | None:
        """The column that holds keys as they are; None where they are made of a time, of several columns or of all."""
        single = self.key[0] if len(self.key) == 1 else None
        return single if single != self.time else None

    @property
    def sent(self) -> list[str]:
        """What callers send: features, key, time, and the group where no key tells rows apart."""
        sent = {*self.features, *self.key, self.time, None if self.key else self.group}
        return [name for name in self.columns if name in sent]

    @property
    def rows(self) -> int:
        """Of the table."""
        return len(next(iter(self.columns.values())).content)

    @property
    def goal(self) -> Column:
        """The target."""
        return self.columns[self.target]

    @property
    def rare(self) -> list[Any]:
        """Classes that are left out, as they are too rare."""
        return [] if self.kind == "regression" else [found for found in self.goal.listed if found not in self.classes]

    @property
    def has_unknown(self) -> bool:
        """Whether of some rows it is not known what became of them, or no class to learn."""
        return bool(self.goal.nulls or self.rare)

    @property
    def table(self) -> pd.DataFrame:
        """The columns that are kept, in their order."""
        return pd.DataFrame({name: column.content for name, column in self.columns.items()})

    def of_kind(self, kinds: str) -> Iterator[Column]:
        """Features of some kinds, such as `text time`."""
        return (self.columns[name] for name in self.features if self.columns[name].kind in kinds.split())

    @property
    def written(self) -> list[str]:
        """Features of free text that are no images."""
        return [name for name in self.text if name != self.content or isinstance(self.rules, TextRules)]

    @property
    def categories(self) -> list[str]:
        """Features of text that is not free."""
        return [column.name for column in self.of_kind("text") if column.name not in self.text]

    def but(self, **changes: Any) -> "Proposal":
        """The same with other parts."""
        return replace(self, **changes)
