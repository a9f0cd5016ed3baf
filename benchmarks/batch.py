"""Rows a second of batch scoring, beside a plain script, and beside the bare `predict` of the same model: prints four.

Run inside a trained project. Scoring looks up the weather, computes features, asks for probabilities too, and writes
what the prediction store keeps of each row. The plain script reads, joins, computes features, asks for probabilities
and writes these; `predict` is handed features that somebody else has computed.
"""

import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pandas as pd

RUNS = 5


def main(package: str, bundle: str) -> None:
    """Scores the raw months of the project in the current folder."""
    logging.disable()  # what the pipeline says goes to standard output too
    features, schemas = import_module(f"{package}.features"), import_module(f"{package}.schemas")
    nodes = import_module("kedro_modelops.pipelines.inference.nodes")
    inference = import_module("kedro_modelops.pipelines.inference.parameters").Inference()
    written_as = import_module("kedro_modelops.predictions.partitions").WholeParquetDataset
    served = import_module("kedro_modelops.registry.export").load(Path(bundle) / "model")
    reference = pd.read_parquet("data/03_primary/reference.parquet")
    files = sorted(Path("data/01_raw/flights").glob("*.parquet"))
    months = {file.stem: (lambda file=file: pd.read_parquet(file)) for file in files}
    plans = pd.concat(load() for load in months.values())[list(schemas.Schedule.to_schema().columns)]
    prepared = features.compute_features(features.complete(plans, reference))

    def score() -> None:
        with tempfile.TemporaryDirectory() as folder:
            for month, load in nodes.score_months(months, served, reference, inference).items():
                written_as(filepath=str(Path(folder, month))).save(load())

    def plain() -> None:
        with tempfile.TemporaryDirectory() as folder:
            for month, load in months.items():
                asked = load()[list(schemas.Schedule.to_schema().columns)]
                chances = served.estimator.predict_proba(features.compute_features(features.complete(asked, reference)))
                asked.assign(probability=chances[:, 1]).to_parquet(Path(folder, month))

    def predict() -> None:
        served.estimator.predict(prepared)

    def rate(work: Callable[[], None]) -> float:
        begin = time.perf_counter()
        work()
        return len(plans) / (time.perf_counter() - begin)

    for peer in (plain, predict):
        rate(score), rate(peer)
        pairs = [(rate(score), rate(peer)) for _ in range(RUNS)]
        print(*(statistics.median(side) for side in zip(*pairs, strict=True)))


if __name__ == "__main__":
    main(*sys.argv[1:])
