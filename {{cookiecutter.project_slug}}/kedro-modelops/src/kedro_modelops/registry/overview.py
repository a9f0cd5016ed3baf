"""All versions at a glance: what is known of them is asked of MLflow once for all, not once for each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import mlflow
from mlflow.entities import Run, ViewType
from mlflow.entities.model_registry import ModelVersion

from kedro_modelops.registry import model_registry, seals
from kedro_modelops.registry.ledger import entries
from kedro_modelops.registry.ledger.moves import REGISTRY


class Overview:
    """What the registry, the ledger and the runs have of some versions of a model."""

    def __init__(self, name: str, versions: Sequence[ModelVersion]) -> None:
        """Asks MLflow.

        Args:
            name: Of the registered model.
            versions: Which ones.
        """
        self._aliases = model_registry.aliases(name)
        self._moves = entries.read(name, REGISTRY)
        wanted = ", ".join(f"'{version.run_id}'" for version in versions if version.run_id)
        found: list[Run] = mlflow.search_runs(
            search_all_experiments=True,
            filter_string=f"attributes.run_id IN ({wanted})",
            run_view_type=ViewType.ALL,
            output_format="list",
        )
        self._runs = {run.info.run_id: run for run in found}

    def aliases(self, version: ModelVersion) -> list[str]:
        """What a version is called beside its number."""
        return [alias for alias, number in self._aliases.items() if number == str(version.version)]

    def metrics(self, version: ModelVersion) -> dict[str, float]:
        """What its run measured; RefusedError if it belongs to none."""
        run = self._runs.get(version.run_id or "") or model_registry.run_of(version)  # in a deleted experiment
        return dict(run.data.metrics)

    def broken(self, version: ModelVersion) -> list[str]:
        """What of it is not as it was registered."""
        return seals.broken(version, self._moves)

    def describe(self, version: ModelVersion) -> dict[str, Any]:
        """A version for programs: number, aliases, when registered, metrics, lineage, and what is broken of it."""
        return {
            "name": version.name,
            "version": str(version.version),
            "aliases": self.aliases(version),
            "registered": datetime.fromtimestamp(version.creation_timestamp / 1000, UTC).isoformat(),
            "run_id": version.run_id,
            "metrics": self.metrics(version),
            "lineage": model_registry.lineage_in(version.tags),
            "broken": self.broken(version),
        }
