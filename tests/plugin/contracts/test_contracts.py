"""A partitioned dataset's contract is kept by each partition, when it is loaded."""

import pandas as pd
import pandera.pandas as pa
import pytest
from kedro.validation import DataValidationError
from kedro_modelops.contracts.partitions import EachPartition
from kedro_modelops.contracts.refusal import broken_contract


class Readings(pa.DataFrameModel):
    """What a thermometer says."""

    celsius: float = pa.Field(ge=-90, le=60)


CONTRACT = EachPartition(f"{__name__}.Readings")


def test_a_partition_is_loaded_and_judged_when_it_is_asked_for() -> None:
    loaded: list[float] = []

    def load() -> pd.DataFrame:
        loaded.append(20.0)
        return pd.DataFrame({"celsius": loaded})

    partitions = CONTRACT.validate({"2024-01": load})
    assert loaded == []
    assert list(partitions["2024-01"]()["celsius"]) == [20.0]


def test_the_partition_that_breaks_the_contract_is_named() -> None:
    partitions = CONTRACT.validate(
        {
            "2024-01": lambda: pd.DataFrame({"celsius": [20.0]}),
            "2024-02": lambda: pd.DataFrame({"celsius": [20.0, 290.0, 295.0]}),
        }
    )
    partitions["2024-01"]()
    with pytest.raises(DataValidationError) as refused:
        partitions["2024-02"]()
    assert broken_contract(refused.value).splitlines()[:2] == [
        "partition '2024-02' breaks its contract Readings:",
        "  - column 'celsius': rule 'less_than_or_equal_to(60)' is broken by 2 rows, the first is row 2, "
        "for example 290.0",
    ]
