"""What workflows and composite actions may not do, each rule a function that names what breaks it."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from expressions import EXPRESSION, Json
from runner import environment_of
from shell import masked

MAY = {
    # Besides `contents: read`, which any job may have. Workflow, job: permissions, and what for.
    "bump.yml propose": {"contents: write", "pull-requests: write"},  # pushes a branch, opens its pull request
    "release.yml release": {"contents: write", "id-token: write", "attestations: write"},  # attests, makes the release
    "release.yml publish": {"id-token: write"},  # says to the index who publishes
    "template-update.yml propose": {"contents: write", "pull-requests: write"},  # pushes the branch, opens it
    "train.yml train": {"id-token: write"},  # logs in to the cloud that has the data
    "train.yml propose": {"contents: write", "pull-requests: write"},  # pushes dvc.lock, opens its pull request
    "ci.yml pipeline": {"id-token: write"},  # logs in to the cloud that has the data; forks get no token
    "monitor.yml watch": {"id-token: write"},  # logs in to the cloud that has the data
    "monitor.yml tell": {"contents: write", "issues: write"},  # asks train.yml, opens issues
    "deploy.yml build": {"packages: write", "id-token: write", "attestations: write"},  # pushes, signs, attests
    # Log in to the cloud that they deploy to; ask who approved it, and who signed and attested the image.
    "deploy.yml staging": {"id-token: write", "actions: read", "attestations: read", "packages: read"},
    "deploy.yml production": {"id-token: write", "actions: read", "attestations: read", "packages: read"},
}
OPEN = {"ci"}
"""Environments that any branch may enter: they hold no secret, and what trusts their token lets it read."""
TAGGED = "release"
"""The environment that tags of versions enter, and no branch."""

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
VERSION = re.compile(r" # v\d+\.\d+\.\d+\b")
STATIC_KEYS = re.compile(
    r"AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|GOOGLE_(APPLICATION_)?CREDENTIALS|CREDENTIALS_JSON|GCP_SA_KEY"
    r"|SERVICE_ACCOUNT_KEY|AZURE_(STORAGE_(KEY|SAS_TOKEN|CONNECTION_STRING)|CLIENT_SECRET|CREDENTIALS)|\bCREDS\b"
)
SECRET = re.compile(r"(?i)\bsecrets\b(?!\.GITHUB_TOKEN\b)")
MAIN, ELSEWHERE = "github.ref == 'refs/heads/main'", "github.ref != 'refs/heads/main'"
ON_MAIN = re.compile(
    r'\Agit merge-base --is-ancestor HEAD origin/main \|\| \{\n +echo "::error::[^\n]+"\n +exit 1\n\}\s*\Z'
)
"""What refuses a commit that nobody has merged, with a sentence."""
TOKEN = re.compile(r"(?i)\bsecrets\.GITHUB_TOKEN\b|\bgithub\.token\b")


@dataclass(frozen=True)
class Workflow:
    """A workflow, or a composite action, which is one job.

    Attributes:
        name: Of the file, for a composite action that of its folder too.
        text: As it was written.
    """

    name: str
    text: str

    @classmethod
    def read(cls, path: Path) -> "Workflow":
        """Of a file of `.github/`."""
        folder = "" if path.parent.name == "workflows" else f"{path.parent.name}/"
        return cls(folder + path.name, path.read_text("utf-8"))

    @property
    def spec(self) -> Json:
        """The parsed file."""
        parsed: Json = yaml.safe_load(self.text)
        return parsed

    @property
    def is_action(self) -> bool:
        """Whether it is a composite action: that runs in whatever job uses it, with that job's settings."""
        return "runs" in self.spec

    @property
    def jobs(self) -> dict[str, Json]:
        """Its jobs by name."""
        return {"steps": self.spec["runs"]} if self.is_action else self.spec["jobs"]

    @property
    def events(self) -> set[str]:
        """What starts it."""
        named = (events for key, events in self.spec.items() if key in ("on", True))  # YAML 1.1 reads `on` as true
        events = next(named, ())
        return {events} if isinstance(events, str) else set(events)

    def steps(self) -> Iterator[tuple[str, Json, Json]]:
        """Job's name, job and step of each step."""
        for name, job in self.jobs.items():
            for step in job.get("steps", []):
                yield name, job, step


def workflows(repository: Path) -> list[Workflow]:
    """Those of a repository, and its composite actions."""
    patterns = ("workflows/*.y*ml", "actions/*/action.y*ml")
    return [Workflow.read(path) for pattern in patterns for path in sorted((repository / ".github").glob(pattern))]


