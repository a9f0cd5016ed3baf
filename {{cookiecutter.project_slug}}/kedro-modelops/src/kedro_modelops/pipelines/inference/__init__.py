"""The inference pipeline."""

from kedro_modelops.pipelines.inference.pipeline import create_pipeline

__all__ = ["create_pipeline"]
