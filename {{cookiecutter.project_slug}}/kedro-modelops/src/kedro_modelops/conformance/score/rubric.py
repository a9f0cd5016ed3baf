"""The whole rubric: points, sections, and the score, which is the lowest section's."""

from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from kedro_modelops.conformance.rule import Verdict
from kedro_modelops.conformance.score import data, infrastructure, model, monitoring
from kedro_modelops.conformance.score.last_run import Evidence
from kedro_modelops.conformance.score.point import Check, Point, Scored, judge_point

REPORTING, CONF = "data/08_reporting", "conf/base/parameters"
GATES, WATCHED, TRAINING = f"{REPORTING}/gates.json", f"{CONF}_monitoring.yml", f"{CONF}_training.yml"
CARD, CONTRACTS, DEPLOY = f"{CONF}_registration.yml", "src/{package}/schemas.py", ".github/workflows/deploy.yml"
SECTIONS: dict[str, tuple[tuple[Check, str, str], ...]] = {
    "data": (
        (data.feature_schema, "Feature expectations are captured in a schema", CONTRACTS),
        (data.features_beneficial, "All features are beneficial", f"{REPORTING}/importances.csv"),
        (data.feature_cost, "No feature's cost is too much", WATCHED),
        (data.feature_requirements, "Features adhere to meta-level requirements", CONTRACTS),
        (data.privacy_controls, "The data pipeline has privacy controls", CARD),
        (data.feature_added_quickly, "New features can be added quickly", "src/{package}/features.py"),
        (data.feature_code_tested, "All input feature code is tested", "tests/unit"),
    ),
    "model": (
        (model.specification_reviewed, "Model specs are reviewed and submitted", TRAINING),
        (model.offline_meets_online, "Offline and online metrics correlate", WATCHED),
        (model.hyperparameters_tuned, "All hyperparameters have been tuned", f"{REPORTING}/search_results.csv"),
        (model.staleness_known, "The impact of model staleness is known", WATCHED),
        (model.simpler_model_not_better, "A simpler model is not better", GATES),
        (model.good_on_slices, "Model quality is sufficient on important data slices", f"{REPORTING}/slices.csv"),
        (model.inclusion_tested, "The model is tested for considerations of inclusion", GATES),
    ),
    "infrastructure": (
        (infrastructure.training_reproducible, "Training is reproducible", "requirements/train.txt"),
        (infrastructure.model_code_tested, "Model specification code is unit tested", "tests/unit"),
        (infrastructure.pipeline_integration_tested, "The full ML pipeline is integration tested", "tests/test_run.py"),
        (infrastructure.quality_validated, "Model quality is validated before serving", GATES),
        (
            infrastructure.example_followed,
            "The model allows debugging step by step on one example",
            CARD,
        ),
        (
            infrastructure.canary_before_traffic,
            "Models are tested by a canary before serving",
            DEPLOY,
        ),
        (infrastructure.rollback_tried, "Models can be rolled back quickly and safely", DEPLOY),
    ),
    "monitoring": (
        (monitoring.dependencies_notified, "Dependency changes result in notification", ".github/dependabot.yml"),
        (
            monitoring.data_invariants_hold,
            "Data invariants hold in training and serving inputs",
            CONTRACTS,
        ),
        (monitoring.no_skew, "Training and serving features compute the same values", "tests/test_same_features.py"),
        (monitoring.models_not_stale, "Models are not too stale", WATCHED),
        (monitoring.numerically_stable, "The model is numerically stable", f"{REPORTING}/metrics.json"),
        (
            monitoring.compute_not_regressed,
            "The model has not regressed in training or serving speed",
            "pyproject.toml",
        ),
        (monitoring.quality_not_regressed, "The model has not regressed in quality on served data", WATCHED),
    ),
}
"""Checks in the rubric's order and words, each with where its proof stands; `{package}` is the team's."""
POINTS = tuple(
    Point(section, check.__name__, title, where, check)
    for section, rows in SECTIONS.items()
    for check, title, where in rows
)
COLORS = {7: "brightgreen", 6: "green", 5: "yellowgreen", 4: "yellow", 3: "orange"}
"""Of the badge, by the score; red below."""


def judge_score(evidence: Evidence) -> list[Scored]:
    """Judges all points."""
    return [judge_point(point, evidence) for point in POINTS]


def sections(scored: Iterable[Scored]) -> dict[str, int]:
    """Points of each section."""
    given = [one.section for one in scored if one.verdict == Verdict.PASSED]
    return {name: given.count(name) for name in SECTIONS}


def describe(evidence: Evidence, scored: list[Scored]) -> dict[str, Any]:
    """For programs."""
    reached = sections(scored)
    return {
        "project": evidence.project.name,
        "plugin": version("kedro-modelops"),
        "score": min(reached.values()),
        "of": min(map(len, SECTIONS.values())),
        "sections": reached,
        "points": [asdict(one) | {"verdict": str(one.verdict)} for one in scored],
    }


def badge(scored: list[Scored]) -> dict[str, Any]:
    """For https://shields.io/badges/endpoint-badge."""
    reached = min(sections(scored).values())
    color = COLORS.get(reached, "red")
    return {"schemaVersion": 1, "label": "ML Test Score", "message": f"{reached} of 7", "color": color}
