from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from flight_delays import schemas
from kedro_modelops.errors import RefusedError
from kedro_modelops.pipelines.evaluation.card import Card, write_model_card
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.roles import Roles
from kedro_modelops.tracking.resources import Prices
from pandera.typing import Series
from pydantic import ValidationError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

TEXT = {"name": "N", "purpose": "P", "owner": "O", "intended_use": "I", "not_for": "F", "limits": ["L1", "L2"]}
SLICES = pd.DataFrame(
    [
        ["area", "north", 500, 0.81, 0.01, True],
        ["area", "south", 400, 0.75, -0.05, True],
        ["area", "isle", 3, None, None, False],
    ],
    columns=["column", "value", "rows", "score", "gap", "judged"],
)
GATE = {"name": "floor", "verdict": "passed", "sentence": "High enough.", "enabled": True}


def write(personal_data: dict[str, str] | None = None) -> str:
    model = make_pipeline(LogisticRegression()).fit(pd.DataFrame({"age": [1.0, 2.0], "size": [1.0, 2.0]}), [0, 1])
    metrics = {"test_rows": 903, "train_rows": 3000, "test_accuracy": 0.8, "train_accuracy": 0.85}
    evaluation = Evaluation.model_validate(
        {
            "metrics": {"accuracy": "Share of right answers"},
            "slices": {"columns": ["area"], "min_samples": 100},
            "importance": {"repeats": 2, "max_samples": 10},
            "profile_rows": 100,
        }
    )
    resources = {"wall_seconds": 61.2, "cpu_seconds": 40.0, "peak_memory_mb": 512.0, "cost": 0.0123}
    return write_model_card(
        model,
        metrics,
        SLICES,
        {"gates": [GATE, GATE | {"name": "leak", "enabled": False}]},
        {"data.data/01_raw/rows": "5d41402a", "data.clean": "true", "git.commit": "0123abcd"},
        resources,
        evaluation,
        "accuracy",
        Roles(target="late", key="flight_id"),
        Card.model_validate(TEXT | {"personal_data": personal_data or {}}),
        Prices(currency="EUR", core_hour=1, gigabyte_hour=1),
    )


def test_the_card_shows_all_that_is_known() -> None:
    card = write()
    for shown in (
        "# Model card: N",
        "903 held-out rows; trained on 3,000",
        "| Accuracy | 0.8000 | 0.8500 | Share of right answers |",
        "| floor | passed | High enough. |",
        "| leak | passed (switched off) | High enough. |",
        "2 slices are large enough to be judged, 1 are not",
        "| area south | 400 | 0.7500 | -0.0500 |",
        "61 s, 40 s of processor time, 512 MB of memory at the peak: about 0.012300 EUR.",
        "| data/01_raw/rows | `5d41402a` |",
        "| git.commit | `0123abcd` |",
        "- L2",
    ):
        assert shown in card
    assert card.index("area south") < card.index("area north")


@pytest.mark.parametrize("field", TEXT)
@pytest.mark.parametrize("value", ["", "  ", None, []])
def test_an_empty_field_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=field):
        Card.model_validate(TEXT | {"personal_data": {}} | {field: value})


class People(pa.DataFrameModel):
    age: Series[float] = pa.Field(metadata={"known": "before", "pii": True})
    street: Series[str] = pa.Field(metadata={"known": "before", "pii": True})
    size: Series[float] = pa.Field(metadata={"known": "before", "pii": False})


def test_personal_data_must_be_declared_and_the_card_says_if_the_model_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No contract marks a column as personal data" in write()
    monkeypatch.setattr(schemas, "People", People, raising=False)
    with pytest.raises(RefusedError, match="marks street as personal data"):
        write(personal_data={"age": "Needed, by contract."})
    card = write(personal_data={"age": "Needed, by contract.", "street": "Kept for the invoice."})
    assert "- `age`, which the model sees: Needed, by contract." in card
    assert "- `street`, which the model does not see: Kept for the invoice." in card
