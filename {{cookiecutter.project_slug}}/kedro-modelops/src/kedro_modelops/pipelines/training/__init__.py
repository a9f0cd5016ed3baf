"""The training pipeline."""

from kedro_modelops.pipelines.training.pipeline import create_pipeline

__all__ = ["create_pipeline"]
