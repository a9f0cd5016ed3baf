"""Bad data ends with a sentence that names the file, column, rule and number of rows, and leaves nothing behind."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import Kedro, connect

FILE = "data/01_raw/wines.parquet"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda table: table.drop(columns="hue"), ["column 'hue' is missing"]),
        (lambda table: table.assign(proline=table["proline"] / 1000), ["column 'proline'", "100"]),
        (lambda table: table.assign(target=3), ["column 'target'", "for example 3"]),
        (lambda table: table.assign(vintage=1991), ["column 'vintage' is not in the contract"]),
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
    assert f"{FILE} breaks its contract RawWines" in result.output
    assert [part for part in told if part not in result.output] == []
    assert not connect(project).search_model_versions()
