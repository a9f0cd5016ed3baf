"""What every contract of a table has in common."""

from functools import partial
from typing import Any

import pandas as pd
import pandera.pandas as pa

from kedro_modelops.contracts.columns import is_bare
from kedro_modelops.contracts.normalization import levels_of, normalize
from kedro_modelops.errors import RefusedError


class Table(pa.DataFrameModel):
    """Any table: it has rows, and no column that its contract does not name.

    A table is brought into the form of its contract before it is judged (`normalize`), so int64 becomes int32, and the
    null of text is NaN, wherever it comes from. Nothing is ever coerced beyond that: `coerce` has no effect.
    """

    class Config:
        """No other column, and none twice."""

        strict = True
        unique_column_names = True

    @pa.dataframe_check()  # no name: pandera 0.35 forgets it once a first table has inherited the check
    def there_are_rows(cls, table: pd.DataFrame) -> bool:
        """A file without rows is a delivery that failed."""
        return len(table) > 0

    @classmethod
    def build_schema_(cls, **kwargs: Any) -> pa.DataFrameSchema:
        """Makes the schema, which begins with the border.

        Raises:
            RefusedError: If a column of times has no zone.
        """
        schema = super().build_schema_(**kwargs)
        for name, column in {**schema.columns, **levels_of(schema)}.items():
            column.coerce = False
            if is_bare(column):
                msg = (
                    f"{cls.__module__}.{cls.__name__}: the times of column '{name}' have no zone. Declare it as "
                    'Series[Annotated[pd.DatetimeTZDtype, "us", "utc"]]; where tables come with the readings of a '
                    "clock, say whose: "
                    'metadata={"zone": "America/New_York"}'
                )
                raise RefusedError(msg)
        schema.coerce = False
        schema.parsers = [pa.Parser(partial(normalize, schema=schema)), *schema.parsers]
        return schema
