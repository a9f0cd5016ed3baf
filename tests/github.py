"""As much of github.com as a project's workflows touch: a repository, runners, artifacts, and who may do what."""

import json
import os
import shutil
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from baking import OPTIONS, PYTHONS, ROOT, BakedProject, commit, run
from expressions import Evaluator, Json
from images import DOCKER
from runner import Action, FailedError, Job, Runner, starts

Env = dict[str, str]
Jobs = dict[str, list[Job]]
QUICK = {"PYTEST_ADDOPTS": "--no-cov -W 'ignore:Coverage disabled' -k test_conventions"}
"""What a project's `make test` runs where test_project has run all of it."""
NOTED = (
    "actions/attest-build-provenance",
    "anchore/sbom-action",
    "anchore/scan-action",
    "docker/login-action",
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
        secrets: Of the repository.
        environments: Their variables and secrets.
        machine: Environment of every runner.
        noted: What actions were asked that cannot work here: job, action, inputs.
    """

    project: BakedProject
    evaluator: Evaluator
    home: Path
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    environments: dict[str, tuple[dict[str, str], dict[str, str]]] = field(default_factory=dict)
    machine: dict[str, str] = field(default_factory=dict)
    noted: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Makes the repository, and the command `gh`."""
        (self.home / "bin").mkdir(parents=True)
        run("git", "clone", "--quiet", "--bare", self.project.path, self.origin, cwd=self.home)
        self.project.run("git", "remote", "add", "origin", self.origin)
        gh = self.home / "bin" / "gh"
        gh.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT / "tests/workflows/gh.py"} "$@"\n', "utf-8")
        gh.chmod(0o755)
        path = os.pathsep.join([str(gh.parent), os.environ["PATH"]])
        self.machine |= {"RUNNER_TEMP": str(self.home / "temporary")}
        self.machine |= {"PYTHONPYCACHEPREFIX": str(self.home / "bytecode")}  # jobs share it, as their workspace is one
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
        """Runs a workflow on what was pushed to main, or those of its jobs that failed `before`.

        `payload` belongs to the event, `env` to the machine.
        """
        sha = run("git", "rev-parse", "main", cwd=self.origin).stdout.strip()
        github = {"event_name": event, "ref": "refs/heads/main", "sha": sha, "workflow": name, "event": payload or {}}
        github |= {"repository": "example-org/project", "actor": "octocat", "run_id": "1", "token": "a-token"}
        (self.home / "runs").mkdir(exist_ok=True)
        actions: dict[str, Action] = {action: partial(self._note, action) for action in NOTED}
        actions |= {
            "actions/checkout": self._checkout,
            "actions/download-artifact": self._download,
            "actions/upload-artifact": self._upload,
            "astral-sh/setup-uv": self._setup_uv,
            "re-actors/alls-green": _alls_green,
            "sigstore/cosign-installer": self._install_cosign,
            "zizmorcore/zizmor-action": _zizmor,
        }
        settings = (self.secrets, self.variables, self.environments, self.machine | (env or {}))
        runner = Runner(self.evaluator, actions, self.home / "runs" / "project", github, *settings)
        return runner.run(self.project.path / ".github" / "workflows" / f"{name}.yml", before)

    def _checkout(self, job: Job, _: Env) -> None:
        run("git", "clone", "--quiet", self.origin, job.folder, cwd=self.home)
        run("git", "checkout", "--quiet", job.contexts["github"]["sha"], cwd=job.folder)

    def _setup_uv(self, job: Job, _: Env) -> None:
        """The project's own uv has its cache here already; what it would fetch it finds: the Pythons."""
        pythons = [str(python.parent) for python in PYTHONS.values()]
        job.env["PATH"] = os.pathsep.join([*pythons, self.machine["PATH"]])

    def _note(self, action: str, job: Job, asked: Env) -> None:
        self.noted.append((job.name, action, asked))

    def _install_cosign(self, _: Job, __: Env) -> None:
        cosign = self.home / "bin" / "cosign"
        cosign.write_text(f'#!/bin/sh\necho "$@" >>{self.home / "signed"}\n', "utf-8")
        cosign.chmod(0o755)

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


def _alls_green(_: Job, asked: Env) -> None:
    bad = [name for name, need in json.loads(asked["jobs"]).items() if need["result"] != "success"]
    if bad:
        raise FailedError(f"not green: {bad}")


def _zizmor(job: Job, _: Env) -> None:
    run(Path(sys.prefix) / "bin" / "zizmor", "--offline", "--no-progress", ".github", cwd=job.folder)


def ask_for_one_python(project: BakedProject) -> None:
    """Lets CI test on the last of the Pythons that are here, and on no other."""
    ci = project.path / ".github/workflows/ci.yml"
    known = json.dumps(OPTIONS["python_version"])
    ci.write_text(ci.read_text("utf-8").replace(known, json.dumps([list(PYTHONS)[-1]])), "utf-8")


def results(jobs: Jobs) -> dict[str, set[str]]:
    """How each job ended."""
    return {name: {job.result for job in of_name} for name, of_name in jobs.items()}


def told(jobs: Jobs) -> str:
    """What the jobs that failed printed."""
    return "\n".join(job.log[-6000:] for of_name in jobs.values() for job in of_name if job.result == "failure")
