"""Parameters of the ingestion pipeline."""

from pydantic import BaseModel, NonNegativeFloat, NonNegativeInt, PositiveInt


class Limits(BaseModel, extra="forbid", frozen=True):
    """How far a month may be from the former month that it is nearest to; `pattern.MEANING` says what is measured."""

    rows: NonNegativeFloat
    days: NonNegativeInt
    nulls: NonNegativeFloat
    outcomes: NonNegativeFloat
    numbers: NonNegativeFloat
    values: NonNegativeFloat
    unseen: NonNegativeFloat
    gone: NonNegativeFloat
    repeated: NonNegativeFloat


class Ingestion(BaseModel, extra="forbid", frozen=True):
    """What a month has to be like.

    Attributes:
        key: Columns that together identify a row; none if nothing does.
        time: Column that says when; None where the names of files are no periods.
        time_zone: In which a day begins and ends; None is UTC.
        calendar: Columns that differ from month to month by their nature.
        outcomes: Shares of rows to watch, as expressions that `pandas.DataFrame.eval` knows, by name.
        max_values: A column of text with more different values holds names, which are not compared.
        accept: A month whose pattern a person has found to be right.
        limits: What is still in pattern.
    """

    key: list[str] = []
    time: str | None = None
    time_zone: str | None = None
    calendar: list[str] = []
    outcomes: dict[str, str] = {}
    max_values: PositiveInt
    accept: str | None = None
    limits: Limits
