"""Offline, in batches and online, features are the same, row by row."""

import json
from contextlib import closing
from pathlib import Path

import pandas as pd
from flight_delays.schemas import FlightPlan
from kedro_modelops.pipelines.inference.nodes import score_months
from kedro_modelops.pipelines.inference.parameters import Inference
from kedro_modelops.predictions.digests import hash_rows, lines_of
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.predictions.records import inputs_of, read_inputs
from kedro_modelops.registry import export as exported
from kedro_modelops.testing.forms import as_records
from rows import arrivals, computed, reference
from service import Server


def planned(flights: pd.DataFrame) -> pd.DataFrame:
    return flights[[name for name in FlightPlan.to_schema().columns if name in flights]]


def test_features_of_real_rows_are_equal(server: Server, bundle: Path) -> None:
    lazy = {name: table.copy for name, table in arrivals().items()}
    scored = score_months(lazy, exported.load(bundle / "model"), reference(), Inference())
    batch = pd.concat(load() for load in scored.values()).set_index("key")
    asked = server.ask(*as_records(planned(pd.concat(arrivals().values())))).json()["prediction_ids"]
    with closing(PredictionStore(server.store_url)) as store:
        online = store.read().set_index("prediction_id").loc[asked].set_index("key")

    assert list(online.index) == list(batch.index)
    assert list(online["features_hash"]) == list(batch["features_hash"])
    assert list(online["output"]) == list(batch["output"])
    pd.testing.assert_frame_equal(read_inputs(online["inputs"]), inputs_of(batch))
    assert list(online["inputs"]) == [json.loads(inputs) for inputs in lines_of(inputs_of(batch))]
    offline = computed()
    both = dict(zip(batch.index, batch["features_hash"], strict=True))
    assert len(offline) > 100
    assert [both[key] for key in offline.index] == hash_rows(offline)
