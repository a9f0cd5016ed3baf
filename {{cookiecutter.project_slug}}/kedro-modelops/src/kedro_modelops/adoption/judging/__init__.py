"""What models reach on the table, and what the gates ask after that."""
