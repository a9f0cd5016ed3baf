"""The one error that is raised on purpose: to refuse something, in words for people."""

import click


class RefusedError(click.ClickException):
    """Raised where a guard does its work: says what is wrong and how to mend it, and is shown without a traceback."""
