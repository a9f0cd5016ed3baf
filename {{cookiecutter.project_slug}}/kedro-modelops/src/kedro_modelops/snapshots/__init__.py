"""What a database returned, kept in files that DVC versions."""
