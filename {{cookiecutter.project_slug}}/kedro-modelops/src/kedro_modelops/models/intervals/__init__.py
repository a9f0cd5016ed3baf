"""Regressions that say how sure they are: a lower and an upper bound for each prediction."""

from kedro_modelops.models.intervals.quantile_interval import QuantileInterval

__all__ = ["QuantileInterval"]
