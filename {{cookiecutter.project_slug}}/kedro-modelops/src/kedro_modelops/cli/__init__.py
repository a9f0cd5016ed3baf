"""Commands, by entry point; each imports late."""