def permissions(job: Json) -> set[str]:
    """What a job asks for, such as `contents: read`; all at once by one word is one permission."""
    asked = job.get("permissions", {})
    return {asked} if isinstance(asked, str) else {f"{scope}: {level}" for scope, level in asked.items()}


def expressions(part: object) -> str:
    """All that GitHub computes in a part of a workflow."""
    return " ".join(EXPRESSION.findall(json.dumps(part)))


def unpinned(workflow: Workflow) -> Iterator[str]:
    """An action is named by a full commit, with its version beside it; the repository's own are part of the commit."""
    parts = [*workflow.jobs.values(), *(step for _, _, step in workflow.steps())]
    for action in [part["uses"] for part in parts if not part.get("uses", "./").startswith("./")]:
        lines = [line for line in workflow.text.splitlines() if action in line]
        if not PINNED.fullmatch(action) or not all(VERSION.search(line) for line in lines):
            yield action


def wide(workflow: Workflow) -> Iterator[str]:
    """A workflow starts without permissions, and its jobs have what the table says."""
    if not workflow.is_action and workflow.spec.get("permissions") != {}:
        yield "the workflow does not start from `permissions: {}`"
    for name, job in workflow.jobs.items():
        allowed = {"contents: read", *MAY.get(f"{workflow.name} {name}", set())}
        yield from (f"{name}: {permission}" for permission in sorted(permissions(job) - allowed))


def static_keys(workflow: Workflow) -> Iterator[str]:
    """Clouds know workflows by OpenID Connect: there is no key that could leak, or that somebody must rotate."""
    text = json.dumps(workflow.spec).upper().replace("-", "_")
    yield from sorted({found.group() for found in STATIC_KEYS.finditer(text)})


def foreign_code(workflow: Workflow) -> Iterator[str]:
    """`pull_request_target` runs with secrets what a stranger proposes."""
    yield from workflow.events & {"pull_request_target"}


def secrets(workflow: Workflow) -> Iterator[str]:
    """What pull requests start sees no secret; the job's own token goes to actions, not to scripts."""
    if "pull_request" not in workflow.events and not workflow.is_action:
        return
    if SECRET.search(expressions(workflow.spec)) or "inherit" in [job.get("secrets") for job in workflow.jobs.values()]:
        yield "a secret"
    environments = [workflow.spec.get("env"), *(job.get("env") for job in workflow.jobs.values())]
    scripts = [step for _, _, step in workflow.steps() if "run" in step]
    if TOKEN.search(expressions([environments, scripts])):
        yield "the token, in a script"


def shared(workflow: Workflow) -> Iterator[str]:
    """A secret is in the environment of the step that needs it: that of a job, actions of others see too."""
    for name, job in workflow.jobs.items():
        of_all = expressions([workflow.spec.get("env"), job.get("env")])
        if SECRET.search(of_all) and any("uses" in step for step in job.get("steps", [])):
            yield name


def holds(workflow: Workflow, job: Json) -> bool:
    """Whether a job may learn a secret, or say to a cloud or to Sigstore who it is."""
    secret = SECRET.search(expressions([workflow.spec.get("env"), job]) + str(job.get("if", "")))
    return bool(secret or "secrets" in job or permissions(job) & {"id-token: write", "write-all"})


def unbound(workflow: Workflow) -> Iterator[str]:
    """What holds a secret is in an environment, and on main alone; elsewhere the workflow says so and is red.

    A workflow that nothing but tags of versions starts has an environment of its own, and refuses first what is not on
    main. Who may push a branch or a tag writes its workflows too: only GitHub keeps the secrets of an environment from
    them. The conditions are for who starts a workflow by mistake, and for an environment that lets everything in.
    """
    if workflow.is_action:
        return
    holding = {name: job for name, job in workflow.jobs.items() if holds(workflow, job)}
    yield from (f"{name}: {flaw}" for name, job in holding.items() if (flaw := _entered(workflow, job)))
    if holding and "workflow_dispatch" in workflow.events and "pull_request" not in workflow.events:
        refusing = [job for job in workflow.jobs.values() if conditions(job) == [ELSEWHERE]]
        if not any(re.search(r"::error::.*\n\s*exit 1\s*$", job["steps"][-1].get("run", "")) for job in refusing):
            yield "other branches are skipped in silence"


