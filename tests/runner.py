"""Executes workflows of GitHub Actions on this machine: real steps, named stand-ins for actions.

GitHub's own evaluator computes expressions. Jobs run one after another, each in a folder of its own. What this runner
does not know (a key of a job or a step, an action) is an error, so that nothing is passed over in silence.
"""

import itertools
import re
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from baking import AUTHOR, clean_environment
from expressions import Evaluator, Json

JOB_KEYS = {"name", "runs-on", "timeout-minutes", "permissions", "if", "needs", "strategy", "env", "outputs", "steps"}
STEP_KEYS = {"name", "id", "if", "uses", "with", "run", "env", "continue-on-error"}


@dataclass
class Job:
    """A job, or one of a matrix, while it runs and when it has ended.

    Attributes:
        name: Key in the workflow.
        folder: Its workspace.
        contexts: What its expressions see.
        env: Of its steps, as earlier steps left it.
        result: `success`, `failure` or `skipped`.
        outputs: That it declares.
        log: What its steps printed.
        summary: What its steps wrote for people.
    """

    name: str
    folder: Path
    contexts: Json
    env: dict[str, str] = field(default_factory=dict)
    result: str = "success"
    outputs: Json = field(default_factory=dict)
    log: str = ""
    summary: str = ""

    def annotations(self, kind: str) -> list[str]:
        """Messages that GitHub would show on the page of the run: `error`, `warning` or `notice`."""
        return re.findall(rf"(?m)^::{kind}(?: [^:]*)?::(.*)$", self.log)


Action = Callable[[Job, dict[str, str]], None]


@dataclass
class Runner:
    """Runs a workflow.

    Attributes:
        evaluator: Of expressions.
        actions: Stand-ins by the name of the action, without its version; `FailedError` fails the step.
        workspaces: Folder for the workspaces of jobs.
        github: The context of that name: the event.
        secrets: Of the repository.
        variables: Of the repository.
        env: Of the machine.
    """

    evaluator: Evaluator
    actions: dict[str, Action]
    workspaces: Path
    github: Json
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)

    def run(self, path: Path) -> dict[str, list[Job]]:
        """Runs the jobs of a workflow that the event starts; returns them by name, one or one for each of a matrix."""
        workflow = yaml.safe_load(path.read_text("utf-8"))
        waiting, done = dict(workflow["jobs"]), dict[str, list[Job]]()
        while waiting:
            name = next(name for name in waiting if set(_list(waiting[name].get("needs"))) <= done.keys())
            done[name] = list(self._run_job(name, waiting.pop(name), workflow, done))
        return done

    def _run_job(self, name: str, spec: Json, workflow: Json, done: dict[str, list[Job]]) -> Iterator[Job]:
        assert set(spec) <= JOB_KEYS, f"{name}: the runner does not know {set(spec) - JOB_KEYS}"
        needs = {need: {"result": _result(done[need]), "outputs": done[need][-1].outputs}
                 for need in _list(spec.get("needs"))}  # fmt: skip
        results = {need["result"] for need in needs.values()}
        for matrix in _matrix(spec.get("strategy", {}).get("matrix", {})):
            folder = self.workspaces / f"{name}-{uuid.uuid4().hex[:8]}"
            folder.mkdir(parents=True)
            contexts = {"github": self.github | {"workspace": str(folder)}, "secrets": self.secrets, "needs": needs}
            contexts |= {"vars": self.variables, "matrix": matrix, "env": {}, "steps": {}, "runner": {"os": "Linux"}}
            contexts |= {"inputs": self.github["event"].get("inputs", {}), "job": {"status": "success"}}
            job = Job(name, folder, contexts)
            status = {"success": results <= {"success"}, "failure": "failure" in results}
            if not self.evaluator.holds(spec.get("if"), job.contexts, status):
                job.result = "skipped"
                yield job
                continue
            job.env = self.evaluator.texts(workflow.get("env", {}) | spec.get("env", {}), job.contexts)
            for step in spec["steps"]:
                self._run_step(job, step)
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
        return self._use(job, step) if "uses" in step else self._type(job, step, outputs)

    def _use(self, job: Job, step: Json) -> bool:
        action = step["uses"].partition("@")[0]
        assert action in self.actions, f"{job.name}: there is no stand-in for {action}"
        try:
            self.actions[action](job, self.evaluator.texts(step.get("with", {}), job.contexts))
        except FailedError as error:
            job.log += f"{error}\n"
            return False
        return True

    def _type(self, job: Job, step: Json, outputs: dict[str, str]) -> bool:
        files = {name: job.folder.parent / f"{job.folder.name}.{name}" for name in ("OUTPUT", "ENV", "STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        told = {f"GITHUB_{name}": str(file) for name, file in files.items()} | {"GITHUB_ACTIONS": "true", "CI": "true"}
        env = self.env | told | job.env | self.evaluator.texts(step.get("env", {}), job.contexts)
        script = self.evaluator.text(step["run"], job.contexts)
        done = subprocess.run(["bash", "-e", "-c", script], cwd=job.folder, env=clean_environment() | AUTHOR | env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # fmt: skip
        job.log += f"$ {script}\n{done.stdout}\n"
        job.summary += files["STEP_SUMMARY"].read_text("utf-8")
        outputs |= _pairs(files["OUTPUT"].read_text("utf-8"))
        job.env |= _pairs(files["ENV"].read_text("utf-8"))
        return done.returncode == 0


class FailedError(Exception):
    """Raised by a stand-in whose action would have failed."""


def _result(jobs: list[Job]) -> str:
    results = {job.result for job in jobs}
    return next(result for result in ("failure", "skipped", "success") if result in results)


def _list(value: object) -> list[str]:
    return value if isinstance(value, list) else [] if value is None else [str(value)]


def _matrix(matrix: Json) -> Iterator[Json]:
    names = list(matrix)
    for values in itertools.product(*(matrix[name] for name in names)):
        yield dict(zip(names, values, strict=True))


def _pairs(text: str) -> dict[str, str]:
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
