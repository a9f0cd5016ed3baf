"""`make doctor` on GitHub: environments that let in too many, and secrets that any branch can read."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from kedro_modelops.release.github import examine_repository
from kedro_modelops.release.github_settings import PROTECTED, relevant

PROJECT = Path.cwd()
REVIEW = {"type": "required_reviewers", "prevent_self_review": True, "reviewers": [{"type": "Team"}]}
MAIN = {"branch_policies": [{"name": "main", "type": "branch"}]}


class Repository:
    """A repository that has all, as GitHub would describe it."""

    def __init__(self) -> None:
        """Gives each place what belongs there."""
        self.folder = ""
        self.answers: dict[str, Any] = {"environments": {"environments": []}}
        for name in ("ci", *PROTECTED):
            policy = None if name == "ci" else {"protected_branches": False, "custom_branch_policies": True}
            rules = [REVIEW] if name == "production" else []
            environment = {"name": name, "deployment_branch_policy": policy, "protection_rules": rules}
            self.answers["environments"]["environments"].append(environment)
            self.answers[f"environments/{name}/deployment-branch-policies"] = MAIN
            for kind in ("variable", "secret"):
                self.hold(f"environments/{name}/{kind}s", *self.names(kind, name))
        self.hold("actions/variables", *self.names("variable", ""))
        self.hold("actions/secrets")

    @staticmethod
    def names(kind: str, environment: str) -> list[str]:
        """Settings of a kind that belong to an environment, or to none."""
        known = [setting for setting in relevant(PROJECT) if setting.kind == kind]
        return [
            one.name for one in known if environment in one.environments or (not environment and not one.environments)
        ]

    def hold(self, path: str, *names: str) -> None:
        """Lets a place hold variables or secrets of these names, and no others."""
        self.answers[path] = {path.rpartition("/")[2].removeprefix("organization-"): [{"name": name} for name in names]}

    def environment(self, name: str) -> dict[str, Any]:
        """An environment, to change it."""
        environments = self.answers["environments"]["environments"]
        return next(one for one in environments if one["name"] == name)

    def answer(self, command: Sequence[str], **_: object) -> "subprocess.CompletedProcess[str]":
        """What `gh api` prints, and what git says of the project's folder in its repository."""
        if command[0] == "git":
            return subprocess.CompletedProcess(command, 0, self.folder, "")
        assert command[:2] == ("gh", "api")
        path = command[2].removeprefix("repos/{owner}/{repo}/").partition("?")[0]
        if path in self.answers:
            return subprocess.CompletedProcess(command, 0, json.dumps(self.answers[path]), "")
        return subprocess.CompletedProcess(command, 1, "", "gh: Not Found (HTTP 404)")

    def wrong(self) -> dict[str, str]:
        """What the doctor finds wrong."""
        return {what: wrong for what, wrong in examine_repository(PROJECT) if wrong}


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Repository:
    """One in which nothing is wrong; an organization has none of its own."""
    repository = Repository()
    monkeypatch.setattr(subprocess, "run", repository.answer)
    monkeypatch.setattr(shutil, "which", lambda _: "gh")
    return repository


def test_where_each_secret_is_in_its_environment_nothing_is_wrong(repository: Repository) -> None:
    assert repository.wrong() == {}


def test_a_project_in_a_folder_has_environments_of_its_own(repository: Repository) -> None:
    repository.folder, own = "models/churn\n", "-models-churn"
    assert {f"environment {name}{own}" for name in PROTECTED} <= repository.wrong().keys()
    for environment in repository.answers["environments"]["environments"]:
        environment["name"] += own
    for path in [path for path in repository.answers if path.startswith("environments/")]:
        place, name, what = path.split("/")
        repository.answers[f"{place}/{name}{own}/{what}"] = repository.answers.pop(path)
    assert repository.wrong() == {}
    repository.hold(f"environments/ci{own}/secrets", "APP_PRIVATE_KEY")
    (told,) = repository.wrong().values()
    assert f"in the environment ci{own}: gh secret set APP_PRIVATE_KEY --env training{own}, and delete" in told


