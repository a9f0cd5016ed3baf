"""What programs log: one JSON object a line, files of a project, and SQL over them."""
