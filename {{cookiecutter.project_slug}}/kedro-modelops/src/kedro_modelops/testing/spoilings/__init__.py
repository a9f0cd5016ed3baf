"""Ways in which models and tables are spoiled, each of which something has to refuse."""
