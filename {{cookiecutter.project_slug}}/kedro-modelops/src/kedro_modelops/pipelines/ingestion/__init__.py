"""The ingestion pipeline."""

from kedro_modelops.pipelines.ingestion.pipeline import create_pipeline

__all__ = ["create_pipeline"]
