"""What GitHub knows of the repository: its environments, whom they let in, and where variables and secrets stand."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kedro_modelops.errors import RefusedError
from kedro_modelops.release.github_settings import OPEN, PROTECTED, Setting, relevant
from kedro_modelops.shared_repository.project_folder import suffix

NOBODY: dict[str, Any] = {"reviewers": [], "prevent_self_review": False}


class Names(NamedTuple):
    """Names of the variables and secrets of one place: the repository, its organization, an environment."""

    variable: frozenset[str]
    secret: frozenset[str]


def examine_repository(project: Path) -> Iterator[tuple[str, str]]:
    """Looks at the repository on GitHub, as whoever is logged in there.

    Whoever may push a branch writes the workflows of that branch too, and so learns every secret that a branch can
    reach: what protects a secret is an environment that lets in `main` alone, and nothing in the workflows.

    Args:
        project: Root folder.

    Yields:
        What was looked at, and what is wrong with it: nothing, if it is empty.
    """
    try:
        entered = {found["name"]: found for found in _get("environments?per_page=100")["environments"]}
        held = {name: _names(f"environments/{name}/", "") for name in entered}
        shared = {"repository": _names("actions/", ""), "organization": _names("actions/", "organization-")}
        policies = {name: _policy(found) for name, found in entered.items()}
    except RefusedError as error:
        yield "GitHub", f"not looked at: {error.message}"
        return
    own = suffix(project)
    for name in PROTECTED:
        yield f"environment {name}{own}", _entrance(name, entered.get(f"{name}{own}"), policies.get(f"{name}{own}"))
    settings = [setting.within(own) for setting in relevant(project)]
    for setting in settings:
        exposed = _exposed(setting, held, shared, f"{OPEN}{own}")
        yield f"{setting.kind} {setting.name}", exposed or _missing(setting, held, shared)
    known = {setting.name for setting in settings}
    for place, names in shared.items():
        for secret in sorted(names.secret - known):
            yield f"secret {secret}", f"any branch can read it in the {place}: put it into an environment"


def _entrance(name: str, found: dict[str, Any] | None, branches: set[str] | None) -> str:
    """What is wrong with whom an environment lets in."""
    if found is None:
        return "it is missing: docs/operate.md says how to make it"
    if branches != {"main"}:
        others = "every branch" if branches is None else ", ".join(sorted(branches)) or "no branch"
        return f"it lets in {others}: let in main alone, as docs/operate.md says"
    if name == "production":
        rules = [rule for rule in found["protection_rules"] if rule["type"] == "required_reviewers"]
        review = next(iter(rules), NOBODY)
        if not review["reviewers"]:
            return "nobody is asked before a deployment: name required reviewers"
        if not review.get("prevent_self_review"):
            return "who starts a deployment may approve it: prevent self-review"
    return ""


def _exposed(setting: Setting, held: dict[str, Names], shared: dict[str, Names], open_to_all: str) -> str:
    """Why others than `main` can read a secret."""
    places = [place for place, names in shared.items() if setting.name in names.secret]
    places += [f"environment {open_to_all}"] if open_to_all in held and setting.name in held[open_to_all].secret else []
    if setting.kind != "secret" or not places:
        return ""
    cure = ", ".join(f"gh secret set {setting.name} --env {name}" for name in setting.environments)
    return f"any branch can read it in the {' and the '.join(places)}: {cure}, and delete it there"


def _missing(setting: Setting, held: dict[str, Names], shared: dict[str, Names]) -> str:
    """Where a variable or secret is not set, and what follows."""
    places = {name for name, names in (held | shared).items() if setting.name in getattr(names, setting.kind)}
    lacking = [name for name in setting.environments if name not in places]
    everywhere = shared.keys() if setting.kind == "variable" else set()
    if places & everywhere or (places and not lacking):
        return ""
    where = f" in {', '.join(lacking)}" if places else ""
    return f"not set{where}: {setting.without_it}"


def _policy(found: dict[str, Any]) -> set[str] | None:
    """Patterns of the branches that an environment lets in; none for all of them."""
    policy = found.get("deployment_branch_policy")
    if not policy:
        return None
    if policy.get("protected_branches"):
        return {"every protected branch"}
    rules = _get(f"environments/{found['name']}/deployment-branch-policies")["branch_policies"]
    return {rule["name"] if rule.get("type", "branch") == "branch" else f"the tag {rule['name']}" for rule in rules}


def _names(place: str, prefix: str) -> Names:
    """Names of a place's variables and secrets; a repository of a person has no organization, and so none of its."""
    names = []
    for kind in ("variables", "secrets"):
        try:
            names.append(frozenset(row["name"] for row in _get(f"{place}{prefix}{kind}?per_page=100")[kind]))
        except RefusedError:
            if not prefix:
                raise
            names.append(frozenset())
    return Names(*names)


def _get(path: str) -> dict[str, Any]:
    """What GitHub answers to a path of the repository; RefusedError, with its reason, where it does not."""
    if shutil.which("gh") is None:
        raise RefusedError("install gh, and gh auth login")
    command = ("gh", "api", f"repos/{{owner}}/{{repo}}/{path}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (the command above)
    if done.returncode:
        raise RefusedError(f"{' '.join(command)}: {done.stderr.strip() or 'no answer'}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
