"""Trains, judges, registers and serves a model: the steps are Kedro pipelines, the package is their code."""
