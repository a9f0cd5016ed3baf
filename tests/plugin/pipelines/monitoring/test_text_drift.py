"""Free text has no categories: its length is compared, and no text is unseen."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from kedro_modelops.models.registered_model import RegisteredModel
from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.inputs import watch_inputs
from kedro_modelops.pipelines.monitoring.signals.signal import Signal
from kedro_modelops.roles import Roles

ROLES = Roles(target="y", key="key", text=("remark",))


def remarks(length: int, seed: int) -> pd.DataFrame:
    """Texts of which no two are the same."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(length, length + 10, 300)
    texts = [" ".join(map(str, draw.integers(0, 10**6, size))) for size in sizes]
    return pd.DataFrame({"remark": [None, *texts[1:]], "key": [f"{seed}-{row}" for row in range(300)], "y": 1.0})


def signals(length: int, parameters: dict[str, Any]) -> dict[str, Signal]:
    features = ROLES.features(remarks(length, 2))
    rows = pd.DataFrame({"version": "1", "features_hash": "0"}, features.index)
    window: Any = SimpleNamespace(features=features, rows=rows)
    profile = SimpleNamespace(train=remarks(20, 1))
    settings = Monitoring.model_validate(parameters["monitoring"] | {"seasonality": "none", "min_rows": 100})
    found = watch_inputs(window, profile, RegisteredModel(None, "model", "1", "run", {}), ROLES, settings)
    return {signal.name: signal for signal in found}


def test_longer_texts_have_drifted_and_others_have_not(parameters: dict[str, Any]) -> None:
    assert signals(20, parameters)["drift/remark"].verdict == "ok"
    longer = signals(40, parameters)["drift/remark"]
    assert longer.verdict == "alert"
    assert longer.sentence.startswith("The length of remark is ")


def test_no_text_is_an_unseen_category(parameters: dict[str, Any]) -> None:
    assert signals(20, parameters)["unseen"].value == 0
