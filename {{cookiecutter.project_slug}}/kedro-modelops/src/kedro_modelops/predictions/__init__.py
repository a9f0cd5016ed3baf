"""The prediction store: what was asked and answered, what became of it, and how long it is kept."""
