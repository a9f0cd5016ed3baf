"""The files of a project, as they are written for its table."""
