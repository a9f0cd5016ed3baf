"""Points for features and data."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from kedro_modelops.conformance.catalog_rules import contract_of
from kedro_modelops.conformance.score.last_run import Evidence, Proof, require
from kedro_modelops.conformance.score.serving_cost import measure_costs
from kedro_modelops.predictions.prediction_store import TRIAL, PredictionStore
from kedro_modelops.problem import load_problem
from kedro_modelops.tracking.commits import run_git

LEAST_COVERAGE = 0.9
"""As `fail_under` of a project's coverage."""
KEPT_APART = ("predictions.db", "conf/local/serving_keys.json", "secrets/serving/keys.json", ".env")


def feature_schema(evidence: Evidence) -> Proof:
    """Each feature has a type and a rule, and training and test set are checked against them."""
    columns = load_problem().features.to_schema().columns
    bare = [
        name for name, column in columns.items() if not column.checks and str(column.dtype) not in {"bool", "boolean"}
    ]
    require(not bare, f"no rule says what {', '.join(map(str, bare))} may hold: give each a range or its values")
    for name in ("train_set", "test_set"):
        stated = evidence.catalog.get(name, {}).get("validator")
        require(stated, f"{name} has no contract in conf/base/catalog.yml")
        held = set(contract_of(stated).to_schema().columns)
        require(
            set(columns) <= held, f"the contract of {name} lacks {', '.join(sorted(set(map(str, columns)) - held))}"
        )
    return Proof(f"{len(columns)} features have a type and a rule each, and both sets are checked against them.")


def features_beneficial(evidence: Evidence) -> Proof:
    """What each feature is worth was measured, with its chance, and the report names those without use."""
    table = evidence.load("importances")
    seen, known = set(table["feature"]), set(map(str, evidence.model.feature_names_in_))
    require(seen == known, f"importances.csv does not tell of {', '.join(sorted(known ^ seen))}: `make run`")
    require(
        {"importance", "std", "useful"} <= set(table), "importances.csv has no interval: `make run` measures it anew"
    )
    require(np.isfinite(table[["importance", "std"]]).all(axis=None), "an importance in importances.csv is no number")
    require(table["useful"].any(), "no feature has a measurable use: the model learned from chance")
    useless, report = table.loc[~table["useful"].astype(bool), "feature"].tolist(), evidence.load("report")
    untold = [name for name in useless if name not in report]
    require(not untold, f"the report does not name {', '.join(untold)}, which have no measurable use")
    told = f"; without: {', '.join(useless)}, as the report says" if useless else ""
    return Proof(
        f"{len(table) - len(useless)} of {len(table)} features have a measurable use{told}.", {"useless": useless}
    )


def feature_cost(evidence: Evidence) -> Proof:
    """What a prediction costs is measured, and what each feature needs: bytes, columns, and looking up elsewhere."""
    costs, limits = measure_costs(evidence), evidence.parameters["monitoring"]["limits"]
    for name in ("latency_p99_ms", "cost_per_thousand"):
        told = f"{name} is {costs[name]:.3g}, and monitoring.limits.{name} allows {limits.get(name)}"
        require(limits.get(name) is not None and costs[name] <= limits[name], told)
    dearest = max(costs["features"], key=lambda one: one["bytes"])
    sentence = f"A row takes {costs['latency_p99_ms']:.1f} ms at the slowest (p99) of {costs['rows']}; "
    return Proof(f"{sentence}the largest feature is {dearest['feature']}, {dearest['bytes']:.0f} bytes.", costs)


def feature_requirements(evidence: Evidence) -> Proof:
    """Features are known before the answer, and none identifies a person without a declared ground."""
    evidence.require_rule("features_known_before")
    evidence.require_rule("personal_data_marked")
    personal = [name for name, column in load_problem().features.to_schema().columns.items() if column.metadata["pii"]]
    grounds = evidence.parameters["card"].get("personal_data") or {}
    bare = [str(name) for name in personal if not grounds.get(name)]
    require(not bare, f"{', '.join(bare)} are personal and features: card.personal_data has to say on what ground")
    return Proof(f"Each field says when it is known and whether it is personal; of the features, {len(personal)} are.")


def privacy_controls(evidence: Evidence) -> Proof:
    """Personal fields have a ground, git keeps no predictions and keys, and what is about somebody can be deleted."""
    fields = {
        str(name)
        for contract in load_problem().contracts()
        for name, column in contract.to_schema().columns.items()
        if (column.metadata or {}).get("pii")
    }
    evidence.require_rule("personal_data_marked")
    grounds = evidence.parameters["card"].get("personal_data") or {}
    bare = sorted(name for name in fields if not grounds.get(name))
    require(not bare, f"card.personal_data does not say why {', '.join(bare)} are kept, and on what ground")
    kept = [path for path in KEPT_APART if run_git(evidence.project, "check-ignore", "--quiet", path).returncode]
    require(not kept, f"git does not ignore {', '.join(kept)}: .gitignore has to name it")
    require(_forgets(), "the prediction store keeps what was to be deleted")
    return Proof(f"{len(fields)} personal fields have a ground; a prediction was stored, and deleted by its subject.")


def feature_added_quickly(evidence: Evidence) -> Proof:
    """A feature stands in its contract and in one module, and how soon it is in a judged model was measured."""
    problem = load_problem()
    computed = set(problem.features.to_schema().columns) - set(problem.request.to_schema().columns)
    allowed = {problem.features.__module__, problem.compute_features.__module__}
    homes = {Path("src", *name.split(".")).with_suffix(".py") for name in allowed}
    others = [file for file in evidence.sources if file.relative_to(evidence.project) not in homes]
    named = {(name, file.name) for file in others for name in computed if _names(file.read_text("utf-8"), str(name))}
    places = ", ".join(f"{name} in {file}" for name, file in sorted(named))
    require(not named, f"to add a feature takes more than a contract and a function: {places}")
    seconds = evidence.run.data.metrics.get("wall_seconds")
    require(seconds is not None, "the last training was not timed: `make run`")
    return Proof(
        f"A contract line and a function; a model with it was judged after {seconds:.0f} seconds.", {"seconds": seconds}
    )


def feature_code_tested(evidence: Evidence) -> Proof:
    """Tests reach the module that computes features, and pass."""
    evidence.require_rule("nodes_tested")
    path = str(Path("src", *load_problem().compute_features.__module__.split(".")).with_suffix(".py").as_posix())
    failed = [name for name in evidence.outcomes.failed if name.startswith("tests.unit.")]
    require(not failed, f"{', '.join(failed)} fail: `make test`")
    share = evidence.outcomes.coverage.get(path, 0.0)
    require(share >= LEAST_COVERAGE, f"tests reach {share:.0%} of {path}; {LEAST_COVERAGE:.0%} are asked")
    return Proof(f"Tests reach {share:.0%} of {path}.", {"coverage": share})


def _forgets() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        store = PredictionStore(f"sqlite:///{folder}/predictions.db")
        try:
            row = TRIAL | {
                "prediction_id": "a",
                "key": "k",
                "time": datetime.now(UTC),
                "inputs": {"n": "1"},
                "output": 0,
            }
            store.add([row])
            return store.get("a") is not None and store.forget_subject("n", "1") == 1 and store.get("a") is None
        finally:
            store.close()


def _names(text: str, name: str) -> bool:
    return f'"{name}"' in text or f"'{name}'" in text
