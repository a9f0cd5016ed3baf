"""A search by Optuna, for `training.search`: it looks where the settings tried so far did well."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.model_selection._search import BaseSearchCV


class OptunaSearch(BaseSearchCV):  # type: ignore[misc]  # scikit-learn ships no types
    """Tries `n_trials` settings of the space, each chosen by Optuna's tree-structured Parzen estimator.

    It needs the package `optuna`, in the dependency group `model` of `pyproject.toml`. Settings that come up again are
    not fitted again.
    """

    def __init__(  # noqa: PLR0913  (as scikit-learn's own searches)
        self,
        estimator: BaseEstimator,
        param_distributions: Mapping[str, list[Any]],
        *,
        n_trials: int = 20,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: bool = True,
        cv: Any = None,
        verbose: int = 0,
        random_state: int | None = None,
        error_score: Any = "raise",
        return_train_score: bool = False,
    ) -> None:
        """Takes the options of `RandomizedSearchCV`, with `n_trials` for its `n_iter`."""
        self.param_distributions, self.n_trials, self.random_state = param_distributions, n_trials, random_state
        super().__init__(
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            error_score=error_score,
            return_train_score=return_train_score,
        )

    def _run_search(self, evaluate_candidates: Callable[[list[dict[str, Any]]], dict[str, Any]]) -> None:
        try:
            optuna: Any = import_module("optuna")  # not everybody has it
        except ImportError as error:
            msg = "Optuna is not installed: add optuna to the group `model` of pyproject.toml, then `make lock setup`"
            raise ImportError(msg) from error
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        sampler = optuna.samplers.TPESampler(seed=self.random_state)
        study, known = optuna.create_study(direction="maximize", sampler=sampler), {}
        spaces = {
            name: optuna.distributions.CategoricalDistribution(range(len(values)))
            for name, values in self.param_distributions.items()
        }
        for _ in range(self.n_trials):
            trial = study.ask(spaces)
            chosen = tuple(trial.params[name] for name in spaces)
            if chosen not in known:
                settings = {name: self.param_distributions[name][trial.params[name]] for name in spaces}
                known[chosen] = float(evaluate_candidates([settings])["mean_test_score"][-1])
            study.tell(trial, known[chosen])
