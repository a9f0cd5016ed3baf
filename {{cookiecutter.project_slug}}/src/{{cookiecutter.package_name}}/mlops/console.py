"""What the commands of `kedro model` do and show."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from mlflow.entities.model_registry import ModelVersion
from rich.console import Console
from rich.table import Table

from ..errors import RefusedError
from ..problem import Problem
from . import explanation, exported, ledger, promotion, registry
from .cases import find_case
from .comparison import side_by_side
from .lineage import unclean
from .reproduce import bring_back, reproduce
from .resources import MEASURED
from .summary import summarize
from .trace import trace
from .tracking import connect


class ModelConsole:
    """A project's registered model, for people."""

    def __init__(self, context: KedroContext, say: Callable[[str], None]) -> None:
        """Connects to the registry.

        Args:
            context: Of the project.
            say: Where sentences go; tables go to the terminal.
        """
        self.context, self._say, self._project = context, say, Path(context.project_path)
        connect(context.config_loader["mlflow"], self._project)
        self._parameters: dict[str, Any] = context.config_loader["parameters"]
        self.name: str = context.config_loader["catalog"]["registered_version"]["name"]

    def list(self) -> None:
        """Shows all versions, the newest first."""
        found, aliases = registry.versions(self.name), registry.aliases(self.name)
        if not found:
            msg = f"nothing is registered as {self.name} yet: `kedro run` trains and registers a first version"
            raise RefusedError(msg)
        metrics = [f"test_{metric}" for metric in self._parameters["evaluation"]["metrics"]]

        def row(version: ModelVersion) -> Iterable[Any]:
            measured, lineage = registry.run_of(version).data.metrics, registry.lineage_in(version.tags)
            yield version.version
            yield ", ".join(alias for alias, number in aliases.items() if number == str(version.version))
            yield from (measured.get(metric, "") for metric in metrics)
            yield f"{datetime.fromtimestamp(version.creation_timestamp / 1000, UTC):%Y-%m-%d %H:%M}"
            yield lineage.get("git.commit", "")[:10] + (" and changes" if unclean(lineage) else "")

        self._show(self.name, ["version", "alias", *metrics, "registered (UTC)", "commit"], map(row, found))

    def promote(self, version: str, environment: str, reason: str, approved_by: str) -> None:
        """Makes a version serve."""
        self._moved(promotion.promote(self.name, version, environment, reason, approved_by))

    def rollback(self, environment: str, reason: str, approved_by: str) -> None:
        """Makes the version serve that served before."""
        self._moved(promotion.rollback(self.name, environment, reason, approved_by))

    def _moved(self, move: ledger.Move) -> None:
        before = f"version {move.before}" if move.before else "none"
        self._say(f"Version {move.after} serves in {move.environment}; before, it was {before}.")

    def history(self) -> None:
        """Shows the ledger."""
        fields = [field for field in ledger.Move._fields if field != "at"]
        moves = ([move.at, *(getattr(move, field) for field in fields)] for move in ledger.read(self.name))
        rows = ([f"{at:%Y-%m-%d %H:%M:%S}", *values] for at, *values in moves)
        self._show(f"{self.name}: ledger", ["at (UTC)", *fields], rows)

    def served_at(self, moment: str) -> None:
        """Says what served at a moment."""
        then = ledger.moment(moment)
        for environment in promotion.ALIASES:
            move = ledger.at(ledger.read(self.name, environment), then)
            since = f", since {move.at:%Y-%m-%d %H:%M:%S}, by {move.who}: {move.reason}" if move else ""
            served = f"version {move.after}" if move else "nothing"
            self._say(f"{environment}, {then:%Y-%m-%d %H:%M:%S} UTC: {served}{since}")

    def summary(self) -> str:
        """What the newest training came to, in Markdown."""
        return summarize(self.name, self.context.catalog)

    def card(self, wanted: str) -> None:
        """Prints a model card."""
        version = registry.find(self.name, wanted)
        named = [alias for alias, number in registry.aliases(self.name).items() if number == str(version.version)]
        now = ", ".join(named) or "without an alias"
        self._say(f"{registry.card(version)}\nVersion {version.version} of {self.name}, now {now}.")

    def compare(self, first: str, second: str) -> None:
        """Shows how two versions differ."""
        versions = [registry.find(self.name, wanted) for wanted in (first, second)]
        before, after = (registry.run_of(version).data for version in versions)
        columns = ["", *(f"version {version.version}" for version in versions)]
        rows = [
            [name, old, new, f"{new - old:+.4f}"]
            for name, old, new in side_by_side(before.metrics, after.metrics)
            if name.startswith(("test_", "train_", *MEASURED)) and old != "" and new != ""
        ]
        self._show("Metrics and cost", [*columns, "change"], rows)
        parameters, lineage = (before.params, after.params), (registry.lineage_in(version.tags) for version in versions)
        for title, pair in (("Parameters that differ", parameters), ("Lineage that differs", lineage)):
            self._show(title, columns, (row for row in side_by_side(*pair) if row[1] != row[2]))

    def explain(self, key: str, wanted: str | None) -> None:
        """Shows how a version answers for a held-out row, or for what a prediction was asked."""
        serving = registry.CHAMPION if registry.CHAMPION in registry.aliases(self.name) else registry.CHALLENGER
        problem, catalog = Problem.model_validate(self._parameters["problem"]), self.context.catalog
        case = find_case(key, problem, catalog.load("test_set"), self._scored_months())
        asked = registry.load(self.name, wanted or case.version or serving)
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
        raw = self._parameters.get("raw_record")
        return explanation.raw_record(self.context.catalog.load(raw["dataset"]), raw["key"], key) if raw else {}

    def _scored_months(self) -> Iterable[Callable[[], Any]]:
        catalog = self.context.catalog
        return catalog.load("scores").values() if catalog.exists("scores") else ()

    def trace(self, prediction_id: str) -> None:
        """Shows what led to a prediction."""
        self._show(f"Prediction {prediction_id}", ["", ""], trace(prediction_id, self._scored_months()))

    def export(self, wanted: str, folder: Path) -> None:
        """Writes a copy of a version."""
        exported.export(self.name, wanted, folder)
        self._say(f"{folder} holds version {exported.load(folder).version} of {self.name}.")

    def data(self, wanted: str, folder: Path) -> None:
        """Copies the data that a version was trained on."""
        bring_back(self._project, self.name, wanted, folder, self._say)

    def reproduce(self, wanted: str, *, keep: bool) -> None:
        """Trains a version anew."""
        if differences := reproduce(self._project, self.name, wanted, self._say, keep=keep):
            raise RefusedError("\n  - ".join([f"version {wanted} was not reproduced:", *differences]))
        self._say("Reproduced: the same parameters and metrics, and bit-identical predictions on the held-out rows.")

    def _show(self, title: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*(f"{value:.4f}" if isinstance(value, float) else str(value) for value in row))
        if table.row_count:
            Console().print(table)
        else:
            self._say(f"{title}: none")
