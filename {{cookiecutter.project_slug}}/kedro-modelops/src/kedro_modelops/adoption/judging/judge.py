"""Judges a table: trains on it, and on a sample that will do for the tests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from kedro_modelops.adoption.judging.measures import Measures, measure_models, repeated_share
from kedro_modelops.adoption.judging.model_input import compute, divide, split_seed
from kedro_modelops.adoption.judging.samples import SIZES, draw_sample
from kedro_modelops.adoption.judging.training_settings import merged, quick_settings, training_of, training_of_sample
from kedro_modelops.adoption.proposing.personal_data import words_of
from kedro_modelops.adoption.proposing.proposal import Proposal

SENSITIVE = {"sex", "gender", "race", "ethnicity", "nationality", "religion", "marital", "geschlecht", "sexe"}
MOST_ROWS = 20_000
"""On which models are tried."""
MANY_ROWS, FEW = 10_000, 15
"""Rows from which on a slice has to have 200, and rows that one of the tests has to have."""
TRIES = 4
CLEAR, ROOM = 0.05, 0.01
"""How much better than a guess a model has to be on a sample, and how far below the target its best feature."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was measured, and on what.

    Attributes:
        training: Settings.
        training_of_sample: What `conf/ci` says otherwise.
        whole: Reached on all rows.
        sample: Reached on those of the tests.
        rows: These.
        min_samples: Rows of a slice that is judged, of all and of these.
        sensitive: Columns by which people must be treated alike.
        seeds: By which rows that judge are drawn, of all and of these.
    """

    training: Mapping[str, Any]
    training_of_sample: Mapping[str, Any]
    whole: Measures
    sample: Measures
    rows: pd.DataFrame
    min_samples: tuple[int, int]
    sensitive: list[str]
    seeds: tuple[int, int]


def judge(proposal: Proposal) -> Judged:
    """Trains and measures; draws samples until the models on one can be told from a guess."""
    table = compute(proposal, proposal.table)
    training, sliced = training_of(proposal, divide(proposal, table)[0]), sliceable(proposal)
    some = table if len(table) <= MOST_ROWS else table.sample(MOST_ROWS, random_state=0).sort_index(ignore_index=True)
    quick = merged(training, {"search": {"options": {"n_jobs": 1}}} | quick_settings(training))
    many = 200 if len(table) > MANY_ROWS else max(20, len(table) // 50)
    whole = measure_models(proposal, some, quick, sliced, min(many, max(len(some) // 50, 20)))
    if len(some) < len(table):
        whole = replace(whole, repeated=repeated_share(proposal, table))
    best: Judged | None = None
    for rows in samples(proposal):
        few = compute(proposal, rows)
        changes = training_of_sample(proposal, divide(proposal, few)[0], training)
        found = Judged(
            training=training,
            training_of_sample=changes,
            whole=whole,
            sample=measure_models(proposal, few, merged(training, changes), sliced, FEW),
            rows=rows,
            min_samples=(many, FEW),
            seeds=(split_seed(proposal, table), split_seed(proposal, few)),
            sensitive=[name for name in sliced if set(words_of(name).split("_")) & SENSITIVE],
        )
        best = found if best is None or quality(found.sample) > quality(best.sample) else best
        if quality(best.sample) >= 1:
            break
    assert best is not None  # noqa: S101  (there is a first sample)
    return best


def samples(proposal: Proposal) -> Iterator[pd.DataFrame]:
    """Rows that might do for the tests, the fewest first."""
    for size in SIZES:
        for seed in range(TRIES):
            yield draw_sample(proposal, size, seed)
            if proposal.rows <= size:
                return


def quality(measures: Measures) -> float:
    """Whether thresholds can be set that a good model passes and a bad one does not: 1 and more if so."""
    return min(measures.over_dummy / CLEAR, (measures.ceiling - measures.leak) / ROOM, 1)


def sliceable(proposal: Proposal) -> list[str]:
    """Features of a few values, those first by which people must be treated alike."""
    fit = [
        column.name
        for column in (proposal.columns[name] for name in proposal.features)
        if 2 <= column.distinct <= 8 and (column.kind in {"text", "flag"} or column.is_listed)  # noqa: PLR2004
    ]
    return sorted(fit, key=lambda name: not set(words_of(name).split("_")) & SENSITIVE)[:6]
