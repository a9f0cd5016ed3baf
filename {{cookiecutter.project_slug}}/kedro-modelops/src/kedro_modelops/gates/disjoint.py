"""The gate that shows that a model is judged on rows which it has not seen."""

from math import ceil

import pandas as pd
from pydantic import Field

from kedro_modelops.contracts.row_keys import hash_content
from kedro_modelops.gates.gate import Evidence, Gate, Judgement, at_most
from kedro_modelops.roles import Roles


class Disjoint(Gate):
    """Refuses a test set that shares rows or groups with the training set, or that begins before that ends.

    Rows are shared if they have one key, or, under whatever key, the same features, target and carried columns. The
    time does not count among these: a copy that was moved to another day is a copy.

    Attributes:
        max_repeated: Share of the test set that may repeat what stands in the training set under another key, as rows
            of a few coarse columns do by nature.
    """

    max_repeated: float = Field(ge=0, le=1)

    def look(self, evidence: Evidence) -> Judgement:
        """Counts the rows."""
        train, test, roles = evidence.train_set, evidence.test_set, evidence.problem
        key, time, group = roles.key, roles.time, roles.group
        known = test[key].isin(train[key])
        repeated = int((repeated_rows(train, test, roles) & ~known).sum())
        early = int((test[time] < train[time].max()).sum()) if time else 0
        known_groups = _known_groups(evidence)
        sentence = (
            f"Of {len(test):,} rows of the test set {known.sum():,} are in the training set too, and {repeated:,} "
            f"repeat one of its rows under another key (a share of {self.max_repeated:g} is allowed)"
        )
        sentence += f"; {early:,} are older than its newest" if time else ""
        sentence += f"; {known_groups:,} are of a {group} that it has rows of." if group else "."
        copied = repeated if repeated > self.max_repeated * len(test) else 0
        if copied:
            sentence += (
                " Leave out repeated rows before the split. If they are different rows that look alike, "
                f"`gates.disjoint.max_repeated: {ceil(100 * repeated / len(test)) / 100:g}` allows so many."
            )
        return at_most(0, int(known.sum()) + early + known_groups + copied, sentence)


def _known_groups(evidence: Evidence) -> int:
    """How many rows of the test set are of a group that the training set has rows of."""
    group = evidence.problem.group
    return int(evidence.test_set[group].isin(evidence.train_set[group]).sum()) if group else 0


def repeated_rows(train_set: pd.DataFrame, test_set: pd.DataFrame, problem: Roles) -> pd.Series:
    """Which rows of the test set have the content of a training row, whatever their keys and times are."""
    compared = [name for name in test_set if name not in {problem.key, problem.time} and name in train_set]
    return hash_content(test_set[compared]).isin(hash_content(train_set[compared]))
