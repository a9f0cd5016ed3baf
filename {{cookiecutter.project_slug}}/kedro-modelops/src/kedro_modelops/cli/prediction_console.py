"""What `kedro model explain` and `kedro model trace` show of a prediction."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext

from kedro_modelops.registry import model_registry
from kedro_modelops.roles import Roles
from kedro_modelops.terminal_tables import print_table
from kedro_modelops.tracking.runs import connect


class PredictionConsole:
    """A project's predictions, for people: why they are as they are, and where they come from."""

    def __init__(self, context: KedroContext, say: Callable[[str], None]) -> None:
        """Connects to the registry.

        Args:
            context: Of the project.
            say: Where sentences go; tables go to the terminal.
        """
        self.context, self._say, self._project = context, say, Path(context.project_path)
        connect(context.config_loader["mlflow"], self._project)
        self._parameters: dict[str, Any] = context.config_loader["parameters"]
        self._target = str(self._parameters["problem"]["target"])
        catalog = context.config_loader["catalog"]
        self.name: str = catalog["registered_version"]["name"]
        self._trusted_types: list[str] = catalog["model"]["trusted_types"]

    def explain(self, key: str, wanted: str | None) -> None:
        """Shows how a version answers for a held-out row, or for what a prediction was asked."""
        from kedro_modelops.models import explanation  # noqa: PLC0415  (scikit-learn, for which no list must wait)
        from kedro_modelops.predictions.rows import find_case  # noqa: PLC0415  (the same)

        serving = (
            model_registry.CHAMPION
            if model_registry.CHAMPION in model_registry.aliases(self.name)
            else model_registry.CHALLENGER
        )
        problem, catalog = Roles.model_validate(self._parameters["problem"]), self.context.catalog
        case = find_case(key, problem, catalog.load("test_set"), self._scored_months())
        asked = model_registry.load(self.name, wanted or case.version or serving, self._trusted_types)
        background = problem.features(catalog.load("train_set"))
        found = explanation.explain(asked.estimator, case.features, background, self._parameters["training"]["seed"])
        if record := case.record or self._recorded(key):
            self._show("1. What was recorded", ["field", "value"], record.items())
        gains = ([name, case.features[name].iloc[0], f"{gain:+.4f}"] for name, gain in found.contributions.items())
        self._show("2. What the model sees", ["feature", "value", "contribution"], gains)
        self._show("3. What the estimator gets", ["column", "value, if not 0"], found.transformed.items())
        self._say(
            f"4. Version {asked.version} answers {found.score:.4f} ({found.answer}): {found.usual:.4f} is usual, "
            f"the features add {found.score - found.usual:+.4f}. What happened: {case.happened}."
        )

    def _recorded(self, key: str) -> dict[str, Any]:
        from kedro_modelops.models import explanation  # noqa: PLC0415  (scikit-learn)

        raw = self._parameters.get("raw_record")
        return explanation.raw_record(self.context.catalog.load(raw["dataset"]), raw["key"], key) if raw else {}

    def _scored_months(self) -> Iterable[Callable[[], Any]]:
        catalog = self.context.catalog
        return catalog.load("scores").values() if catalog.exists("scores") else ()

    def trace(self, prediction_id: str) -> None:
        """Shows what led to a prediction."""
        from kedro_modelops.predictions.trace import trace  # noqa: PLC0415  (the prediction store)

        self._show(f"Prediction {prediction_id}", ["", ""], trace(prediction_id, self._scored_months()))

    def _show(self, title: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
        if not print_table(title, columns, rows):
            self._say(f"{title}: none")
