"""A project takes a table for its own: what the table is, what is written for it, and the way back if that fails."""
