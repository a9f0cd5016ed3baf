"""One MLflow run for each training attempt: its parameters, datasets, lineage and resources."""
