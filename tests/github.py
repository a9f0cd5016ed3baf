"""As much of github.com as a project's workflows touch: a repository, runners, artifacts, and who may do what."""

import json
import os
import shutil
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import sharing
from baking import PYTHONS, ROOT, BakedProject, commit, run
from expressions import Evaluator, Json
from images import DOCKER
from runner import Action, FailedError, Job, Runner, starts

REPOSITORY = "example-org/project"
Env = dict[str, str]
Jobs = dict[str, list[Job]]
QUICK = {"PYTEST_ADDOPTS": "--no-cov -W 'ignore:Coverage disabled' -k test_conventions"}
"""What a project's `make test` runs where test_project has run all of it."""
NOTED = (
    "anchore/sbom-action",
    "anchore/scan-action",
)
"""Actions that cannot work here, of which it is noted what they were asked."""


@dataclass
class GitHub:
    """What is pushed to github.com, and the runners of its workflows.

    Attributes:
        project: A person's clone.
        evaluator: Of expressions.
        home: Folder of the repository, its artifacts and its runners.
        variables: Of the repository.
        branch: On which workflows run.
        environments: Their variables and secrets; the repository has no secrets of its own.
        machine: Environment of every runner.
        noted: What actions were asked that cannot work here: job, action, inputs.
        only: Values of a matrix, by name, outside which no job is run.
    """

    project: BakedProject
    evaluator: Evaluator
    home: Path
    variables: dict[str, str] = field(default_factory=dict)
    branch: str = "main"
    environments: dict[str, tuple[dict[str, str], dict[str, str]]] = field(default_factory=dict)
    machine: dict[str, str] = field(default_factory=dict)
    noted: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    only: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Makes the repository, and the command `gh`."""
        self.home.mkdir(parents=True)
        sharing.share_bytecode(self.home / "runs" / "project")
        run("git", "clone", "--quiet", "--bare", self.project.path, self.origin, cwd=self.home)
        self.project.run("git", "remote", "add", "origin", self.origin)
        install(self.home / "bin", "gh")
        path = os.pathsep.join([str(self.home / "bin"), os.environ["PATH"]])
        self.machine |= {"RUNNER_TEMP": str(self.home / "temporary")}
        self.machine |= {"GH_STATE": str(self.home / "state.json"), "PATH": path, "DOCKER": DOCKER}

    @property
    def origin(self) -> Path:
        """The bare repository."""
        return self.home / "origin.git"

    @property
    def state(self) -> Json:
        """What `gh` was told, as tests/workflows/gh.py keeps it."""
        path = self.home / "state.json"
        state: Json = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return state

    def change_state(self, **values: Any) -> None:
        """Puts something else into what `gh` and `cosign` know."""
        (self.home / "state.json").write_text(json.dumps(self.state | values, indent=2), "utf-8")

    def push(self, message: str = "") -> None:
        """Commits what has changed, if there is a message for it, and pushes."""
        if message:
            commit(self.project.path, message)
        self.project.run("git", "push", "--quiet", "origin", "HEAD:main")

    def store_data(self) -> None:
        """Pushes the data to the project's DVC remote, a folder beside the clone, and lets runners reach it."""
        self.project.run(".venv/bin/dvc", "push", "--quiet")
        remote = self.project.path.parent / f"{self.project.path.name}-dvc-remote"
        place = self.home / "runs" / remote.name
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            place.symlink_to(remote)

    def starts(self, event: str, changed: list[str]) -> set[str]:
        """Workflows that an event starts."""
        workflows = (self.project.path / ".github" / "workflows").glob("*.yml")
        return {path.stem for path in workflows if starts(path, event, changed=changed)}

    def run(
        self,
        name: str,
        event: str = "push",
        payload: Json | None = None,
        env: Env | None = None,
        before: Jobs | None = None,
    ) -> Jobs:
        """Runs a workflow on what was pushed to the branch, or those of its jobs that failed `before`.

        `payload` belongs to the event, `env` to the machine.
        """
        sha = run("git", "rev-parse", self.branch, cwd=self.origin).stdout.strip()
        ref = f"refs/heads/{self.branch}"
        github = {"event_name": event, "ref": ref, "ref_name": self.branch, "sha": sha, "event": payload or {}}
        github |= {"workflow": name, "workflow_ref": f"{REPOSITORY}/.github/workflows/{name}.yml@{ref}"}
        github |= {"repository": REPOSITORY, "actor": "octocat", "run_id": "1", "token": "a-token"}
        (self.home / "runs").mkdir(exist_ok=True)
        actions: dict[str, Action] = {action: partial(self._note, action) for action in NOTED}
        actions |= {
            "actions/attest-build-provenance": self._attest,
            "actions/checkout": self._checkout,
            "actions/download-artifact": self._download,
            "actions/upload-artifact": self._upload,
            "astral-sh/setup-uv": self._setup_uv,
            "re-actors/alls-green": _alls_green,
            "sigstore/cosign-installer": self._install_cosign,
            "zizmorcore/zizmor-action": _zizmor,
        }
        runner = Runner(
            self.evaluator,
            actions,
            self.home / "runs" / "project",
            github,
            variables=self.variables,
            environments=self.environments,
            env=self.machine | (env or {}),
            only=self.only,
        )
        return runner.run(self.project.path / ".github" / "workflows" / f"{name}.yml", before)

    def _checkout(self, job: Job, _: Env) -> None:
        run("git", "clone", "--quiet", self.origin, job.folder, cwd=self.home)
        run("git", "checkout", "--quiet", job.contexts["github"]["sha"], cwd=job.folder)

    def _setup_uv(self, job: Job, _: Env) -> None:
        """The project's own uv has its cache here already; what it would fetch it finds: the Pythons, and itself."""
        sharing.lend_uv(job.folder)
        self._put_before_path(job, *(python.parent for python in PYTHONS.values()))

    def _note(self, action: str, job: Job, asked: Env) -> None:
        self.noted.append((job.name, action, asked))

    def _put_before_path(self, job: Job, *folders: Path) -> None:
        job.env["PATH"] = os.pathsep.join([*map(str, folders), job.env.get("PATH", self.machine["PATH"])])

    def _install_cosign(self, job: Job, _: Env) -> None:
        install(self.home / "cosign", "cosign")
        self._put_before_path(job, self.home / "cosign")

    def _attest(self, job: Job, asked: Env) -> None:
        self._note("actions/attest-build-provenance", job, asked)
        entry = {"image": f"{asked['subject-name']}@{asked['subject-digest']}", "repository": REPOSITORY}
        entry |= {"signer": f"https://github.com/{job.contexts['github']['workflow_ref']}"}
        self.change_state(attested=[*self.state.get("attested", []), entry])

    def _upload(self, job: Job, asked: Env) -> dict[str, str]:
        found = list(job.folder.glob(asked["path"]))
        files = [file for place in found for file in (place.iterdir() if place.is_dir() else [place])]
        if not files:
            raise FailedError(f"there is nothing at {asked['path']}")
        kept = self.home / "artifacts" / asked["name"]
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        for file in files:
            shutil.copy(file, kept / file.name)
        return {"artifact-url": f"https://github.com/artifacts/{asked['name']}"}

    def _download(self, job: Job, asked: Env) -> None:
        kept = self.home / "artifacts" / asked["name"]
        if not kept.exists():
            raise FailedError(f"there is no artifact {asked['name']}")
        shutil.copytree(kept, job.folder / asked["path"], dirs_exist_ok=True)


def install(folder: Path, program: str) -> None:
    """Puts the stand-in of a program into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / program
    command.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT}/tests/workflows/{program}.py "$@"\n', "utf-8")
    command.chmod(0o755)


def _alls_green(_: Job, asked: Env) -> None:
    bad = [name for name, need in json.loads(asked["jobs"]).items() if need["result"] != "success"]
    if bad:
        raise FailedError(f"not green: {bad}")


def _zizmor(job: Job, _: Env) -> None:
    run(Path(sys.prefix) / "bin" / "zizmor", "--offline", "--no-progress", ".github", cwd=job.folder)


def results(jobs: Jobs) -> dict[str, set[str]]:
    """How each job ended, without the one that refuses branches where it had nothing to do."""
    found = {name: {job.result for job in of_name} for name, of_name in jobs.items()}
    return {name: ended for name, ended in found.items() if (name, ended) != ("elsewhere", {"skipped"})}


def told(jobs: Jobs) -> str:
    """What the jobs that failed printed."""
    return "\n".join(job.log[-6000:] for of_name in jobs.values() for job in of_name if job.result == "failure")
