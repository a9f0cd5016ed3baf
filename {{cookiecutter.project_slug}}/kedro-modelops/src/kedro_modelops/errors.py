"""The one error that is raised on purpose: to refuse something, in words for people; how these tell of places."""

import re
from pathlib import Path

import click


class RefusedError(click.ClickException):
    """Raised where a guard does its work: says what is wrong and how to mend it, and is shown without a traceback."""


def without_credentials(text: str) -> str:
    """A text in which addresses name nobody who logs in, and no token."""
    return re.sub(r"//[^/\s]*@", "//", text)


def relative(path: str) -> str:
    """A path as people know it: from the project's folder, and not that beside it where a file is being written."""
    return re.sub(r"\.([^/]+)\.part/\1", r"\1", path).removeprefix(f"{Path.cwd().as_posix()}/")
