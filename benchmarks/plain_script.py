"""The work of `kedro run`, by hand: the same pandas and scikit-learn calls, without Kedro, MLflow or DVC.

Run inside a baked project: it calls the node functions, which are functions of tables and parameters, one
after the other.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pandas as pd
import yaml

RAW, OUT = Path("data/01_raw"), Path("build/plain")


def main(package: str) -> None:
    """Trains and judges a model on the raw data of the project in the current folder."""

    def module(name: str) -> ModuleType:
        return import_module(f"kedro_modelops.{name}")

    processing = import_module(f"{package}.pipelines.data_processing.nodes")
    training, evaluation = module("pipelines.training.nodes"), module("pipelines.evaluation.nodes")
    figures, importance = module("pipelines.evaluation.figures"), module("pipelines.evaluation.importances")
    raw = {}
    for file in Path("conf/base").glob("parameters*.yml"):
        raw |= yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    problem = module("roles").Roles(**raw["problem"])
    split = import_module(f"{package}.pipelines.data_processing.parameters").Split(**raw["split"])
    tried = module("pipelines.training.parameters").Training(**raw["training"])
    judged = module("pipelines.evaluation.parameters").Evaluation(**raw["evaluation"])

    months = {file.stem: (lambda file=file: pd.read_parquet(file)) for file in sorted((RAW / "flights").glob("*"))}
    features = processing.build_features(months, processing.index_weather(pd.read_parquet(RAW / "weather.parquet")))
    train, test = processing.split_train_test(features, split)
    results = training.compare_candidates(train, problem, tried)
    model = training.fit_best(train, results, problem, tried).estimator
    predictions = evaluation.predict_test_set(model, test, problem)
    metrics = evaluation.measure(model, train, test, problem, judged)
    slices = evaluation.measure_slices(model, test, problem, judged, tried.scoring)
    importances = importance.measure_importances(model, test, problem, judged, tried.scoring, tried.seed)
    gates = module("gates").Gates(**raw["gates"])
    verdict = module("pipelines.evaluation.verdict").judge_gates(
        model, train, test, predictions, metrics, slices, None, {}, problem, tried.scoring, tried.seed, gates
    )

    OUT.mkdir(parents=True, exist_ok=True)
    for name, table in {"train": train, "test": test, "importances": importances, "slices": slices}.items():
        table.to_parquet(OUT / f"{name}.parquet")
    (OUT / "metrics.json").write_text(json.dumps([metrics, verdict], default=str), encoding="utf-8")
    drawn = figures.draw_figures(model, test, problem, tried.scoring)
    (OUT / "report.html").write_text("".join(drawn.values()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
