"""The questions of a version of the template, answered: by what is recorded, by a person, or by its defaults."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from cookiecutter.generate import generate_context
from cookiecutter.prompt import prompt_for_config

from kedro_modelops.errors import RefusedError


@dataclass(frozen=True)
class Answers:
    """What a version is rendered from."""

    values: dict[str, Any]
    new: dict[str, Any]
    """Those that were not recorded yet."""
    gone: list[str]
    """Recorded ones to questions that this version does not ask."""


def answer(template: Path, recorded: Mapping[str, Any], said: Mapping[str, str], *, defaults: bool) -> Answers:
    """Answers all questions of a version.

    Args:
        template: Its folder.
        recorded: What was answered before.
        said: What a person says now, and what counts more.
        defaults: Whether what is new is answered by its default; otherwise it is asked.

    Raises:
        RefusedError: If an answer is none of the options, or is one to no question.
    """
    asked = questions(template)
    for name in said.keys() - asked.keys():
        near = get_close_matches(name, asked, 1) or sorted(asked)
        msg = f"the template does not ask for {name}: say --answer {' or '.join(near)}=…"
        raise RefusedError(msg)
    known = {name: value for name, value in {**recorded, **said}.items() if name in asked}
    for name, value in known.items():
        if isinstance(asked[name], list) and value not in asked[name]:
            options = ", ".join(map(str, asked[name]))
            msg = f"{name} is {value!r}, which the wanted version has not: say --answer {name}=… with one of {options}"
            raise RefusedError(msg)
    new = [name for name in asked if name not in known]
    values = dict(known)
    for name in new:
        default = complete(template, values)[name]
        values[name] = default if defaults else _ask(template, name, asked[name], default)
    return Answers(values, {name: values[name] for name in new}, [name for name in recorded if name not in asked])


def questions(template: Path) -> dict[str, Any]:
    """The questions, with their defaults or options."""
    said: dict[str, Any] = json.loads((template / "cookiecutter.json").read_text("utf-8"))
    return {name: value for name, value in said.items() if not name.startswith("_")}


def fitting(template: Path, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Of the answers, those to questions of a version."""
    return {name: answers[name] for name in questions(template) if name in answers}


def complete(template: Path, answers: Mapping[str, Any]) -> dict[str, Any]:
    """All answers, those that are missing by their defaults, which may follow from others."""
    context = generate_context(str(template / "cookiecutter.json"), extra_context=dict(answers))
    return dict(prompt_for_config(context, no_input=True))


def parse(assignments: Iterable[str]) -> dict[str, str]:
    """Answers as they are typed, NAME=VALUE."""
    pairs = [assignment.partition("=") for assignment in assignments]
    for name, equals, _ in pairs:
        if not name or not equals:
            msg = f"--answer {name} is not of the form NAME=VALUE"
            raise RefusedError(msg)
    return {name: value for name, _, value in pairs}


def _ask(template: Path, name: str, options: Any, default: Any) -> Any:
    told = json.loads((template / "cookiecutter.json").read_text("utf-8")).get("__prompts__", {}).get(name, name)
    text = told if isinstance(told, str) else told.get("__prompt__", name)
    choice = click.Choice(options) if isinstance(options, list) else None
    try:
        return click.prompt(f"New in the template: {text}", default=default, type=choice)
    except click.Abort as error:
        msg = f"the template has a new question, {name}: say --answer {name}=…, or --defaults for {default!r}"
        raise RefusedError(msg) from error
