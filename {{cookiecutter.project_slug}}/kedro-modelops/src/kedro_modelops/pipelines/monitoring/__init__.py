"""The monitoring pipeline."""

from kedro_modelops.pipelines.monitoring.pipeline import create_pipeline

__all__ = ["create_pipeline"]
