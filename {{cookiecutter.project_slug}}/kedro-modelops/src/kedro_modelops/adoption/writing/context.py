"""What the templates say of a table."""

from collections.abc import Iterator
from typing import Any

from kedro_modelops.adoption.judging import thresholds
from kedro_modelops.adoption.judging.judge import Judged
from kedro_modelops.adoption.judging.measures import Measures
from kedro_modelops.adoption.judging.model_input import SEED
from kedro_modelops.adoption.judging.months import calendar_of_raw, limits_of, measure_files
from kedro_modelops.adoption.judging.training_settings import METRICS
from kedro_modelops.adoption.proposing.proposal import TEST_SHARE, Proposal
from kedro_modelops.adoption.writing.contract_texts import ContractTexts
from kedro_modelops.adoption.writing.names import names_of
from kedro_modelops.adoption.writing.texts_for_tests import texts_for_tests

LOSSES = {"roc_auc": 0.05, "roc_auc_ovr": 0.05, "r2": 0.15, "neg_log_loss": 0.1, "neg_brier_score": 0.05}
"""What a serving model may lose in each scorer before a new one is asked for."""
TOLERANCES = ((5000, 0.02), (500, 0.05), (0, 0.1))
"""Held-out rows, and by how much a new model may be worse than the champion on so many."""
FEWEST_MONTHS = 2
"""Beyond which a table shows what months differ in."""


def context_of(proposal: Proposal, judged: Judged, package: str, owner: str) -> dict[str, Any]:
    """All names that the templates use."""
    contracts = ContractTexts(proposal)
    return {
        **names_of(proposal, package),
        **contracts.of_tables(),
        **contracts.of_model(),
        "example": contracts.example(judged.rows),
        **_settings(proposal, judged),
        **_ingestion(proposal),
        **_card(proposal, owner),
        **texts_for_tests(proposal),
    }


def _ingestion(proposal: Proposal) -> dict[str, Any]:
    measured = measure_files(proposal)
    limits = {"limits": limits_of(measured), "limits_measured": measured}
    return limits | {"calendar_of_raw": calendar_of_raw(proposal)}


def _settings(proposal: Proposal, judged: Judged) -> dict[str, Any]:
    whole, sample = judged.whole, judged.sample
    months = proposal.columns[proposal.time].content.dt.strftime("%Y-%m").nunique() if proposal.time else 0
    return {
        "training": judged.training,
        "training_of_sample": judged.training_of_sample,
        "whole": whole,
        "sample": sample,
        "asked": thresholds.gates_of(whole, thresholds.WHOLE),
        "of_sample": thresholds.gates_of(sample, thresholds.SAMPLE),
        "metrics": METRICS[proposal.kind],
        **_parts(judged),
        "min_samples": judged.min_samples[0],
        "few": judged.min_samples[1],
        "tolerance": next(tolerance for rows, tolerance in TOLERANCES if whole.rows > rows),
        "test_share": TEST_SHARE,
        "seed": SEED,
        "split_seed": judged.seeds[0],
        "sample_split_seed": judged.seeds[1],
        "seasonal": months > FEWEST_MONTHS,
        "losses": _losses(proposal, whole),
    }


def _parts(judged: Judged) -> dict[str, Any]:
    """What is asked of slices and groups."""
    whole, sample, wide = judged.whole, judged.sample, thresholds.WIDEST_SLICE
    slices = thresholds.slices_of(whole, sample)
    groups = thresholds.groups_of(whole, sample, judged.sensitive)
    return {
        "slices": slices,
        "slice_gap": thresholds.gap_of(slices, whole.slices, 0.1, wide + 0.1),
        "sample_slice_gap": thresholds.gap_of(slices, sample.slices, 0.15, 2 * wide + 0.1),
        "groups": groups,
        "rate_gap": thresholds.gap_of(groups, whole.fairness, 0.1, 0.5),
        "sample_rate_gap": thresholds.gap_of(groups, sample.fairness, 0.2, 0.9),
    }


def _losses(proposal: Proposal, whole: Measures) -> dict[str, float]:
    error = abs(whole.metrics.get("test_neg_mean_absolute_error", 0.0))
    known = LOSSES | {"neg_mean_absolute_error": max(thresholds.round_up(error * 0.2), 1e-6)}
    watched = {name: known[name] for name in METRICS[proposal.kind] if name in known}
    return watched if proposal.kind == "regression" else watched | {"calibration": 0.05}


def _card(proposal: Proposal, owner: str) -> dict[str, Any]:
    told = {
        "binary": f"whether {proposal.target} is {proposal.classes[-1] if proposal.classes else ''}",
        "multiclass": f"which {proposal.target} a row has, of {len(proposal.classes)}",
        "regression": f"the {proposal.target} of a row",
    }
    said = f"Predicts {told[proposal.kind]}."
    return {
        "title": " ".join(proposal.name.split("_")).capitalize() + f": {proposal.target}",
        "purpose": said,
        "owner": owner,
        "learned": f"Learned from {proposal.rows:,} rows of {proposal.place}; how they were chosen is to be said here.",
        "more_limits": list(_limits(proposal)),
        "grounds": dict(_grounds(proposal)),
    }


def _limits(proposal: Proposal) -> Iterator[str]:
    if proposal.repeated:
        yield f"{proposal.repeated:,} rows repeat another one in all that is known before; they are left out."
    if proposal.rare:
        yield f"Too rare to be learned: {', '.join(map(str, proposal.rare))}."


def _grounds(proposal: Proposal) -> Iterator[tuple[str, str]]:
    for name, what in proposal.personal.items():
        use = "is seen by the model" if name in proposal.features else "is not seen by the model"
        use = "names the row" if name in proposal.key else use
        yield name, f"It holds {what}, and {use}. Say here on what ground it is kept, or take it out of the data."