def _entered(workflow: Workflow, job: Json) -> str | None:
    """What is wrong with the way in which a job comes to what it holds."""
    environment, tagged, proposed = environment_of(job), is_tagged(workflow), "pull_request" in workflow.events
    flaws = {
        "no environment": not re.fullmatch(r"[\w-]+", environment),
        f"pull requests enter {environment}": proposed and environment not in OPEN,
        f"tags enter {environment}": tagged and environment != TAGGED,
        f"branches enter {environment}": not tagged and environment == TAGGED,
        f"{environment} is open to all branches": not proposed and environment in OPEN,
        "any tag": tagged and not is_merged(workflow, job),
        "any branch": not tagged and not proposed and MAIN not in conditions(job),
    }
    return next((flaw for flaw, found in flaws.items() if found), None)


def is_tagged(workflow: Workflow) -> bool:
    """Whether nothing but tags of versions starts a workflow."""
    started = next((events for key, events in workflow.spec.items() if key in ("on", True)), None)
    pushed = started.get("push") if isinstance(started, dict) and set(started) == {"push"} else None
    return isinstance(pushed, dict) and set(pushed) == {"tags"} and all(tag[:1] == "v" for tag in pushed["tags"])


def is_merged(workflow: Workflow, job: Json) -> bool:
    """Whether a job waits, itself or by way of others, for one that has found its commit on main."""
    if re.search(r"\b(always|cancelled|failure)\b", str(job.get("if", ""))):
        return False
    needs = job.get("needs", [])
    before = [workflow.jobs[name] for name in ([needs] if isinstance(needs, str) else needs)]
    return any(any(map(_refuses, other.get("steps", []))) or is_merged(workflow, other) for other in before)


def _refuses(step: Json) -> bool:
    return bool(ON_MAIN.match(step.get("run", ""))) and not step.keys() & {"if", "continue-on-error"}


def conditions(job: Json) -> list[str]:
    """What has to hold, all of it, before a job begins."""
    text = str(job.get("if", "")).strip()
    inside = EXPRESSION.fullmatch(text)
    parts, depth = [""], 0
    for word in re.split(r"(&&|\|\||[()])", inside.group(1) if inside else text):
        depth += (word == "(") - (word == ")")
        if word == "||" and depth == 0:
            return []
        if word == "&&" and depth == 0:
            parts.append("")
        else:
            parts[-1] += word
    return [part.strip() for part in parts]


def forgiving(workflow: Workflow) -> Iterator[str]:
    """A script fails where any part of a pipe does: GitHub says `-o pipefail` only where a shell is named."""
    default = workflow.spec.get("defaults", {}).get("run", {}).get("shell")
    for name, job, step in workflow.steps():
        of_job = job.get("defaults", {}).get("run", {}).get("shell", default)
        if "run" in step and step.get("shell", of_job) != "bash":
            yield f"{name}: {step['run'].splitlines()[0]}"


def unseen(workflow: Workflow) -> Iterator[str]:
    """No command fails without the step failing, as in `echo "VERSION=$(false)"`."""
    steps = [(f"{name} {number}", step) for number, (name, _, step) in enumerate(workflow.steps()) if "run" in step]
    head = "#!/bin/bash\nset -eo pipefail\n"
    yield from masked({place: head + EXPRESSION.sub("word", step["run"]) + "\n" for place, step in steps})


def interpolated(workflow: Workflow) -> Iterator[str]:
    """Scripts take all values from `env:`; GitHub would paste them in as code, and a title may be `$(rm -r .)`."""
    for name, _, step in workflow.steps():
        for script in (step.get("run", ""), step.get("with", {}).get("script", "")):
            yield from (f"{name}: {expression.strip()}" for expression in EXPRESSION.findall(script))


def endless(workflow: Workflow) -> Iterator[str]:
    """Without a limit a job that hangs costs six hours."""
    if not workflow.is_action:
        yield from (name for name, job in workflow.jobs.items() if "timeout-minutes" not in job and "uses" not in job)


def kept_credentials(workflow: Workflow) -> Iterator[str]:
    """A checkout leaves no token on the disk where later steps, and artifacts, would find it, unless the job pushes."""
    for name, job, step in workflow.steps():
        checkout = step.get("uses", "").startswith("actions/checkout@")
        keeps = step.get("with", {}).get("persist-credentials") is not False
        if checkout and keeps and "contents: write" not in permissions(job):
            yield name


Rule = Callable[[Workflow], Iterator[str]]
RULES: tuple[Rule, ...] = (
    unpinned, wide, static_keys, foreign_code, secrets, shared, unbound, forgiving, unseen, interpolated, endless,
    kept_credentials,
)  # fmt: skip


def broken(workflow: Workflow) -> dict[str, list[str]]:
    """Rules that a workflow breaks, with what breaks them."""
    found = {rule.__name__: list(rule(workflow)) for rule in RULES}
    return {name: what for name, what in found.items() if what}
