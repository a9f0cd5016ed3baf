"""The same rows, as other tools write them and as callers send them."""

import io
import json
import sqlite3
from collections.abc import Callable, Hashable
from contextlib import closing
from typing import Any

import pandas as pd
import pyarrow
from pyarrow import parquet


def _parquet(table: pd.DataFrame, **options: list[str]) -> pd.DataFrame:
    file = io.BytesIO()
    table.to_parquet(file)
    return pd.DataFrame(parquet.read_table(io.BytesIO(file.getvalue()), **options).to_pandas())


def _texts(table: pd.DataFrame) -> list[str]:
    return [str(name) for name in table if table[name].dtype == object]


def _csv(table: pd.DataFrame) -> pd.DataFrame:
    """As the guide has it: CSV does not say that a column holds text."""
    texts: dict[Hashable, type[str]] = dict.fromkeys(_texts(table), str)
    return pd.read_csv(io.StringIO(table.to_csv()), keep_default_na=False, na_values=[""], dtype=texts)


def _sql(table: pd.DataFrame) -> pd.DataFrame:
    with closing(sqlite3.connect(":memory:")) as connection:
        table.to_sql("rows", connection, index=False)
        return pd.read_sql("select * from rows", connection)


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    wide = table.astype(dict.fromkeys(table.select_dtypes("integer"), "int64"))
    return wide.astype(dict.fromkeys(wide.select_dtypes("float"), "float64"))


def _elsewhere(table: pd.DataFrame) -> pd.DataFrame:
    times = table.select_dtypes("datetimetz")
    return table.assign(**{str(name): times[name].dt.tz_convert("Asia/Tokyo").dt.as_unit("ms") for name in times})


FORMS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "parquet": _parquet,
    "parquet, 64 bits": lambda table: _parquet(_wide(table)),
    "parquet, whole numbers as floats": lambda table: table.astype(
        dict.fromkeys(table.select_dtypes("integer"), float)
    ),
    "parquet, dictionaries": lambda table: _parquet(table, read_dictionary=_texts(table)),
    "parquet, an index of its own": lambda table: _parquet(table.set_axis(range(len(table), 0, -1))),
    "parquet, other zone and unit": lambda table: _parquet(_elsewhere(table)),
    "nullable": lambda table: table.convert_dtypes(),
    "arrow": lambda table: pyarrow.Table.from_pandas(table).to_pandas(types_mapper=pd.ArrowDtype),
    "categories": lambda table: table.astype(dict.fromkeys(_texts(table), "category")),
    "objects": lambda table: table.astype(object),
    "other order": lambda table: table[table.columns[::-1]],
    "csv": _csv,
    "sql": _sql,
}


def as_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as a caller sends them, in JSON."""
    lines = table.to_json(orient="records", lines=True, date_format="iso", date_unit="us", double_precision=15)
    return [json.loads(line) for line in lines.splitlines()]


def as_request(table: pd.DataFrame) -> bytes:
    """The body of a request for these rows."""
    return json.dumps({"dataframe_records": as_records(table)}).encode()
