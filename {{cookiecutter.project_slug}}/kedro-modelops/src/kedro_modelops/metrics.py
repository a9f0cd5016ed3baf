"""Metrics as people read them: name, sign and unit. Scorers are made for searches, in which more is always better."""

import math
from typing import NamedTuple

NEGATIVE = "neg_"
"""What the names of scorers begin with, scikit-learn's and others, that give an error with a minus."""
TITLES = {
    "d2_brier_score": "D² of the Brier score",
    "f1": "F1 score",
    "matthews_corrcoef": "Matthews correlation",
    "neg_brier_score": "Brier score",
    "neg_max_error": "Largest error",
    "r2": "R²",
    "roc_auc": "ROC AUC",
    "roc_auc_ovo": "ROC AUC, class against class",
    "roc_auc_ovr": "ROC AUC, class against the rest",
}
"""Of scorers whose name does not say it."""
IN_UNITS = {
    "neg_max_error",
    "neg_mean_absolute_error",
    "neg_median_absolute_error",
    "neg_root_mean_squared_error",
}
"""Scorers in the unit of the target."""
SHARES = {"neg_mean_absolute_percentage_error"}
"""Scorers that give a share, which people read in per cent."""
SIGNIFICANT = 3


class Metric(NamedTuple):
    """A metric for people.

    Attributes:
        scorer: Its name for programs.
        title: Its name for people.
        unit: Of its values; empty where they have none.
    """

    scorer: str
    title: str
    unit: str = ""

    @property
    def is_error(self) -> bool:
        """Whether less is better."""
        return self.scorer.rpartition(".")[2].startswith(NEGATIVE)

    @property
    def heading(self) -> str:
        """Name and unit."""
        return f"{self.title}, {self.unit}" if self.unit else self.title

    def read(self, score: float) -> float:
        """The value that people read, of what the scorer gives; of a difference between scores too."""
        return 0.0 - score if self.is_error else score

    def number(self, score: float) -> str:
        """The value without its unit."""
        return self._shown(self.read(score))

    def tell(self, score: float) -> str:
        """The value with its unit."""
        return self.amount(self.read(score))

    def amount(self, size: float) -> str:
        """A value that has its sign already, such as by how much one is better, with its unit."""
        return f"{self._shown(size)} {self.unit}".rstrip()

    def change(self, difference: float) -> str:
        """A difference between two scores, with the sign of the value that people read."""
        shown = self.number(difference)
        return shown if shown.startswith("-") or not math.isfinite(difference) else f"+{shown}"

    def _shown(self, size: float) -> str:
        return format_number(100 * size if self.unit == "%" else size)


def find_metric(scorer: str, unit: str = "") -> Metric:
    """The metric of a scorer.

    Args:
        scorer: Its name, or the dotted path of the team's own.
        unit: Of the target, for what is measured in it: `Problem.metric` looks it up.
    """
    name = scorer.rpartition(".")[2]
    title = TITLES.get(name) or name.removeprefix(NEGATIVE).replace("_", " ").capitalize()
    if name in SHARES:
        return Metric(scorer, title, "%")
    if unit and name == "neg_mean_squared_error":
        return Metric(scorer, title, f"{unit}²")
    return Metric(scorer, title, unit if name in IN_UNITS else "")


def format_number(value: float) -> str:
    """Three significant digits with separators of thousands; four decimals of what is smaller than 1."""
    size = abs(value)
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else str(value)
    if size < 1:
        return f"{value:.4f}" if size >= 0.001 or not size else f"{value:.3g}"  # noqa: PLR2004  (four decimals show it)
    return f"{value:,.{max(SIGNIFICANT - 1 - int(math.log10(size)), 0)}f}"
