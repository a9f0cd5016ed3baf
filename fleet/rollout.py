"""Branches with the template's version in all projects that lack it, ring after ring, until a ring's CI is red."""

import json
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from kedro_modelops.errors import RefusedError
from kedro_modelops.release.pull_requests.update import BRANCH
from kedro_modelops.updates.merging import put_in_place
from kedro_modelops.updates.proposal import describe
from kedro_modelops.updates.repository import NOBODY, Repository, run_git
from kedro_modelops.updates.updating import Wish, plan
from kedro_modelops.updates.versions.template import Template

from fleet.projects import Project, ask_github, take_clone

EVERY_SECONDS, AT_MOST_SECONDS = 30, 7200


@dataclass(frozen=True)
class Prepared:
    """What became of a project: `current`, `pushed`, `conflicts` (pushed with git's marks), `red` or `failed`."""

    project: Project
    state: str
    detail: str = ""


class Rollout:
    """Brings one version to projects."""

    def __init__(self, template: Template, wish: Wish, folder: Path, check: str, processes: int) -> None:
        """Begins.

        Args:
            template: Cloned.
            wish: The update.
            folder: Of the clones.
            check: Command that judges an updated clone; without one, GitHub is asked what CI says of the branch.
            processes: At once.
        """
        self._template, self._wish, self._folder, self._check = template, wish, folder, check
        self._processes = processes

    def run(self, projects: list[Project], rings: list[str], told: Callable[[Prepared], None]) -> bool:
        """Updates ring after ring.

        Args:
            projects: Of the fleet.
            rings: In their order; without any, all projects are one, of which no CI is asked.
            told: Takes each project when it is done.

        Returns:
            Whether all went well; the rings behind one that did not stay as they are.
        """
        for ring in rings or [""]:
            mine = [project for project in projects if not rings or project.ring == ring]
            done = []
            for one in self._in_parallel(mine, judged=bool(rings)):
                told(one)
                done.append(one)
            if any(one.state in {"red", "failed"} or (rings and one.state == "conflicts") for one in done):
                return False
        return True

    def _in_parallel(self, projects: list[Project], *, judged: bool) -> Iterator[Prepared]:
        with ThreadPoolExecutor(self._processes) as pool:
            yield from pool.map(lambda project: self._bring(project, judged=judged), projects)

    def _bring(self, project: Project, *, judged: bool) -> Prepared:
        try:
            prepared = self._push(project)
            if judged and prepared.state == "pushed":
                return self._judge(project, prepared)
        except RefusedError as error:
            return Prepared(project, "failed", error.message)
        return prepared

    def _push(self, project: Project) -> Prepared:
        clone = take_clone(project, self._folder)
        with TemporaryDirectory() as scratch:
            repository = Repository(clone)
            update = plan(repository, self._template, self._wish, Path(scratch))
            if update.merged is None:
                return Prepared(project, "current", update.name)
            put_in_place(repository, update.merged)
        title = f"Update the template to {update.name}"
        run_git(clone, "add", "--all")
        run_git(clone, "commit", "--quiet", "--no-verify", "-m", title, "-m", describe(update), variables=NOBODY)
        run_git(clone, "push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{BRANCH}")
        conflicts = sorted(update.merged.conflicts)
        return Prepared(project, "conflicts" if conflicts else "pushed", ", ".join(conflicts) or update.name)

    def _judge(self, project: Project, prepared: Prepared) -> Prepared:
        """What the project's checks say of the branch."""
        if self._check:
            clone = self._folder / project.name
            done = subprocess.run(shlex.split(self._check), cwd=clone, capture_output=True, text=True, check=False)  # noqa: S603
            last = (done.stdout + done.stderr).strip().splitlines()[-1:]
            return prepared if not done.returncode else Prepared(project, "red", f"{self._check}: {''.join(last)}")
        if not project.repository:
            msg = "is not on GitHub, so nobody knows what its CI says: name a command that judges it with --check"
            raise RefusedError(msg)
        return self._wait_for_checks(project, prepared)

    def _wait_for_checks(self, project: Project, prepared: Prepared) -> Prepared:
        path = f"repos/{project.repository}/commits/{BRANCH}/check-runs?per_page=100"
        end = time.monotonic() + AT_MOST_SECONDS
        while time.monotonic() < end:
            runs = json.loads(ask_github(path))["check_runs"]
            if runs and all(run["status"] == "completed" for run in runs):
                bad = [run["name"] for run in runs if run["conclusion"] not in {"success", "neutral", "skipped"}]
                return Prepared(project, "red", ", ".join(bad)) if bad else prepared
            time.sleep(EVERY_SECONDS)
        return Prepared(project, "red", f"its CI has not ended within {AT_MOST_SECONDS // 3600} hours")
