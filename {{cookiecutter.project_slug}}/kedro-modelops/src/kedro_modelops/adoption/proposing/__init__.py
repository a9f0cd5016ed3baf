"""What a table is taken for, and what a person says of it."""
