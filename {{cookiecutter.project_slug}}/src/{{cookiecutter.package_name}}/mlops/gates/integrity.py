"""Gates for whether a judgement can be trusted: rows kept apart, no leak, sound predictions, known lineage."""

from collections.abc import Iterator

from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameModel
from pydantic import ImportString
from sklearn.base import is_classifier

from ...estimators import Candidate, build_estimator
from ...scoring import score
from ..lineage import missing, unclean
from .gate import Evidence, Gate, Judgement, at_most

CODES = {
    "class": "sklearn.preprocessing.OrdinalEncoder",
    "options": {"handle_unknown": "use_encoded_value", "unknown_value": -1},
}


class Disjoint(Gate):
    """Refuses a test set that shares keys with the training set or, if time plays a part, begins before that ends."""

    def look(self, evidence: Evidence) -> Judgement:
        """Counts the rows."""
        key, time = evidence.problem.key, evidence.problem.time
        known = int(evidence.test_set[key].isin(evidence.train_set[key]).sum())
        early = int((evidence.test_set[time] < evidence.train_set[time].max()).sum()) if time else 0
        sentence = f"Of {len(evidence.test_set):,} rows of the test set {known:,} are in the training set too"
        sentence += f", and {early:,} are older than its newest." if time else "."
        return at_most(0, known + early, sentence)


class Leak(Gate):
    """Refuses a model that sees the target under another name: one feature that alone reaches more than `max_score`."""

    max_score: float

    def look(self, evidence: Evidence) -> Judgement:
        """Fits a small tree on each feature alone."""
        alone = {feature: self._score(feature, evidence) for feature in evidence.features.columns}
        feature = max(alone, key=lambda name: alone[name])
        told = f"{evidence.scoring} of a tree with 16 leaves on {feature} alone is {alone[feature]:.4f}"
        return at_most(self.max_score, alone[feature], f"{told}; {self.max_score} is allowed.")

    @staticmethod
    def _score(feature: str, evidence: Evidence) -> float:
        kind = "DecisionTreeClassifier" if is_classifier(evidence.model) else "DecisionTreeRegressor"
        estimator = {"class": f"sklearn.tree.{kind}", "options": {"max_leaf_nodes": 16}}
        tree = Candidate.model_validate({"estimator": estimator, "categorical": [CODES]})
        known = evidence.train_set[[feature]]
        fitted = build_estimator(tree, known, evidence.seed).fit(known, evidence.train_set[evidence.problem.target])
        return score(fitted, evidence.test_set[[feature]], evidence.target, evidence.scoring)


class Contract(Gate):
    """Refuses predictions that break their contract, and a classifier that never predicts one of its classes.

    Attributes:
        table: The contract, by its dotted path.
        unpredicted: Classes so rare that they need not be predicted.
    """

    table: ImportString[type[DataFrameModel]]
    unpredicted: tuple[str, ...] = ()

    def look(self, evidence: Evidence) -> Judgement:
        """Counts what is broken."""
        breaches = dict(self._breaches(evidence))
        told = "; ".join(f"{what} ({rows:,} rows)" if rows else what for what, rows in breaches.items())
        broken = sum(max(rows, 1) for rows in breaches.values())
        classes = ", and each class occurs" if is_classifier(evidence.model) else ""
        return at_most(0, broken, f"{told}." if told else f"Predictions keep to their contract{classes}.")

    def _breaches(self, evidence: Evidence) -> Iterator[tuple[str, int]]:
        try:
            self.table.validate(evidence.predictions, lazy=True)
        except SchemaErrors as error:
            cases = error.failure_cases.fillna({"column": "table"})
            for (column, check), found in cases.groupby(["column", "check"], sort=False):
                yield f"{column}: {check}, but found {found['failure_case'].iloc[0]}", int(found["index"].nunique())
        if is_classifier(evidence.model):
            predicted = set(evidence.predictions["prediction"].astype(str)) | set(self.unpredicted)
            absent = [label for label in evidence.model.classes_ if str(label) not in predicted]
            yield from ((f"class {label} is never predicted", 0) for label in absent)


class Lineage(Gate):
    """Refuses a model of unknown origin and, but for local experiments, of code or data that no version holds."""

    allow_dirty: bool

    def look(self, evidence: Evidence) -> Judgement:
        """Counts what is missing; with `allow_dirty`, what is recorded as `none` (no commit yet) is not."""
        known = evidence.lineage
        lacking = [name for name in missing(known) if not (self.allow_dirty and known.get(name) == "none")]
        sentence = f"Missing: {', '.join(lacking)}." if lacking else "Every piece of it is recorded."
        if changes := unclean(known):
            allowed = "which is allowed here, but not to be promoted"
            remedy = allowed if self.allow_dirty else "so commit (`dvc add` data first) and train again"
            sentence += f" But {' and '.join(changes)}, {remedy}."
        return at_most(0, len(lacking) + (0 if self.allow_dirty else len(changes)), sentence)
