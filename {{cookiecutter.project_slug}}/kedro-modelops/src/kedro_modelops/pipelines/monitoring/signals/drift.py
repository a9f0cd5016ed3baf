"""How far two tables are apart, column by column."""

import warnings
from collections.abc import Iterable

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from scipy.stats import chi2_contingency, ks_2samp

from kedro_modelops.models.slices import slice_names


def measure_distances(reference: pd.DataFrame, current: pd.DataFrame) -> pd.Series:
    """Measures by Evidently how far each column has moved.

    Args:
        reference: What is usual.
        current: The same columns.

    Returns:
        By column: Wasserstein distance in standard deviations of the reference (numbers), Jensen-Shannon distance
        (categories). Columns that hold nothing on one of the sides are left out.
    """
    columns = [str(name) for name in reference if reference[name].notna().any() and current[name].notna().any()]
    if not columns:
        return pd.Series(dtype=float)
    numeric = [name for name in columns if is_number(reference[name])]
    named = [name for name in columns if name not in numeric]
    with warnings.catch_warnings(action="ignore"):  # Evidently and what it imports use what others deprecate
        from evidently import DataDefinition, Dataset, Report  # noqa: PLC0415  (seven seconds: no other pipeline waits)
        from evidently.metrics import ValueDrift  # noqa: PLC0415  (as above)

        definition = DataDefinition(numerical_columns=numeric, categorical_columns=named)
        tables = (
            Dataset.from_pandas(_readable(table[columns], named), data_definition=definition)
            for table in (current, reference)
        )
        methods = {name: "wasserstein" if name in numeric else "jensenshannon" for name in columns}
        asked = [ValueDrift(column=name, method=method) for name, method in methods.items()]
        found = Report(asked).run(*tables).dict()["metrics"]
    return pd.Series([metric["value"] for metric in found], columns, dtype=float)


def _readable(table: pd.DataFrame, named: list[str]) -> pd.DataFrame:
    return table.assign(**{name: slice_names(table[name]) for name in named})


def distances_among(table: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """The largest distance between one group, such as a month, and the others, by column; empty if there is but one."""
    apart = [measure_distances(table[groups != group], table[groups == group]) for group in groups.unique()]
    return pd.concat(apart, axis=1).max(axis=1) if apart else pd.Series(dtype=float)


def find_p_values(reference: pd.DataFrame, current: pd.DataFrame, columns: Iterable[str]) -> pd.Series:
    """Tests whether columns come from the same distribution: Kolmogorov-Smirnov (numbers), chi-square (categories).

    Not by Evidently, whose chi-square test divides by zero at a category that the reference lacks.

    Returns:
        The p-value by column.
    """
    return pd.Series({name: _test(reference[name], current[name]) for name in columns}, dtype=float)


def _test(reference: pd.Series, current: pd.Series) -> float:
    if is_number(reference):
        return float(ks_2samp(reference.dropna(), current.dropna()).pvalue)
    counts = pd.concat([slice_names(side).value_counts() for side in (reference, current)], axis=1).fillna(0)
    return float(chi2_contingency(counts).pvalue)


def is_number(column: pd.Series) -> bool:
    """Whether a column is measured rather than named."""
    return is_numeric_dtype(column) and not is_bool_dtype(column)
