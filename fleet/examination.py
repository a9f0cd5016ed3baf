"""What is to be known of a project, found in a clone of it; each in a process of its own."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kedro_modelops.errors import RefusedError
from kedro_modelops.release.pull_requests.update import BRANCH
from kedro_modelops.updates.record import Record
from kedro_modelops.updates.repository import Repository, run_git
from kedro_modelops.updates.updating import Wish, origin, plan
from kedro_modelops.updates.versions.template import Template

from fleet.projects import Project, take_clone

JUDGED_ELSEWHERE = ("no_secret", "dvc_yaml", "supported_version")
"""Rules that each project's own CI judges: one takes seconds, two ask for the packages that the project installs."""
WORRYING = ("look", "retrain")
"""States of monitoring, as `monitoring.json` has them, in which somebody should look at a model."""
MONITORING = "data/08_reporting/monitoring.json"
SCORE = "data/08_reporting/score.json"


@dataclass
class Row:
    """A project, as the table shows it; what could not be found out is None, and `problems` says why."""

    name: str
    address: str
    ring: str
    version: str | None = None
    behind: int | None = None
    """Commits of the template that the project lacks."""
    update: str | None = None
    """`none`, `clean` or `conflicts`."""
    conflicts: list[str] = field(default_factory=list)
    proposed: bool | None = None
    """Whether the branch of an update is there already."""
    rules: int | None = None
    kept: int | None = None
    broken: dict[str, list[str]] = field(default_factory=dict)
    """Findings by rule."""
    score: float | None = None
    """The ML Test Score, where the project reports it."""
    champion: str | None = None
    monitoring: str | None = None
    """Its last verdict on the champion."""
    trained: str | None = None
    """When `dvc.lock` last changed."""
    trained_days: int | None = None
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)

    @property
    def needs_a_look(self) -> list[str]:
        """Why somebody should look at the project, in words."""
        reasons = [*self.problems]
        reasons += [f"{len(self.conflicts)} files in conflict"] if self.conflicts else []
        reasons += [f"monitoring says {self.monitoring}"] if self.monitoring in WORRYING else []
        return reasons + [f"{rule}: {_first(found)}" for rule, found in self.broken.items() if found]


def _first(findings: list[str]) -> str:
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return findings[0].partition("\n")[0] + more


def examine_all(projects: list[Project], template: Template, wish: Wish, folder: Path, processes: int) -> Iterator[Row]:
    """Looks at all projects, in the order in which they are done.

    Args:
        projects: Of the fleet.
        template: Cloned.
        wish: The update that is looked at.
        folder: Where clones are kept from one time to the next.
        processes: At once.
    """
    _warm_up()
    template.find(wish.version)
    with get_context("fork").Pool(processes, maxtasksperchild=1) as pool:
        tasks = [(project, template, wish, folder) for project in projects]
        yield from pool.imap_unordered(_examine, tasks)


def _warm_up() -> None:
    """Imports what every judgement needs, once for all processes."""
    from importlib import import_module  # noqa: PLC0415  (takes seconds)
    from pkgutil import iter_modules  # noqa: PLC0415  (the same)

    from kedro_modelops import pipelines  # noqa: PLC0415  (the same)
    from kedro_modelops.conformance import conventions  # noqa: F401, PLC0415  (the same)

    for found in iter_modules(pipelines.__path__):
        import_module(f"{pipelines.__name__}.{found.name}")


def _examine(task: tuple[Project, Template, Wish, Path]) -> Row:
    project, template, wish, folder = task
    row = Row(project.name, project.address, project.ring)
    try:
        clone = take_clone(project, folder)
        for look in (_look_at_update, _look_at_model, _look_at_conventions):
            try:
                look(row, clone, template, wish)
            except RefusedError as error:
                row.problems.append(error.message)
    except RefusedError as error:
        row.problems.append(error.message)
    except Exception as error:  # one project must not end the report on forty
        row.problems.append(f"{type(error).__name__}: {error}")
    return row


def _look_at_update(row: Row, clone: Path, template: Template, wish: Wish) -> None:
    record = Record.read(clone)
    _, since = origin(record, wish)
    old, new = template.find(since), template.find(wish.version, record.state.get("checkout"))
    row.version = old.name
    row.behind = int(run_git(new.folder, "rev-list", "--count", f"{old.commit}..{new.commit}").stdout)
    row.proposed = bool(run_git(clone, "ls-remote", "--heads", "origin", BRANCH).stdout)
    with TemporaryDirectory() as scratch:
        merged = plan(Repository(clone), template, wish, Path(scratch)).merged
    row.conflicts = sorted(merged.conflicts) if merged else []
    row.update = "none" if merged is None else "conflicts" if row.conflicts else "clean"


def _look_at_model(row: Row, clone: Path, _: Template, __: Wish) -> None:
    changed = run_git(clone, "log", "-1", "--format=%cI", "--", "dvc.lock").stdout.strip()
    if changed:
        row.trained = changed
        row.trained_days = (datetime.now(UTC) - datetime.fromisoformat(changed)).days
    place = Path(row.address) if Path(row.address).is_dir() else clone  # what git does not keep lies at home alone
    found = _read(place / MONITORING)
    row.champion, row.monitoring = found.get("version"), found.get("state")
    row.score = _read(place / SCORE).get("score")


def _look_at_conventions(row: Row, clone: Path, _: Template, __: Wish) -> None:
    from kedro.framework.startup import bootstrap_project  # noqa: PLC0415  (imported already, in this process's parent)
    from kedro_modelops.conformance.conventions import judge_conventions  # noqa: PLC0415  (the same)
    from kedro_modelops.conformance.project_facts import ProjectFacts  # noqa: PLC0415  (the same)

    if not (clone / "kedro-modelops").exists() and "kedro-modelops" not in (clone / "pyproject.toml").read_text(
        "utf-8"
    ):
        msg = "is older than the plugin, so that no rules are judged: docs/migrate-to-plugin.md brings it over"
        raise RefusedError(msg)
    os.chdir(clone)
    bootstrap_project(clone)
    judged = judge_conventions(ProjectFacts(clone), JUDGED_ELSEWHERE)
    row.rules, row.kept = len(judged), sum(one.verdict == "passed" for one in judged)
    row.broken = {one.name: [found.sentence for found in one.findings] for one in judged if one.verdict != "passed"}


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
