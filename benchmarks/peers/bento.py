"""The same model behind BentoML, with its batching on."""

import os
from pathlib import Path

import bentoml
import pandas as pd
import skops.io
import yaml

MODEL = Path(os.environ["MODEL"])


@bentoml.service(workers=1, traffic={"timeout": 60})
class Delays:
    """Answers rows of features."""

    def __init__(self) -> None:
        """Loads the model."""
        saved = yaml.safe_load((MODEL / "MLmodel").read_text())["flavors"]["sklearn"]
        self.model = skops.io.load(MODEL / saved["pickled_model"], trusted=saved["skops_trusted_types"])

    @bentoml.api(batchable=True, max_batch_size=256, max_latency_ms=1000)
    def predict(self, rows: list[dict]) -> list[bool]:
        """One answer a row."""
        return self.model.predict(pd.DataFrame(rows)).tolist()
