"""A project in a folder of a repository with others: what tells them apart there, and its workflows at the root."""
