"""A registered model, and how to read one from a folder without MLflow, whose import takes three seconds."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import yaml

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


class RegisteredModel(NamedTuple):
    """A model that may be served: it knows which version it is and what it came from."""

    estimator: "Pipeline"
    name: str
    version: str
    run_id: str
    lineage: dict[str, str]


def digest(evidence: Any) -> str:
    """Hash of what can be written as JSON, however it is written."""
    return hashlib.sha256(json.dumps(evidence, sort_keys=True, default=str).encode()).hexdigest()


def read_estimator(folder: Path) -> "Pipeline":
    """The estimator of a logged model; no types are loaded but those that it was saved to trust."""
    import skops.io  # noqa: PLC0415  (two seconds, which commands of the registry do not wait)

    saved = describe(folder)["flavors"]["sklearn"]
    estimator: Pipeline = skops.io.load(folder / saved["pickled_model"], trusted=saved["skops_trusted_types"])
    return estimator


def read_example(folder: Path) -> pd.DataFrame:
    """The rows that a model was logged with."""
    return pd.DataFrame(**json.loads((folder / "input_example.json").read_text(encoding="utf-8")))


def describe(folder: Path) -> dict[str, Any]:
    """What MLflow noted about a logged model."""
    noted: dict[str, Any] = yaml.safe_load((folder / "MLmodel").read_text(encoding="utf-8"))
    return noted
