"""Gates for parts of the test set: no slice far below the whole, and no group that is treated differently."""

from collections.abc import Iterator

from fairlearn.metrics import MetricFrame, selection_rate, true_positive_rate
from pydantic import Field, NonNegativeFloat, PositiveInt
from sklearn.base import is_classifier

from kedro_modelops.gates.gate import Evidence, Gate, Judgement, at_most, not_judged, require
from kedro_modelops.models.slices import judged_slices, slice_names


class Slices(Gate):
    """Refuses a model with a slice whose primary metric lies more than `max_gap` below that of the whole test set."""

    max_gap: NonNegativeFloat

    def look(self, evidence: Evidence) -> Judgement:
        """Finds the worst of the slices that are large enough."""
        judged = judged_slices(evidence.slices)
        if judged.empty:
            return not_judged("No slice is declared that is large enough (evaluation.slices).")
        worst, small, metric = judged.iloc[0], len(evidence.slices) - len(judged), evidence.metric
        lacking = "too few rows, or a class is missing" if is_classifier(evidence.model) else "too few rows"
        sentence = (
            f"{metric.title} is {'highest' if metric.is_error else 'lowest'} for {worst['column']} {worst['value']}: "
            f"{metric.tell(worst['score'])} on {worst['rows']:,} rows, {metric.change(worst['gap'])} against the "
            f"whole; {metric.change(-self.max_gap)} is allowed. {len(judged)} slices are judged, {small} are "
            f"not: {lacking}."
        )
        return at_most(self.max_gap, -worst["gap"], sentence)


class Fairness(Gate):
    """Refuses a classifier whose selection rate or true-positive rate differs by more than `max_gap` between groups.

    A rate that stands on fewer than `min_samples` rows of a group is not judged: it would be chance. With two classes
    the rates are those of the second, with more of them those of each. Rows without a value are a group too.
    """

    columns: list[str]
    max_gap: float = Field(ge=0, le=1)
    min_samples: PositiveInt

    def look(self, evidence: Evidence) -> Judgement:
        """Finds the largest difference."""
        if not is_classifier(evidence.model):
            return not_judged("A regression selects nobody; the gate slices looks at its errors.")
        require("gates.fairness.columns", self.columns, evidence.test_set)
        gaps = [found for column in self.columns for found in self._gaps(evidence, column)]
        if not gaps:
            named = ", ".join(self.columns) or "none is declared"
            return not_judged(f"No two groups have {self.min_samples} rows or more (columns: {named}).")
        gap, where = max(gaps)
        told = f"The largest gap is {gap:.4f}, in the {where}" if gap else "No rate differs"
        return at_most(self.max_gap, gap, f"{told}; {self.max_gap} is allowed.")

    def _gaps(self, evidence: Evidence, column: str) -> Iterator[tuple[float, str]]:
        groups, predicted = slice_names(evidence.test_set[column]), evidence.predictions["prediction"]
        classes = list(evidence.model.classes_)
        for label in classes[1:] if len(classes) == 2 else classes:  # noqa: PLR2004
            is_so, is_said = evidence.target == label, predicted == label
            rates = {
                "selection rate": (selection_rate, is_so.notna()),
                "true-positive rate": (true_positive_rate, is_so),
            }
            for name, (rate, counted) in rates.items():
                enough = groups.map(groups[counted].value_counts()) >= self.min_samples
                known = groups[enough]
                if known.nunique() > 1:
                    frame = MetricFrame(
                        metrics=rate, y_true=is_so[enough], y_pred=is_said[enough], sensitive_features=known
                    )
                    found = frame.by_group
                    where = f"{name} of {label} by {column}, from {found.idxmin()} to {found.idxmax()}"
                    yield float(found.max() - found.min()), where
