"""What is to be known of a project, found in a clone of it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ParamSpec, TypeVar

from kedro_modelops.errors import RefusedError
from kedro_modelops.release.pull_requests.update import BRANCH
from kedro_modelops.updates.record import Record
from kedro_modelops.updates.repository import Repository, run_git
from kedro_modelops.updates.updating import Wish, origin, plan
from kedro_modelops.updates.versions.template import Template

from fleet.forking import fork
from fleet.projects import Project, take_clone

P = ParamSpec("P")
T = TypeVar("T")
Asked = tuple[Project, Template, Wish, Path]
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
        files = "file" if len(self.conflicts) == 1 else "files"
        reasons += [f"{len(self.conflicts)} {files} in conflict"] if self.conflicts else []
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
    template.find(wish.version)
    tasks = [(project, template, wish, folder) for project in projects]
    servers = get_context("forkserver")  # imports what judging needs, which takes seconds, while clones are looked at
    servers.set_forkserver_preload(["fleet.judging"])
    with get_context("fork").Pool(processes) as lookers:
        looked_at = lookers.imap_unordered(_look, tasks)
        with servers.Pool(processes, maxtasksperchild=1) as judges:
            yield from judges.imap_unordered(_judge, looked_at)


def _look(task: Asked) -> tuple[Row, Path | None]:
    """All but its rules; the clone, where there is one."""
    project, template, wish, folder = task
    row = Row(project.name, project.address, project.ring)
    clone = _try(row, take_clone, project, folder)
    if clone is not None:
        _try(row, _look_at_update, row, clone, template, wish)
        _try(row, _look_at_model, row, clone)
    return row, clone


def _judge(looked_at: tuple[Row, Path | None]) -> Row:
    """The same with its rules."""
    row, clone = looked_at
    if clone is not None:
        from fleet.judging import judge  # noqa: PLC0415  (imported by the process that this one comes from)

        _try(row, judge, row, clone)
    return row


def _try(row: Row, function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T | None:
    """What a function answers; what it fails with is a problem of the project, and does not end the report on all."""
    try:
        return function(*arguments, **options)
    except RefusedError as error:
        row.problems.append(error.message)
    except Exception as error:
        row.problems.append(f"{type(error).__name__}: {error}")
    return None


def _look_at_update(row: Row, clone: Path, template: Template, wish: Wish) -> None:
    record = Record.read(clone)
    _, since = origin(record, wish)
    old, new = template.find(since), template.find(wish.version, record.state.get("checkout"))
    row.version = old.name
    row.behind = int(run_git(new.folder, "rev-list", "--count", f"{old.commit}..{new.commit}").stdout)
    row.proposed = bool(run_git(clone, "ls-remote", "--heads", "origin", BRANCH).stdout)
    with TemporaryDirectory() as scratch:
        merged = plan(Repository(clone), template, wish, Path(scratch), fork).merged
    row.conflicts = sorted(merged.conflicts) if merged else []
    row.update = "none" if merged is None else "conflicts" if row.conflicts else "clean"


def _look_at_model(row: Row, clone: Path) -> None:
    changed = run_git(clone, "log", "-1", "--format=%cI", "--", "dvc.lock").stdout.strip()
    if changed:
        row.trained = changed
        row.trained_days = (datetime.now(UTC) - datetime.fromisoformat(changed)).days
    place = Path(row.address) if Path(row.address).is_dir() else clone  # what git does not keep lies at home alone
    found = _read(place / MONITORING)
    row.champion, row.monitoring = found.get("version"), found.get("state")
    row.score = _read(place / SCORE).get("score")


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
