"""`dvc.yaml`, derived from the pipelines, and `dvc.lock`, which knows what they did."""
