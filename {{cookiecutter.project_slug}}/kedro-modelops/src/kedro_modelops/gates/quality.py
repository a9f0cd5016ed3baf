"""Gates for how good a model is: above a floor, better than simple models, as good on new rows, rightly sure."""

from collections.abc import Mapping

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt
from scipy.stats import binomtest
from sklearn.base import is_classifier

from kedro_modelops.gates.gate import Evidence, Gate, Judgement, at_least, at_most, not_judged, within
from kedro_modelops.models.estimators import Candidate, build_estimator, fit_arguments
from kedro_modelops.models.intervals.asking import inside, predict_interval
from kedro_modelops.models.scoring import calibration_error, score

PREPARED = {
    "numeric": [
        {"class": "sklearn.preprocessing.StandardScaler"},
        {"class": "sklearn.impute.SimpleImputer", "options": {"keep_empty_features": True}},
    ],
    "categorical": [
        {
            "class": "sklearn.preprocessing.OneHotEncoder",
            "options": {"handle_unknown": "infrequent_if_exist", "max_categories": 100},
        }
    ],
    "text": [
        {"class": "sklearn.feature_extraction.text.HashingVectorizer", "options": {"n_features": 4096}},
        {"class": "sklearn.decomposition.TruncatedSVD", "options": {"n_components": 50}},
    ],
}
LOGISTIC = {"class": "sklearn.linear_model.LogisticRegression", "options": {"solver": "newton-cholesky"}}
RIDGE = {"class": "sklearn.linear_model.Ridge"}


class Floor(Gate):
    """Refuses a primary metric under `minimum`."""

    minimum: float

    def look(self, evidence: Evidence) -> Judgement:
        """Looks at the test set."""
        metric = evidence.metric
        asked = f"at {'most' if metric.is_error else 'least'} {metric.read(self.minimum):g}"
        sentence = f"{metric.title} on the test set is {metric.tell(evidence.score)}; {asked} is asked."
        return within(metric, self.minimum, evidence.score, sentence)


class Baseline(Gate):
    """Refuses a model that does not beat a guess without features, and a plain linear model, by the margins."""

    over_dummy: PositiveFloat
    over_linear: float

    def look(self, evidence: Evidence) -> Judgement:
        """Fits the simple models on the same training rows, and measures the comparison that is nearer to a refusal."""
        kind = "Classifier" if is_classifier(evidence.model) else "Regressor"
        guess = {"estimator": {"class": f"sklearn.dummy.Dummy{kind}"}}
        linear = PREPARED | {"estimator": LOGISTIC if kind == "Classifier" else RIDGE}
        simple = {
            "a guess without features": (self._score(guess, evidence), self.over_dummy),
            "a plain linear model": (self._score(linear, evidence), self.over_linear),
        }
        nearest, margin = max(simple.values(), key=sum)
        tell = evidence.metric.tell
        told = [f"{name} reaches {tell(reached)} (margin {asked})" for name, (reached, asked) in simple.items()]
        sentence = f"{evidence.metric.title} is {tell(evidence.score)}; {' and '.join(told)}."
        return at_least(margin, evidence.score - nearest, sentence)

    @staticmethod
    def _score(candidate: Mapping[str, object], evidence: Evidence) -> float:
        train, problem = evidence.train_set, evidence.problem
        features = problem.features(train)
        simple = build_estimator(Candidate.model_validate(candidate), features, evidence.seed, problem.text)
        simple.fit(features, train[problem.target], **fit_arguments(train, problem))
        return score(simple, evidence.features, evidence.target, evidence.scoring)


class Overfit(Gate):
    """Refuses a model that does better on its training rows than on the test set by more than `max_gap`."""

    max_gap: NonNegativeFloat

    def look(self, evidence: Evidence) -> Judgement:
        """Takes the test score from the training score."""
        train = evidence.metrics[f"train_{evidence.scoring}"]
        tell = evidence.metric.tell
        on_each = f"{tell(train)} on the training rows and {tell(evidence.score)} on the test set"
        told = f"{evidence.metric.title} is {on_each}"
        return at_most(self.max_gap, train - evidence.score, f"{told}; a gap of {self.max_gap} is allowed.")


class Calibration(Gate):
    """Refuses probabilities that are not what happens: expected calibration error over `max_error`."""

    max_error: float = Field(ge=0, le=1)
    bins: PositiveInt

    def look(self, evidence: Evidence) -> Judgement:
        """Compares probability and frequency in bins of equal width."""
        if not hasattr(evidence.model, "predict_proba"):
            return not_judged("The model gives no probabilities.")
        probabilities = evidence.model.predict_proba(evidence.features)
        error = calibration_error(probabilities, evidence.model.classes_, evidence.target.to_numpy(), self.bins)
        sentence = f"Probabilities are {error:.4f} away from frequencies on average; {self.max_error} is allowed."
        return at_most(self.max_error, error, sentence)


class Coverage(Gate):
    """Refuses intervals that hold what happens too seldom, or so often that they say nothing.

    Attributes:
        minimum: Share of the test set whose target has to lie in the interval of its prediction.
        maximum: Share beyond which intervals are too wide.
        confidence: Of the share's own interval (Wilson's): a model is refused where it lies outside these bounds.
    """

    minimum: float = Field(ge=0, lt=1)
    maximum: float = Field(gt=0, le=1)
    confidence: float = Field(gt=0.5, lt=1)

    def look(self, evidence: Evidence) -> Judgement:
        """Counts the rows of the test set."""
        intervals = predict_interval(evidence.model, evidence.features)
        if intervals is None:
            return not_judged("The model gives no intervals.")
        held = inside(intervals, evidence.target)
        bounds = binomtest(int(held.sum()), len(held)).proportion_ci(self.confidence, method="wilson")
        sentence = (
            f"Of {len(held):,} outcomes {held.mean():.1%} lie in the interval of their prediction, with "
            f"{self.confidence:.0%} confidence {bounds.low:.1%} to {bounds.high:.1%}; {self.minimum:.0%} to "
            f"{self.maximum:.0%} is asked."
        )
        too_wide = bounds.low > self.maximum
        return (
            at_most(self.maximum, bounds.low, sentence) if too_wide else at_least(self.minimum, bounds.high, sentence)
        )
