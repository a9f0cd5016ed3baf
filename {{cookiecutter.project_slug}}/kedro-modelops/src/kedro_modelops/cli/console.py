"""What the commands of `kedro model` do and show."""

import builtins
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlflow.entities.model_registry import ModelVersion

from kedro_modelops.cli.prediction_console import PredictionConsole
from kedro_modelops.errors import RefusedError
from kedro_modelops.problem import load_problem
from kedro_modelops.registry import export, model_registry, promotion, seals
from kedro_modelops.registry.comparison import SETS, side_by_side, tell_change
from kedro_modelops.registry.ledger import audit, history
from kedro_modelops.registry.origins import differing
from kedro_modelops.registry.overview import Overview
from kedro_modelops.tracking.lineage import unclean
from kedro_modelops.tracking.resources import MEASURED


class ModelConsole(PredictionConsole):
    """A project's registered model, for people."""

    def list(self) -> None:
        """Shows all versions, the newest first."""
        found = self._versions()
        overview = Overview(self.name, found)
        metrics = [load_problem().metric(name, self._target) for name in self._parameters["evaluation"]["metrics"]]

        def row(version: ModelVersion) -> Iterable[Any]:
            measured, lineage = overview.metrics(version), model_registry.lineage_in(version.tags)
            yield version.version
            yield ", ".join(overview.aliases(version))
            for metric in metrics:
                value = measured.get(f"test_{metric.scorer}")
                yield "" if value is None else metric.number(value)
            yield f"{datetime.fromtimestamp(version.creation_timestamp / 1000, UTC):%Y-%m-%d %H:%M}"
            commit = lineage.get("git.commit", "")[:10] + (" and changes" if unclean(lineage) else "")
            yield f"{commit} ({seals.DOUBTED})" if overview.broken(version) else commit

        headings = [metric.heading for metric in metrics]
        self._show(self.name, ["version", "alias", *headings, "registered (UTC)", "commit"], map(row, found))

    def describe(self) -> builtins.list[dict[str, Any]]:
        """The same for programs."""
        found = self._versions()
        return [*map(Overview(self.name, found).describe, found)]

    def _versions(self) -> builtins.list[ModelVersion]:
        """The newest first; RefusedError where there is none."""
        if found := model_registry.versions(self.name):
            return found
        msg = f"nothing is registered as {self.name} yet: `kedro run` trains and registers a first version"
        raise RefusedError(msg)

    def promote(self, version: str, environment: str, reason: str, approved_by: str) -> None:
        """Makes a version serve."""
        self._say(history.moved(promotion.promote(self.name, version, environment, reason, approved_by)))

    def rollback(self, environment: str, reason: str, approved_by: str) -> None:
        """Makes the version serve that served before."""
        self._say(history.moved(promotion.rollback(self.name, environment, reason, approved_by)))

    def settle(self, reason: str) -> None:
        """Notes that gaps of the ledger were looked into."""
        self._say("\n  - ".join(["Settled:", *audit.settle(self.name, reason)]))

    def history(self) -> None:
        """Shows the ledger."""
        self._show(f"{self.name}: ledger", history.COLUMNS, history.rows(self.name))

    def served_at(self, moment: str) -> None:
        """Says what served at a moment."""
        self._say("\n".join(history.served_at(self.name, moment)))

    def describe_history(self, moment: str | None = None) -> Any:
        """The ledger, or what served at a moment, for programs."""
        return history.describe(self.name) if moment is None else history.describe_at(self.name, moment)

    def summary(self) -> str:
        """What the newest training came to, in Markdown."""
        from kedro_modelops.registry.summary import summarize  # noqa: PLC0415  (pandas, for which no list must wait)

        return history.doubts(self.name) + summarize(self.name, self.context.catalog, self._parameters)

    def card(self, wanted: str) -> None:
        """Prints a model card."""
        version = model_registry.find(self.name, wanted)
        named = [alias for alias, number in model_registry.aliases(self.name).items() if number == str(version.version)]
        now = ", ".join(named) or "without an alias"
        self._say(f"{model_registry.card(version)}\nVersion {version.version} of {self.name}, now {now}.")

    def describe_card(self, wanted: str) -> dict[str, Any]:
        """A version with its model card, for programs."""
        version = model_registry.find(self.name, wanted)
        return Overview(self.name, [version]).describe(version) | {"card": model_registry.card(version)}

    def describe_comparison(self, first: str, second: str) -> dict[str, Any]:
        """Two versions, for programs: `metrics` of both, and below each title what differs."""
        versions = model_registry.find(self.name, first), model_registry.find(self.name, second)
        numbers = [str(version.version) for version in versions]
        before, after = (model_registry.run_of(version).data for version in versions)
        tables = {"Metrics and cost": side_by_side(before.metrics, after.metrics)} | dict(
            differing(self._project, *versions)
        )
        differ = {
            title: {name: dict(zip(numbers, both, strict=True)) for name, *both in rows}
            for title, rows in tables.items()
        }
        return {"versions": [*map(Overview(self.name, versions).describe, versions)], **differ}

    def compare(self, first: str, second: str) -> None:
        """Shows how two versions differ, and in what they were made of."""
        versions = model_registry.find(self.name, first), model_registry.find(self.name, second)
        for doubted in filter(seals.broken, versions):
            self._say(f"Version {doubted.version}: {'; '.join(seals.broken(doubted))}")
        before, after = (model_registry.run_of(version).data for version in versions)
        columns = ["", *(f"version {version.version}" for version in versions)]
        rows = [
            tell_change(name, old, new, self._target)
            for name, old, new in side_by_side(before.metrics, after.metrics)
            if name.startswith((*SETS, *MEASURED)) and old != "" and new != ""
        ]
        self._show("Metrics and cost", [*columns, "change"], rows)
        for title, differ in differing(self._project, *versions):
            self._show(title, columns, differ)

    def export(self, wanted: str, folder: Path) -> None:
        """Writes a copy of a version."""
        export.export(self.name, wanted, folder, self._trusted_types)
        self._say(f"{folder} holds version {export.load(folder).version} of {self.name}.")

    def data(self, wanted: str, folder: Path) -> None:
        """Copies the data that a version was trained on."""
        from kedro_modelops.registry.reproduction import bring_back  # noqa: PLC0415  (DVC)

        bring_back(self._project, self.name, wanted, folder, self._say)

    def reproduce(self, wanted: str, *, keep: bool) -> None:
        """Trains a version anew."""
        from kedro_modelops.registry.reproduction import reproduce  # noqa: PLC0415  (DVC)

        if differences := reproduce(self._project, self.name, wanted, self._say, keep=keep):
            raise RefusedError("\n  - ".join([f"version {wanted} was not reproduced:", *differences]))
        self._say("Reproduced: the same parameters and metrics, and bit-identical predictions on the held-out rows.")
