"""Gates: what a model must pass before it is registered. They see tables, models and parameters, and know no MLflow."""

from kedro_modelops.gates.gate import Champion, Evidence, Gate, Judgement, Verdict
from kedro_modelops.gates.judge import Gates

__all__ = ["Champion", "Evidence", "Gate", "Gates", "Judgement", "Verdict"]
