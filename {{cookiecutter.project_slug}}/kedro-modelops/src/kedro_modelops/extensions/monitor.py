"""What a monitor of the team's own is."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from kedro_modelops.extensions.team_class import of_team
from kedro_modelops.roles import Roles


class Monitor(BaseModel, ABC, extra="forbid", frozen=True):
    """Watches one thing in a window of predictions; its fields are its settings, in `monitoring.monitors`."""

    @abstractmethod
    def watch(self, window: Any, profile: Any, serving_model: Any, problem: Roles) -> Iterable[Any]:
        """Looks at a window.

        Args:
            window: Predictions: a `Window` of the pipeline `monitoring`, which may have been ejected.
            profile: Rows that the version was trained (`train`) and judged (`test`) on, and when it was `made`.
            serving_model: The version: `name`, `version`, `estimator`.
            problem: Roles of the columns.

        Returns:
            Signals, as `at_most`, `judge` and `not_judged` of `kedro_modelops.pipelines.monitoring.signals.signal` make
            them. In the report each is named after the monitor, then a slash, then its own name.
        """


TeamMonitor = Annotated[Monitor, BeforeValidator(of_team(Monitor))]
