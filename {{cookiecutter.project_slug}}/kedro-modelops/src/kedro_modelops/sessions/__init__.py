"""Kedro runs: what is refused before one, one at a time in a folder, and outputs that are whole or not there."""
