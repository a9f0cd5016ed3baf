"""Bad data ends with a sentence that names the file, column, rule and number of rows, and leaves nothing behind."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import Kedro, connect

FILE = "data/01_raw/patients.parquet"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda table: table.drop(columns="bmi"), ["column 'bmi' is missing"]),
        (lambda table: table.assign(s1=table["s1"] / 38.67), ["column 's1'", "s4 is total cholesterol"]),
        (lambda table: table.assign(sex=3.0), ["column 'sex'", "for example 3.0"]),
        (lambda table: table.assign(age=None), ["column 'age'"]),
        (lambda table: table.head(0), ["there_are_rows"]),
    ],
)
def test_a_broken_contract_names_file_column_and_rule(
    project: Path, kedro: Kedro, spoil: Callable[[pd.DataFrame], pd.DataFrame], told: list[str]
) -> None:
    table = spoil(pd.read_parquet(FILE))
    Path(FILE).unlink()
    table.to_parquet(FILE, index=False)
    result = kedro("run", "--env", "ci")
    assert result.exit_code == 1
    assert f"{FILE} breaks its contract RawPatients" in result.output
    assert [part for part in told if part not in result.output] == []
    assert not connect(project).search_model_versions()
