"""The evaluation pipeline."""

from kedro_modelops.pipelines.evaluation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
