"""Lineage, tracking, registry and DVC stages: the parts that know MLflow and DVC."""
