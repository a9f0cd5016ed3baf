"""A key stands for one row, to which is joined what happens."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from flight_delays.features import complete
from flight_delays.schemas import FlightPlan
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.predictions.row_claims import SharedKeyError
from rows import arrivals, reference

Row = dict[str, Any]
OPTIONAL = {name for name, column in FlightPlan.to_schema().columns.items() if not column.required}
FIXED = dict.fromkeys(("request_id", "model", "version", "run_id", "features_hash", "caller"), "x") | {"output": 1}


@pytest.fixture
def store(store_url: str) -> Iterator[PredictionStore]:
    with closing(PredictionStore(store_url)) as opened:
        yield opened


@pytest.fixture
def inputs() -> list[Row]:
    """Two different rows, as they are kept."""
    raw = pd.concat(arrivals().values(), ignore_index=True)
    asked = complete(raw[[name for name in FlightPlan.to_schema().columns if name in raw]], reference())
    stated = asked.columns.difference([*OPTIONAL])
    lines = asked[~asked.duplicated(stated)].head(2).to_json(orient="records", lines=True, date_format="iso")
    return [json.loads(line) for line in lines.splitlines()]


def predicted(name: str, inputs: Row, key: str = "one") -> Row:
    return {"prediction_id": name, "key": key, "inputs": inputs, "time": datetime.now(UTC), **FIXED}


def test_another_row_under_a_key_is_refused_and_nothing_of_its_request_is_kept(
    store: PredictionStore, inputs: list[Row]
) -> None:
    first, second = inputs
    store.add([predicted("a", first)])
    with pytest.raises(SharedKeyError, match=r"the key one was asked before, with other .*`identify` in features\.py"):
        store.add([predicted("b", first, "two"), predicted("c", second)])
    with pytest.raises(SharedKeyError):
        store.add([predicted("d", first, "three"), predicted("e", second, "three")])
    assert store.read()["prediction_id"].tolist() == ["a"]
    store.add([predicted("f", second, "two"), predicted("g", second, "three")])


def test_the_same_row_may_come_again_in_whatever_way_it_is_written(store: PredictionStore, inputs: list[Row]) -> None:
    row, other = inputs
    otherwise = {name: float(value) if type(value) is int else value for name, value in row.items()}
    looked_up = row | {name: other.get(name) for name in OPTIONAL} | {"a column of an older contract": 1}
    store.add([predicted("a", row), predicted("b", row)])
    store.add([predicted("c", otherwise), predicted("d", looked_up)])
    assert len(store.read()) == 4


def test_what_is_forgotten_leaves_its_key_free(store: PredictionStore, inputs: list[Row]) -> None:
    first, second = inputs
    store.add([predicted("a", first)])
    assert store.forget_subject("key", "one") == 1
    store.add([predicted("b", second)])
    assert store.forget_before(datetime.now(UTC) + timedelta(days=1)) == 1
    store.add([predicted("c", first)])