def test_a_secret_of_the_repository_is_read_by_any_branch(repository: Repository) -> None:
    repository.hold("actions/secrets", "APP_PRIVATE_KEY", "WAREHOUSE_PASSWORD")
    repository.hold("actions/organization-secrets", "SERVING_KEY")
    wrong = repository.wrong()
    assert wrong.keys() == {"secret APP_PRIVATE_KEY", "secret WAREHOUSE_PASSWORD", "secret SERVING_KEY"}
    told = "any branch can read it in the repository: gh secret set APP_PRIVATE_KEY --env training, and delete it there"
    assert wrong["secret APP_PRIVATE_KEY"] == told
    assert wrong["secret SERVING_KEY"].startswith(
        "any branch can read it in the organization: gh secret set SERVING_KEY"
    )
    assert wrong["secret WAREHOUSE_PASSWORD"].endswith("in the repository: put it into an environment")


def test_a_secret_of_the_open_environment_is_read_by_any_branch(repository: Repository) -> None:
    repository.hold("environments/ci/secrets", "MLFLOW_TRACKING_PASSWORD", "ANOTHER")
    assert repository.wrong().keys() == {"secret MLFLOW_TRACKING_PASSWORD"}


POLICIES: dict[str, tuple[Any, str]] = {
    "none": (None, "it lets in every branch"),
    "protected branches": ({"protected_branches": True, "custom_branch_policies": False}, "every protected branch"),
    "a pattern": ([{"name": "main", "type": "branch"}, {"name": "release/*", "type": "branch"}], "main, release/*"),
    "everything": ([{"name": "*", "type": "branch"}], "it lets in *"),
    "a tag of that name": ([{"name": "main", "type": "tag"}], "the tag main"),
    "nothing": ([], "no branch"),
}


@pytest.mark.parametrize("environment", PROTECTED)
@pytest.mark.parametrize("policy", POLICIES)
def test_an_environment_lets_in_main_alone(repository: Repository, policy: str, environment: str) -> None:
    rules, told = POLICIES[policy]
    if isinstance(rules, list):
        repository.answers[f"environments/{environment}/deployment-branch-policies"] = {"branch_policies": rules}
    else:
        repository.environment(environment)["deployment_branch_policy"] = rules
    (wrong,) = repository.wrong().items()
    assert wrong[0] == f"environment {environment}"
    assert told in wrong[1]
    assert "let in main alone" in wrong[1]


def test_an_environment_that_is_missing_is_named(repository: Repository) -> None:
    repository.answers["environments"]["environments"].remove(repository.environment("training"))
    wrong = repository.wrong()
    assert wrong["environment training"].startswith("it is missing")
    assert wrong["secret APP_PRIVATE_KEY"].startswith("not set: ")
    assert wrong["secret MLFLOW_TRACKING_PASSWORD"].startswith("not set in training: ")


@pytest.mark.parametrize(
    ("rules", "told"),
    [([], "nobody is asked"), ([REVIEW | {"prevent_self_review": False}], "who starts a deployment may approve it")],
)
def test_production_asks_somebody_else(repository: Repository, rules: list[dict[str, Any]], told: str) -> None:
    repository.environment("production")["protection_rules"] = [{"type": "branch_policy"}, *rules]
    assert told in repository.wrong()["environment production"]


def test_a_variable_may_stand_in_the_repository_or_in_an_environment(repository: Repository) -> None:
    repository.hold("environments/staging/variables")
    repository.hold("environments/production/variables", "TRAIN_RUNNER")
    repository.hold("actions/variables", *[one.name for one in relevant(PROJECT) if one.name != "TRAIN_RUNNER"])
    assert repository.wrong() == {}


def test_what_is_not_set_is_said_with_what_follows(repository: Repository) -> None:
    repository.hold("environments/production/secrets")
    repository.hold("actions/variables")
    wrong = repository.wrong()
    assert wrong["secret SERVING_KEY"].startswith("not set in production: the service does not answer the smoke test")
    assert wrong["variable TRAIN_RUNNER"].startswith("not set: trainings run on GitHub's machines")


def test_what_github_does_not_say_is_not_called_well(repository: Repository) -> None:
    del repository.answers["environments/build/secrets"]
    (wrong,) = repository.wrong().items()
    assert wrong[0] == "GitHub"
    assert wrong[1].startswith("not looked at: gh api repos/{owner}/{repo}/environments/build/secrets")
    assert wrong[1].endswith("gh: Not Found (HTTP 404)")


def test_without_gh_it_says_how_to_look(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dict(examine_repository(PROJECT)) == {"GitHub": "not looked at: install gh, and gh auth login"}
