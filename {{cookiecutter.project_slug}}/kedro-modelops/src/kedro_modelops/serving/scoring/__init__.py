"""Scoring: models and where they come from, batches, and predictions that are stored before they are answered."""
