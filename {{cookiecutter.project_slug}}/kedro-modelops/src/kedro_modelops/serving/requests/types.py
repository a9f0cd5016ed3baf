"""Types of requests, for pydantic, made from the pandera model of a row."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal, NotRequired

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera import dtypes
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field
from typing_extensions import TypedDict  # pydantic cannot take typing's before Python 3.12

from kedro_modelops.contracts.columns import zone
from kedro_modelops.contracts.times import localize

FORMATS = ("dataframe_records", "dataframe_split", "instances")
"""Of MLflow's scoring protocol."""

KINDS = {
    dtypes.is_bool: bool,
    dtypes.is_int: int,
    dtypes.is_float: float,
    dtypes.is_datetime: AwareDatetime,
    dtypes.is_string: str,
}
EARLIEST, LATEST = (pd.Timestamp(year, 1, 1, tz="UTC").to_pydatetime() for year in (1678, 2262))
"""Pandas counts nanoseconds since 1970 in 64 bits."""
BOUNDS = {
    "greater_than_or_equal_to": ("ge", "min_value"),
    "greater_than": ("gt", "min_value"),
    "less_than_or_equal_to": ("le", "max_value"),
    "less_than": ("lt", "max_value"),
    "str_matches": ("pattern", "pattern"),
}
LENGTH = "str_length"


class Options(TypedDict, total=False):
    """Wishes of the caller; `probabilities` asks for the probability of each class."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)  # type: ignore[misc]
    probabilities: bool


def record_type(name: str, fields: dict[str, Any], **extra: Any) -> Any:
    """A dictionary type with just these fields."""
    make: Any = TypedDict
    record = make(name, fields)
    record.__pydantic_config__ = ConfigDict(extra="forbid", title=name, json_schema_extra=extra)
    return record


def field_type(column: pa.Column) -> Any:
    """The type of a field, with the limits that pydantic knows too."""
    kind: Any = next(kind for is_kind, kind in KINDS.items() if is_kind(column.dtype))
    if kind is AwareDatetime and (clock := zone(column)):
        kind = Annotated[datetime, Field(strict=True), AfterValidator(partial(_on_clock, clock))]
    limits: dict[str, Any] = {"strict": True} | _limits(column.dtype)
    for check in column.checks:
        if check.name == "isin":
            kind, limits = Literal[tuple(check.statistics["allowed_values"])], {}
        elif check.name in BOUNDS:
            name, statistic = BOUNDS[check.name]
            limits[name] = check.statistics[statistic]
        elif check.name == LENGTH:
            limits |= {"min_length": check.statistics["min_value"], "max_length": check.statistics["max_value"]}
    field = Field(description=column.description, **limits)
    described: Any = Annotated[kind | None if column.nullable and _has_null(column.dtype) else kind, field]
    return described if column.required else NotRequired[described]


def rows_type(row: Any, max_rows: int) -> Any:
    """A list of rows, neither empty nor too long."""
    listed: Any = list
    return Annotated[listed[row], Field(min_length=1, max_length=max_rows)]


def is_known(check: pa.Check) -> bool:
    """Whether pydantic checks this rule of a field; pandera has to check all others."""
    return check.name in {"isin", LENGTH, *BOUNDS}


def _on_clock(clock: str, time: datetime) -> datetime:
    return time if time.tzinfo else localize(pd.Timestamp(time), clock).to_pydatetime()


def _has_null(dtype: Any) -> bool:
    """Whether a table's column of this type can hold a null."""
    return not (isinstance(dtype.type, np.dtype) and dtype.type.kind in "iub")


def _limits(dtype: Any) -> dict[str, Any]:
    """What a table's column of this type can hold."""
    if dtypes.is_datetime(dtype):
        return {"ge": EARLIEST, "le": LATEST}
    if dtypes.is_bool(dtype) or dtypes.is_string(dtype):
        return {}
    if dtypes.is_float(dtype):
        highest = float(np.finfo(f"float{dtype.bit_width}").max)
        return {"allow_inf_nan": False, "ge": -highest, "le": highest}
    bits = dtype.bit_width - dtype.signed
    return {"ge": -(2**bits) if dtype.signed else 0, "le": 2**bits - 1}


def body_type(rows: Any, max_rows: int) -> Any:
    """The type of a body: rows in one of MLflow's formats, and perhaps wishes."""
    cells = rows_type(list[Any], max_rows)
    split = record_type("Split", {"columns": list[str], "data": cells, "index": NotRequired[list[Any]]})
    fields = {"dataframe_records": rows, "dataframe_split": split, "instances": rows, "params": Options}
    one_of = [{"required": [name]} for name in FORMATS]
    return record_type("Invocation", {name: NotRequired[kind] for name, kind in fields.items()}, oneOf=one_of)
