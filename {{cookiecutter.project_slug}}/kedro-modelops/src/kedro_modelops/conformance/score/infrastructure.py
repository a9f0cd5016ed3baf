"""Points for infrastructure."""

import numpy as np

from kedro_modelops.conformance.score.last_run import Evidence, Proof, require
from kedro_modelops.conformance.score.rollback import rehearse
from kedro_modelops.models.explanation import explain, raw_record
from kedro_modelops.models.scoring import answers
from kedro_modelops.pipelines.evaluation.golden import record_golden
from kedro_modelops.pipelines.training.nodes import fit_best
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.registry import model_registry, promotion
from kedro_modelops.tracking.lineage import flaws

WHOLE_RUN = "::test_one_attempt_is_one_run_with_its_candidates_below_it"
"""Of the kit's `RunTests`, which run all pipelines of a training attempt."""


def training_reproducible(evidence: Evidence) -> Proof:
    """The best setting, fitted anew on the same rows, answers bit by bit as the model does, whose origin is known."""
    lacking = flaws(evidence.lineage)
    require(not lacking, f"version {evidence.version.version} cannot be reproduced: {'; '.join(lacking)}")
    training = Training.model_validate(evidence.parameters["training"])
    again = fit_best(evidence.train_set, evidence.load("search_results"), evidence.roles, training).estimator
    features = evidence.roles.features(evidence.test_set)
    was, now = answers(evidence.model, features), answers(again, features)
    same = was.shape == now.shape and bool(np.array_equal(was, now))
    require(same, "fitted anew, the model answers otherwise: a seed is missing, or data and code have changed since")
    return Proof(f"Fitted anew, it gives {len(features):,} held-out rows the same answers, bit by bit.")


def model_code_tested(evidence: Evidence) -> Proof:
    """Each function of the pipelines is tested, and the tests pass."""
    evidence.require_rule("nodes_tested")
    unit = [name for name in evidence.outcomes.passed if name.startswith("tests.unit.")]
    require(unit, "no test in tests/unit passes: `make test`")
    failed = [name for name in evidence.outcomes.failed if name.startswith("tests.unit.")]
    require(not failed, f"{', '.join(failed)} fail: `make test`")
    return Proof(f"{len(unit)} unit tests pass.")


def pipeline_integration_tested(evidence: Evidence) -> Proof:
    """A test runs all pipelines, to a registered version; CI runs it, and them, at each push."""
    passed = [name for name in evidence.outcomes.passed if name.endswith(WHOLE_RUN)]
    require(passed, "no test runs the whole pipeline, or it fails: tests/test_run.py inherits the kit's RunTests")
    commands, triggers = evidence.commands("ci.yml"), evidence.workflow("ci.yml")
    require("make setup test" in commands and "make run" in commands, "ci.yml does not run tests and pipelines")
    require(
        {"push", "pull_request"} <= set(triggers.get("on") or triggers.get(True) or {}), "ci.yml waits to be started"
    )
    return Proof(f"{passed[0].partition('::')[0]} runs them, and so does ci.yml at each push.")


def quality_validated(evidence: Evidence) -> Proof:
    """Gates are on, have passed the version, and nothing that they refuse can be promoted."""
    evidence.require_rule("gates_on")
    judged = evidence.load("gates")
    require(judged["verdict"] == "passed", f"the last model was refused by {', '.join(judged['failed'])}")
    require(not judged["switched_off"], f"{', '.join(judged['switched_off'])} were switched off in the last run")
    promotion.check(evidence.version)
    return Proof(f"{len(judged['gates'])} gates let version {evidence.version.version} pass, as its seal says.")


def example_followed(evidence: Evidence) -> Proof:
    """A held-out row can be followed from its record to its answer, feature by feature."""
    roles, rows = evidence.roles, evidence.test_set.head(1)
    background = roles.features(evidence.train_set)
    found = explain(evidence.model, roles.features(rows), background, evidence.parameters["training"]["seed"])
    gap = abs(found.usual + found.contributions.sum() - found.score)
    require(gap < 1e-6, f"what the features contribute misses the answer by {gap:.2g}")  # noqa: PLR2004  (rounding)
    key, stated = str(rows[roles.key].iloc[0]), evidence.parameters.get("raw_record") or {}
    require(
        stated,
        "parameters_registration.yml has no raw_record: `kedro model explain` cannot show what a row was made from",
    )
    record = raw_record(evidence.load(stated["dataset"]), stated["key"], key)
    require(record, f"raw_record finds no record of {key} in {stated['dataset']}")
    return Proof(f"`kedro model explain {key}` leads from {len(record)} recorded fields to {found.score:.4f}.")


def canary_before_traffic(evidence: Evidence) -> Proof:
    """Golden answers are those of the model, and staging comes before a canary in production."""
    golden = evidence.load("golden")
    require(golden.get("rows"), "golden.json has no requests that a canary could be asked: `make run`")
    now = record_golden(evidence.model, evidence.load("requests"), evidence.load("reference"))
    require(now == golden, "the model does not give the golden answers of golden.json: `make run`")
    jobs = evidence.workflow("deploy.yml").get("jobs", {})
    needs = (jobs.get("production") or {}).get("needs", [])
    require("staging" in needs, "deploy.yml brings to production what staging has not seen")
    for job in ("staging", "production"):
        command = f'deploy ARGS="--for deploy" TO={job}'
        require(command in evidence.commands("deploy.yml", job), f"deploy.yml does not bring the canary to {job}")
    return Proof(f"{len(golden['rows'])} golden requests are answered as they were; deploy.yml asks a canary first.")


def rollback_tried(evidence: Evidence) -> Proof:
    """The version was promoted, replaced, and brought back, in a copy of the registry; a button does so too."""
    require("rollback" in evidence.text(".github/workflows/deploy.yml"), "deploy.yml cannot roll back")
    return Proof(rehearse(model_registry.find(evidence.version.name, str(evidence.version.version))))
