"""The registration pipeline."""

from kedro_modelops.pipelines.registration.pipeline import create_pipeline

__all__ = ["create_pipeline"]
