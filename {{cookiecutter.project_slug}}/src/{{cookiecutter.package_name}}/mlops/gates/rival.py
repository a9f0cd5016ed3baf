"""The gate that compares a model with the one that serves now."""

import numpy as np
import pandas as pd
from pydantic import Field, NonNegativeFloat, PositiveInt
from scipy.stats import bootstrap
from sklearn.base import is_classifier

from ...scoring import Recorded, score
from .gate import Champion, Evidence, Gate, Judgement, Verdict, at_least


class NotWorseThanChampion(Gate):
    """Refuses a model that may be worse than the champion on the same held-out rows by more than `tolerance`.

    Rows are drawn again and again, and both models are scored on each draw (paired bootstrap, class by class, so that
    each occurs): the lower bound of the difference, at `confidence`, must not lie under minus `tolerance`.
    """

    tolerance: NonNegativeFloat
    confidence: float = Field(gt=0.5, lt=1)
    resamples: int = Field(ge=100)
    max_samples: PositiveInt

    def look(self, evidence: Evidence) -> Judgement:
        """Scores both models on each draw; a champion that cannot be asked refuses too."""
        champion = evidence.champion
        if champion is None:
            return Judgement(Verdict.PASSED, "There is no champion yet to compare with.")
        if lacking := sorted(set(champion.model.feature_names_in_) - set(evidence.test_set.columns)):
            return Judgement(
                Verdict.FAILED,
                f"Champion {champion.version} cannot be compared, for the test set lacks its {', '.join(lacking)}: "
                "keep the column in problem.carried, where the new model does not see it, or say "
                "`enabled: false` for this one change.",
            )
        difference, bound = self._difference(evidence, champion)
        sentence = (
            f"{evidence.scoring} minus that of champion {champion.version} on the same rows is {difference:+.4f}, with "
            f"{self.confidence:.0%} confidence at least {bound:+.4f}; -{self.tolerance} is allowed."
        )
        return at_least(-self.tolerance, bound, sentence)

    def _difference(self, evidence: Evidence, champion: Champion) -> tuple[float, float]:
        rows = evidence.test_set.sample(min(self.max_samples, len(evidence.test_set)), random_state=evidence.seed)
        target = rows[evidence.problem.target].to_numpy()
        challenging = Recorded(evidence.model, evidence.problem.features(rows))
        serving = Recorded(champion.model, rows[list(champion.model.feature_names_in_)])

        def difference(drawn: np.ndarray) -> float:
            scores = [score(model, drawn, target[drawn], evidence.scoring) for model in (challenging, serving)]
            return scores[0] - scores[1]

        every = np.arange(len(rows))
        observed = difference(every)
        if np.isnan(observed):
            return observed, observed
        classes = pd.Series(target).groupby(target).indices.values() if is_classifier(evidence.model) else [every]
        once = [numbers for numbers in classes if len(numbers) == 1]
        found = bootstrap(
            tuple(numbers for numbers in classes if len(numbers) > 1),
            lambda *drawn: difference(np.concatenate([*drawn, *once])),
            n_resamples=self.resamples,
            vectorized=False,
            confidence_level=self.confidence,
            alternative="greater",
            method="percentile",
            rng=evidence.seed,
        )
        return observed, float(found.confidence_interval.low)
