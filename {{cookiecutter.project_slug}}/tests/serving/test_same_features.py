"""Offline, in batches and online, features are the same, row by row."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
from rows import arrivals, computed, reference
from service import Server

from {{cookiecutter.package_name}}.mlops import exported
from {{cookiecutter.package_name}}.mlops.records import hash_rows
from {{cookiecutter.package_name}}.mlops.store import PredictionStore
from {{cookiecutter.package_name}}.pipelines.inference.nodes import score_months
from {{cookiecutter.package_name}}.pipelines.inference.parameters import Inference
from {{cookiecutter.package_name}}.schemas import Request


def as_json(table: pd.DataFrame) -> list[dict[str, Any]]:
    known = table[[name for name in Request.to_schema().columns if name in table]]
    lines = known.to_json(orient="records", lines=True, date_format="iso", double_precision=15).splitlines()
    return [json.loads(line) for line in lines]


def test_features_of_real_rows_are_equal(server: Server, bundle: Path) -> None:
    lazy = {name: table.copy for name, table in arrivals().items()}
    scored = score_months(lazy, exported.load(bundle / "model"), reference(), Inference())
    batch = pd.concat(load() for load in scored.values()).set_index("key")
    asked = server.ask(*as_json(pd.concat(arrivals().values()))).json()["prediction_ids"]
    with closing(PredictionStore(server.store_url)) as store:
        online = store.read().set_index("prediction_id").loc[asked].set_index("key")

    assert list(online.index) == list(batch.index)
    assert list(online["features_hash"]) == list(batch["features_hash"])
    assert list(online["output"]) == list(batch["output"])
    assert list(online["inputs"]) == [json.loads(inputs) for inputs in batch["inputs"]]
    offline = computed()
    both = dict(zip(batch.index, batch["features_hash"], strict=True))
    assert len(offline) > 100
    assert [both[key] for key in offline.index] == hash_rows(offline)
