"""Rules of what the platform delivers: its files as they are, limits as strict as they were, versions that fit."""

import json
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from kedro_modelops.conformance import shipped
from kedro_modelops.conformance.project_facts import ProjectFacts
from kedro_modelops.conformance.rule import Finding
from kedro_modelops.errors import RefusedError

OFF = {"false", "off", "no", "0", "f", "n"}
"""What Pydantic takes for false."""
LOWER = (
    "gates.floor.minimum",
    "gates.baseline.over_dummy",
    "gates.baseline.over_linear",
    "gates.champion.confidence",
    "gates.coverage.minimum",
)
"""Limits that are looser when they are lower; others are when they are higher."""
NEUTRAL = (".bins", ".resamples", ".max_samples", ".enabled")
NEUTRAL_GROUPS = ("monitoring.window.", "monitoring.monitors.")
LONGER = (".unpredicted", ".ignore_callers")
"""Lists that are looser when more stands in them; others are when less does."""


def delivered(facts: ProjectFacts) -> dict[str, Any]:
    """What the project was baked, or updated, with."""
    try:
        found: dict[str, Any] = json.loads(facts.text(shipped.FILE))
    except ValueError as error:
        msg = f"{shipped.FILE} is missing or no JSON: `make update` brings it, `git checkout {shipped.FILE}` too"
        raise RefusedError(msg) from error
    return found


def platform_files(facts: ProjectFacts) -> Iterator[Finding]:
    """Plugin, workflows, Dockerfiles, deployment and Makefile are as the template has them; own files may be added."""
    now = shipped.platform_files(facts.project)
    for path, known in delivered(facts)["files"].items():
        if path == shipped.FOLDER and not (facts.project / path).exists():
            continue  # it comes from a package index, and its lock has its hash
        if now.get(path) != known:
            what = "is gone" if path not in now else "was changed"
            sentence = (
                f"{path} {what}, and is the platform's: an update replaces it. Take the change back, or declare it"
            )
            yield Finding(path, sentence)


def supported_version(facts: ProjectFacts) -> Iterator[Finding]:
    """The plugin is of a version that the project asks for, and what it needs is of versions that it supports."""
    ours, asked = version("kedro-modelops"), str(facts.settings.get("required-version", ""))
    try:
        if not SpecifierSet(asked).contains(ours, prereleases=True):
            yield Finding(
                "kedro-modelops", f"kedro-modelops is {ours}, and pyproject.toml asks for {asked}: `make update`"
            )
    except InvalidSpecifier as error:
        msg = f"[tool.kedro_modelops] required-version is {asked!r}: write a range such as '>=0.1,<1'"
        raise RefusedError(msg) from error
    for stated in map(Requirement, requires("kedro-modelops") or []):
        if stated.marker is None or stated.marker.evaluate():
            yield from _unsupported(stated)


def gates_on(facts: ProjectFacts) -> Iterator[Finding]:
    """No environment switches a gate off."""
    for environment in facts.environments:
        for name, gate in facts.parameters_of(environment).get("gates", {}).items():
            if isinstance(gate, dict) and str(gate.get("enabled", True)).lower() in OFF:
                subject = _subject(environment, f"gates.{name}")
                yield Finding(subject, f"conf/{environment} switches the gate {name} off")


def limits_kept(facts: ProjectFacts) -> Iterator[Finding]:
    """No limit that judges is looser than the project was delivered with, as long as its problem is the same."""
    known, now = delivered(facts), shipped.limits(facts.project)
    before = known["limits"] if known["problem"] == shipped.problem(facts.project) else {}
    for environment in facts.environments:
        was, states = _effective(before, environment), _stated(now, environment)
        has = {**_stated(now, "base"), **states}
        concerned = was if environment == "base" else states.keys() | _stated(before, environment).keys()
        for name in concerned:
            if name in was and _looser(name, was[name], has.get(name)):
                told = f"{json.dumps(was[name])} when it was delivered, {json.dumps(has.get(name))} now"
                yield Finding(_subject(environment, name), f"{name} of conf/{environment} is looser: {told}")


def take_limits(facts: ProjectFacts) -> None:
    """Takes the limits as they stand for those that were delivered: the file changes, which a review sees."""
    delivered(facts)  # refuses what is missing
    (facts.project / shipped.FILE).write_text(shipped.renew_limits(facts.project), encoding="utf-8", newline="\n")


def _unsupported(stated: Requirement) -> Iterator[Finding]:
    try:
        installed = version(stated.name)
    except PackageNotFoundError:
        yield Finding(stated.name, f"{stated.name} is not installed, and the plugin needs it: `make setup`")
        return
    if not stated.specifier.contains(installed, prereleases=True):
        sentence = f"{stated.name} is {installed}, and the plugin supports {stated.specifier}: `make lock setup`"
        yield Finding(stated.name, sentence)


def _looser(name: str, was: Any, now: Any) -> bool:
    stated_nothing = was == {}  # a group without any limit, which a team may fill
    if stated_nothing or was == now or name.endswith(NEUTRAL) or name.startswith(NEUTRAL_GROUPS):
        return False
    if isinstance(was, list) and isinstance(now, list):
        return bool(
            [one for one in now if one not in was] if name.endswith(LONGER) else [x for x in was if x not in now]
        )
    numbers = isinstance(was, int | float) and isinstance(now, int | float) and not isinstance(was, bool)
    if numbers and ".shift." not in name:
        return bool(now < was if name in LOWER else now > was)
    return not (was is True and name.endswith(".allow_dirty"))


def _effective(limits: dict[str, Any], environment: str) -> dict[str, Any]:
    return {**_stated(limits, "base"), **_stated(limits, environment)}


def _stated(limits: dict[str, Any], environment: str) -> dict[str, Any]:
    groups = (stated for key, stated in limits.items() if key.partition("/")[0] == environment)
    return {name: value for group in groups for name, value in group.items()}


def _subject(environment: str, name: str) -> str:
    return name if environment == "base" else f"{environment}: {name}"
