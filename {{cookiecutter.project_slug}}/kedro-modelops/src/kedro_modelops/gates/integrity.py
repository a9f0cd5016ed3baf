"""Gates for whether a judgement can be trusted: no leak, sound predictions, known lineage."""

from collections.abc import Iterator
from typing import Annotated, Any

from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameModel
from pydantic import BeforeValidator
from sklearn.base import is_classifier

from kedro_modelops.contracts.faults import find_faults, is_fault
from kedro_modelops.errors import RefusedError
from kedro_modelops.gates.gate import Evidence, Gate, Judgement, at_least, at_most
from kedro_modelops.models.class_paths import import_named
from kedro_modelops.models.estimators import Candidate, build_estimator
from kedro_modelops.models.scoring import score
from kedro_modelops.project_settings import team_package
from kedro_modelops.tracking.lineage import missing, unclean

CODES = {
    "class": "sklearn.preprocessing.OrdinalEncoder",
    "options": {"handle_unknown": "use_encoded_value", "unknown_value": -1},
}
HASHED_WORDS = {"class": "sklearn.feature_extraction.text.HashingVectorizer", "options": {"n_features": 1024}}


def _contract(named: Any) -> Any:
    return import_named(named, [team_package()], "a contract stands in schemas.py") if isinstance(named, str) else named


class Leak(Gate):
    """Refuses a model that sees the target under another name: one feature that alone reaches more than `max_score`."""

    max_score: float

    def look(self, evidence: Evidence) -> Judgement:
        """Fits a small tree on each feature alone."""
        alone = {feature: self._score(feature, evidence) for feature in evidence.features.columns}
        feature = max(alone, key=lambda name: alone[name])
        metric = evidence.metric
        told = f"{metric.title} of a tree with 16 leaves on {feature} alone is {metric.tell(alone[feature])}"
        judge, allowed = (at_least, "no less than ") if metric.is_error else (at_most, "")
        threshold = metric.read(self.max_score)
        return judge(threshold, metric.read(alone[feature]), f"{told}; {allowed}{threshold:g} is allowed.")

    @staticmethod
    def _score(feature: str, evidence: Evidence) -> float:
        kind = "DecisionTreeClassifier" if is_classifier(evidence.model) else "DecisionTreeRegressor"
        estimator = {"class": f"sklearn.tree.{kind}", "options": {"max_leaf_nodes": 16}}
        tree = Candidate.model_validate({"estimator": estimator, "categorical": [CODES], "text": [HASHED_WORDS]})
        known, target = evidence.train_set[[feature]], evidence.train_set[evidence.problem.target]
        fitted = build_estimator(tree, known, evidence.seed, evidence.problem.text).fit(known, target)
        return score(fitted, evidence.test_set[[feature]], evidence.target, evidence.scoring)


class Contract(Gate):
    """Refuses predictions that break their contract, and a classifier that never predicts one of its classes.

    Attributes:
        table: The contract, by its dotted path.
        unpredicted: Classes so rare that they need not be predicted.
    """

    table: Annotated[type[DataFrameModel], BeforeValidator(_contract)]
    unpredicted: tuple[str, ...] = ()

    def look(self, evidence: Evidence) -> Judgement:
        """Counts what is broken.

        Raises:
            RefusedError: If a check of the contract fails by itself, which says nothing of the model.
        """
        breaches = dict(self._breaches(evidence))
        told = "; ".join(f"{what} ({rows:,} rows)" if rows else what for what, rows in breaches.items())
        broken = sum(max(rows, 1) for rows in breaches.values())
        classes = ", and each class occurs" if is_classifier(evidence.model) else ""
        return at_most(0, broken, f"{told}." if told else f"Predictions keep to their contract{classes}.")

    def _breaches(self, evidence: Evidence) -> Iterator[tuple[str, int]]:
        try:
            self.table.validate(evidence.predictions, lazy=True)
        except SchemaErrors as error:
            if is_fault(error):
                faults = "; ".join(map(str, find_faults(error)))
                msg = f"the predictions cannot be judged by {self.table.__name__}: {faults}. Correct the check"
                raise RefusedError(msg) from error
            cases = error.failure_cases.fillna({"column": "table", "check": "rule"})
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
