"""Writes parameters into conf/base, where people and DVC see them; comments and layout stay."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.class_paths import GUARDED, allow_packages, allowed_packages, class_paths, sets_packages

LONGEST_LINE = 120


def set_parameter(conf: Path, assignment: str) -> Path:
    """Changes a parameter that exists.

    Args:
        conf: Folder with `parameters*.yml`.
        assignment: `training.seed=7`: the parameter's name, and its new value as YAML.

    Returns:
        The file that has changed.

    Raises:
        RefusedError: If this is no assignment, if there is no such parameter, or if the value names code that
            parameters may not name.
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
                _refuse_code(name, place[last], document)
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


def _refuse_code(name: str, value: Any, document: Any) -> None:
    """Refuses what would run code of others: dispatches of workflows set parameters too."""
    if sets_packages(name):
        msg = f"{GUARDED} says which code may run: change it in conf/base by a commit that somebody reviews"
        raise RefusedError(msg)
    named = {"class": value} if name.rpartition(".")[2] == "class" else value
    if paths := list(class_paths(named)):
        from kedro_modelops.models.components import Component  # noqa: PLC0415  (imports scikit-learn, which takes two seconds)

        with allow_packages((document.get("training") or {}).get("packages") or allowed_packages()):
            for path in paths:
                try:
                    Component.model_validate({"class": path})
                except ValidationError as error:
                    msg = f"{name}: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
                    raise RefusedError(msg) from error
