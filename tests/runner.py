"""Executes workflows of GitHub Actions on this machine: real steps, named stand-ins for actions.

GitHub's own evaluator computes expressions. Jobs run one after another, each in a fresh folder of the same name. What
this runner does not know (a key of a job or a step, an action) is an error, so that nothing is passed over in silence.
"""

import itertools
import os
import re
import shutil
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from baking import clean_environment
from expressions import Evaluator, Json

JOB_KEYS = {"name", "runs-on", "timeout-minutes", "permissions", "if", "needs", "strategy", "env", "outputs", "steps",
            "environment"}  # fmt: skip
WORKFLOW_KEYS = {"name", "on", "permissions", "defaults", "concurrency", "env", "jobs"}
STEP_KEYS = {"name", "id", "if", "uses", "with", "run", "env", "continue-on-error", "shell"}
SHELLS = {"": ("bash", "-e"), "bash": ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")}
"""What GitHub runs where no shell is named, and where bash is: only then does a pipe fail where any part of it does."""
FILES = ("OUTPUT", "ENV", "PATH", "STEP_SUMMARY")


@dataclass
class Job:
    """A job, or one of a matrix, while it runs and when it has ended.

    Attributes:
        name: Key in the workflow.
        folder: Its workspace.
        contexts: What its expressions see.
        shell: In which its steps run.
        env: Of its steps, as earlier steps left it.
        result: `success`, `failure` or `skipped`.
        outputs: That it declares.
        log: What its steps printed.
        summary: What its steps wrote for people.
        seconds: How long it took.
    """

    name: str
    folder: Path
    contexts: Json
    shell: str = ""
    env: dict[str, str] = field(default_factory=dict)
    result: str = "success"
    outputs: Json = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    seconds: float = 0.0

    def annotations(self, kind: str) -> list[str]:
        """Messages that GitHub would show on the page of the run: `error`, `warning` or `notice`."""
        return re.findall(rf"(?m)^::{kind}(?: [^:]*)?::(.*)$", self.log)


Action = Callable[[Job, dict[str, str]], Any]


@dataclass
class Runner:
    """Runs a workflow.

    Attributes:
        evaluator: Of expressions.
        actions: Stand-ins by the name of the action, without its version; they return outputs; `FailedError` fails the
            step.
        workspace: Folder in which one job after another works.
        github: The context of that name: the event.
        secrets: Of the repository.
        variables: Of the repository.
        environments: Variables, and secrets, that only jobs of an environment see.
        open_environments: Those that let any branch in; the others let in main alone.
        env: Of the machine.
        only: Values of a matrix, by name, outside which no job is run.
    """

    evaluator: Evaluator
    actions: dict[str, Action]
    workspace: Path
    github: Json
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    environments: dict[str, tuple[dict[str, str], dict[str, str]]] = field(default_factory=dict)
    open_environments: frozenset[str] = frozenset({"ci"})
    env: dict[str, str] = field(default_factory=dict)
    only: dict[str, list[str]] = field(default_factory=dict)

    def run(self, path: Path, before: dict[str, list[Job]] | None = None) -> dict[str, list[Job]]:
        """Runs the jobs of a workflow; returns them by name, one or one for each of a matrix.

        Of workflows of one `concurrency.group`, one runs at a time; others wait. If it ran `before`, jobs that
        succeeded then do not run again, as when somebody re-runs failed jobs.
        """
        workflow = read(path)
        with GROUPS[self.evaluator.text(workflow["concurrency"]["group"], {"github": self.github})]:
            return self._run(workflow, before or {})

    def _run(self, workflow: Json, before: dict[str, list[Job]]) -> dict[str, list[Job]]:
        assert set(workflow) <= WORKFLOW_KEYS, f"the runner does not know {set(workflow) - WORKFLOW_KEYS}"
        done = {name: jobs for name, jobs in before.items() if {job.result for job in jobs} == {"success"}}
        waiting = {name: spec for name, spec in workflow["jobs"].items() if name not in done}
        while waiting:
            name = next(name for name in waiting if set(_list(waiting[name].get("needs"))) <= done.keys())
            with GROUPS[str(self.workspace)]:
                done[name] = list(self._run_job(name, waiting.pop(name), workflow, done))
        return done

    def _run_job(self, name: str, spec: Json, workflow: Json, done: dict[str, list[Job]]) -> Iterator[Job]:
        assert set(spec) <= JOB_KEYS, f"{name}: the runner does not know {set(spec) - JOB_KEYS}"
        needs = {need: {"result": _result(done[need]), "outputs": done[need][-1].outputs}
                 for need in _list(spec.get("needs"))}  # fmt: skip
        results = {need["result"] for need in needs.values()}
        for matrix in _matrix(spec.get("strategy", {}).get("matrix", {}), self.only):
            shutil.rmtree(self.workspace, ignore_errors=True)
            self.workspace.mkdir(parents=True)
            environment = environment_of(spec)
            variables, secrets = self.environments.get(environment, ({}, {}))
            contexts = {"github": self.github | {"workspace": str(self.workspace)}, "secrets": self.secrets | secrets}
            contexts |= {
                "needs": needs,
                "vars": self.variables | variables,
                "matrix": matrix,
                "env": {},
                "steps": {},
                "runner": {"os": "Linux"},
            }
            contexts |= {"inputs": self.github["event"].get("inputs", {}), "job": {"status": "success"}}
            shell = workflow.get("defaults", {}).get("run", {}).get("shell", "")
            job = Job(name, self.workspace, contexts, shell)
            status = {"success": results <= {"success"}, "failure": "failure" in results}
            if not self.evaluator.holds(spec.get("if"), job.contexts, status):
                job.result = "skipped"
                yield job
                continue
            branch = self.github["ref"].removeprefix("refs/heads/")
            if environment and environment not in self.open_environments and branch != "main":
                job.result = "failure"
                job.log = f"{branch} is not allowed to deploy to {environment} due to environment protection rules."
                yield job
                continue
            job.env = self.evaluator.texts(workflow.get("env", {}) | spec.get("env", {}), job.contexts)
            begin = time.monotonic()
            for step in spec["steps"]:
                self._run_step(job, step)
            job.seconds = time.monotonic() - begin
            job.outputs = self.evaluator.texts(spec.get("outputs", {}), job.contexts)
            yield job

    def _run_step(self, job: Job, step: Json) -> None:
        assert set(step) <= STEP_KEYS, f"{job.name}: the runner does not know {set(step) - STEP_KEYS}"
        job.contexts["env"] = job.env
        status = {"success": job.result == "success", "failure": job.result == "failure"}
        outputs: dict[str, str] = {}
        conclusion = "skipped"
        if self.evaluator.holds(step.get("if"), job.contexts, status):
            conclusion = "success" if self._execute(job, step, outputs) else "failure"
            if conclusion == "failure" and not step.get("continue-on-error", False):
                job.result = job.contexts["job"]["status"] = "failure"
        if "id" in step:
            job.contexts["steps"][step["id"]] = {"outputs": outputs, "conclusion": conclusion, "outcome": conclusion}

    def _execute(self, job: Job, step: Json, outputs: dict[str, str]) -> bool:
        if "run" in step:
            return self._type(job, step, outputs)
        asked = self.evaluator.texts(step.get("with", {}), job.contexts)
        action = step["uses"].partition("@")[0]
        return self._use(job, action, asked, outputs)

    def _use(self, job: Job, action: str, asked: dict[str, str], outputs: dict[str, str]) -> bool:
        assert action in self.actions, f"{job.name}: there is no stand-in for {action}"
        try:
            outputs |= self.actions[action](job, asked) or {}
        except FailedError as error:
            job.log += f"{error}\n"
            return False
        return True

    def _type(self, job: Job, step: Json, outputs: dict[str, str]) -> bool:
        files = {name: job.folder.parent / f"{job.folder.name}.{name}" for name in FILES}
        for file in files.values():
            file.write_text("")
        told = {f"GITHUB_{name}": str(file) for name, file in files.items()} | {"GITHUB_ACTIONS": "true", "CI": "true"}
        told |= {f"GITHUB_{name.upper()}": str(value) for name, value in self.github.items() if name in TOLD}
        env = self.env | told | job.env | self.evaluator.texts(step.get("env", {}), job.contexts)
        script = self.evaluator.text(step["run"], job.contexts)
        command = [*SHELLS[step.get("shell", job.shell)], "-c", script]
        done = subprocess.run(command, cwd=job.folder, env=clean_environment() | env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # fmt: skip
        job.log += f"$ {script}\n{done.stdout}\n"
        job.summary += files["STEP_SUMMARY"].read_text("utf-8")
        outputs |= pairs(files["OUTPUT"].read_text("utf-8"))
        job.env |= pairs(files["ENV"].read_text("utf-8"))
        for folder in files["PATH"].read_text("utf-8").splitlines():
            job.env["PATH"] = os.pathsep.join([folder, job.env.get("PATH", os.environ["PATH"])])
        return done.returncode == 0


class FailedError(Exception):
    """Raised by a stand-in whose action would have failed."""


GROUPS: dict[str, threading.Lock] = defaultdict(threading.Lock)
TOLD = ("actor", "event_name", "ref", "ref_name", "repository", "run_id", "sha", "workflow", "workflow_ref")
"""What steps find in their environment."""


def read(path: Path) -> Json:
    """A workflow; YAML takes its key `on` for a truth."""
    workflow: dict[object, Any] = yaml.safe_load(path.read_text("utf-8"))
    return {"on" if key is True else str(key): value for key, value in workflow.items()}


def starts(path: Path, event: str, branch: str = "main", changed: Iterable[str] = ()) -> bool:
    """Whether an event starts a workflow: a push to a branch that changes some files, or another event."""
    on = read(path)["on"]
    if event not in on:
        return False
    filters = on[event] or {}
    branches, paths = filters.get("branches", ["**"]), filters.get("paths", ["**"])
    on_branch = any(_matches(branch, pattern) for pattern in branches)
    return on_branch and any(_matches(name, pattern) for name in changed or ["any"] for pattern in paths)


def _matches(name: str, pattern: str) -> bool:
    """As GitHub's filters have it: `*` stays inside a folder, `**` does not."""
    parts = {"**/": "(.*/)?", "**": ".*", "*": "[^/]*"}
    words = re.split(r"(\*\*/|\*\*|\*)", pattern)
    return re.fullmatch("".join(parts.get(word, re.escape(word)) for word in words), name) is not None


def environment_of(job: Json) -> str:
    """Name of the environment that a job enters; empty for none."""
    environment = job.get("environment", "")
    name: str = environment["name"] if isinstance(environment, dict) else environment
    return name


def _result(jobs: list[Job]) -> str:
    results = {job.result for job in jobs}
    return next(result for result in ("failure", "skipped", "success") if result in results)


def _list(value: object) -> list[str]:
    return value if isinstance(value, list) else [] if value is None else [str(value)]


def _matrix(matrix: Json, only: dict[str, list[str]]) -> Iterator[Json]:
    names = list(matrix)
    wanted = ([value for value in matrix[name] if name not in only or value in only[name]] for name in names)
    for values in itertools.product(*wanted):
        yield dict(zip(names, values, strict=True))


def pairs(text: str) -> dict[str, str]:
    """What a step wrote into an environment file: NAME=VALUE, or NAME<<END, lines and END."""
    pairs, lines = {}, iter(text.splitlines())
    for line in lines:
        name, heredoc, end = line.partition("<<")
        if heredoc and "=" not in name:
            pairs[name] = "\n".join(iter(lines.__next__, end))
        else:
            name, _, value = line.partition("=")
            pairs[name] = value
    return pairs
