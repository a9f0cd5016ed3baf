"""A later version of the template, merged with what a team has made of an earlier one."""
