"""Writes parameters into conf/base, where people and DVC see them; comments and layout stay."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from ..errors import RefusedError

LONGEST_LINE = 120


def set_parameter(conf: Path, assignment: str) -> Path:
    """Changes a parameter that exists.

    Args:
        conf: Folder with `parameters*.yml`.
        assignment: `training.seed=7`: the parameter's name, and its new value as YAML.

    Returns:
        The file that has changed.

    Raises:
        RefusedError: If this is no assignment, or if there is no such parameter.
    """
    name, _, text = assignment.partition("=")
    *groups, last = name.split(".")
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = LONGEST_LINE
    known: list[str] = []
    for path in sorted(conf.glob("parameters*.yml")):
        document = yaml.load(path)
        place: Any = document
        for group in groups:
            place = place.get(group) if isinstance(place, dict) else None
        if isinstance(place, dict):
            known += place
            if last in place:
                place[last] = _value(assignment, text)
                yaml.dump(document, path)
                return path
    siblings = f"; {'.'.join(groups) or 'there'} has {', '.join(known)}" if known else ""
    msg = f"no parameters*.yml in {conf} has {name or assignment}{siblings}"
    raise RefusedError(msg)


def _value(assignment: str, text: str) -> Any:
    try:
        value = YAML().load(text)
    except YAMLError as error:
        msg = f"{assignment}: what follows the = is no YAML"
        raise RefusedError(msg) from error
    if value is None:
        msg = f"{assignment}: write NAME=VALUE, such as training.seed=7"
        raise RefusedError(msg)
    return value
