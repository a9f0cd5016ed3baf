"""Workflows and composite actions keep the rules of policy.py, and each rule bites."""

import json
from pathlib import Path

import pytest

from baking import QUESTIONS
from conftest import Bake
from policy import RULES, Workflow, broken, shared, unbound, workflows

COMMIT = "4f" * 20
SOUND = f"""
on:
  pull_request:
permissions: {{}}
defaults:
  run:
    shell: bash
jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    environment: ci
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@{COMMIT} # v7.0.1
        with:
          persist-credentials: false
      - uses: ./.github/actions/set-up
      - run: make check
        env:
          TITLE: ${{{{ github.event.pull_request.title }}}}
"""
ACTION = f"""
runs:
  using: composite
  steps:
    - uses: actions/setup-python@{COMMIT} # v7.0.0
    - run: make setup
      shell: bash
"""
HOLDING = f"""
on:
  workflow_dispatch:
permissions: {{}}
defaults:
  run:
    shell: bash
jobs:
  elsewhere:
    if: github.ref != 'refs/heads/main'
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - run: |
          echo "::error::Only on main."
          exit 1
  train:
    if: ${{{{ github.ref == 'refs/heads/main' && (vars.URI != '' || inputs.month == '') && !cancelled() }}}}
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    environment: training
    permissions:
      id-token: write
    steps:
      - uses: actions/cache@{COMMIT} # v5.0.5
      - run: make train
        env:
          PASSWORD: ${{{{ secrets.PASSWORD }}}}
"""
RELEASING = f"""
on:
  push:
    tags: ["v*"]
permissions: {{}}
defaults:
  run:
    shell: bash
jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@{COMMIT} # v7.0.1
        with: {{fetch-depth: 0, persist-credentials: false}}
      - run: |
          git merge-base --is-ancestor HEAD origin/main || {{
            echo "::error::Not on main."
            exit 1
          }}
  release:
    needs: [build]
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    environment: release
    permissions:
      id-token: write
    steps:
      - run: make release
  publish:
    needs: release
    if: vars.INDEX != ''
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    environment: release
    permissions:
      id-token: write
    steps:
      - run: make publish
        env:
          TOKEN: ${{{{ secrets.TOKEN }}}}
"""
TAG_ALONE = ["release: any tag", "publish: any tag"]
BRANCHES = ["release: branches enter release", "publish: branches enter release"]
UNRELEASED = {
    "branches too": ('    tags: ["v*"]', '    tags: ["v*"]\n    branches: [main]', BRANCHES),
    "branches in place of tags": ('tags: ["v*"]', "branches: [main]", BRANCHES),
    "every push": ('push:\n    tags: ["v*"]', "push:", BRANCHES),
    "any tag": ('tags: ["v*"]', 'tags: ["v*", "*"]', BRANCHES),
    "a person": ("on:\n", "on:\n  workflow_dispatch:\n", [*BRANCHES, "other branches are skipped in silence"]),
    "nobody looks": ("git merge-base", "# git merge-base", TAG_ALONE),
    "another branch": ("origin/main", "origin/next", TAG_ALONE),
    "a refusal that is green": ("exit 1", "exit 0", TAG_ALONE),
    "a refusal that is forgiven": ("      - run: |", "      - continue-on-error: true\n        run: |", TAG_ALONE),
    "a refusal that may be left out": ("      - run: |", "      - if: vars.STRICT\n        run: |", TAG_ALONE),
    "nobody waits": ("    needs: [build]\n", "", TAG_ALONE),
    "nobody waits for the end": ("if: vars", "if: always() && vars", ["publish: any tag"]),
    "an environment of branches": (
        "environment: release\n    permissions:\n      id-token: write\n    steps:\n      - run: make release",
        "environment: production\n    permissions:\n      id-token: write\n    steps:\n      - run: make release",
        ["release: tags enter production"],
    ),
}
ANY_BRANCH, SILENT = "train: any branch", "other branches are skipped in silence"
BINDING = "github.ref == 'refs/heads/main' && "
UNBOUND = {
    "no environment": ("    environment: training\n", "", "train: no environment"),
    "an environment without a name": ("environment: training", "environment: ''", "train: no environment"),
    "an environment that is computed": (": training", ": ${{ inputs.month }}", "train: no environment"),
    "an environment that is open": (": training", ": {name: ci}", "train: ci is open to all branches"),
    "no condition": (BINDING, "", ANY_BRANCH),
    "one of two conditions": (BINDING, "github.ref == 'refs/heads/main' || ", ANY_BRANCH),
    "one of two at the end": (" && !cancelled()", " && !cancelled() || always()", ANY_BRANCH),
    "a condition in parentheses": (BINDING, "(github.ref == 'refs/heads/main' || true) && ", ANY_BRANCH),
    "every branch but main": (BINDING, "github.ref != 'refs/heads/main' && ", ANY_BRANCH),
    "the name of a branch, which a tag may have": (BINDING, "github.ref_name == 'main' && ", ANY_BRANCH),
    "branches that begin so": (BINDING, "startsWith(github.ref, 'refs/heads/main') && ", ANY_BRANCH),
    "nobody says that it is refused": ("if: github.ref != 'refs/heads/main'", "if: 'false'", SILENT),
    "a refusal that is green": ("exit 1", "exit 0", SILENT),
    "a refusal without a sentence": ("::error::Only on main.", "No", SILENT),
}
HELD = {
    "a secret of a step": ("      id-token: write", "      contents: read"),
    "a token": ("${{ secrets.PASSWORD }}", "none"),
    "all permissions": ("\n      id-token: write", " write-all"),
    "a secret of the whole workflow": (
        "permissions: {}",
        "env: {PASSWORD: '${{ secrets.PASSWORD }}'}\npermissions: {}",
    ),
}
SPOILED = {
    "a tag instead of a commit": ("unpinned", f"@{COMMIT}", "@v7.0.1"),
    "a short commit": ("unpinned", COMMIT, COMMIT[:12]),
    "no version beside the commit": ("unpinned", " # v7.0.1", ""),
    "a moving version beside the commit": ("unpinned", "v7.0.1", "v7"),
    "an image without digest": ("unpinned", "./.github/actions/set-up", "docker://alpine:3"),
    "no permissions at the top": ("wide", "permissions: {}", "env: {}"),
    "reading everything": ("wide", "permissions: {}", "permissions: read-all"),
    "all that there is": ("wide", "\n      contents: read", " write-all"),
    "a job that logs in": ("wide", "contents: read", "id-token: write"),
    "a job that comments": ("wide", "contents: read", "pull-requests: write"),
    "a key of Amazon": ("static_keys", "TITLE: $", "AWS_SECRET_ACCESS_KEY: abc # $"),
    "a key of Google": ("static_keys", "TITLE: $", "GOOGLE_APPLICATION_CREDENTIALS: key.json # $"),
    "a key of Azure": ("static_keys", "TITLE: $", "AZURE_STORAGE_KEY: abc # $"),
    "a key for an action": ("static_keys", "          persist", "          creds: abc\n          persist"),
    "code of strangers": ("foreign_code", "  pull_request:", "  pull_request_target:"),
    "code of strangers in a list": ("foreign_code", "on:\n  pull_request:", "on: [pull_request_target]"),
    "a secret": ("secrets", "github.event.pull_request.title", "secrets.DATA"),
    "a secret by another spelling": ("secrets", "github.event.pull_request.title", "secrets['DATA']"),
    "a secret in capitals": ("secrets", "github.event.pull_request.title", "SECRETS.DATA"),
    "all secrets": ("secrets", "github.event.pull_request.title", "toJSON(secrets)"),
    "a secret in a condition": ("secrets", "- run:", "- if: ${{ secrets.DATA != '' }}\n        run:"),
    "the token in a script": ("secrets", "github.event.pull_request.title", "secrets.GITHUB_TOKEN"),
    "the token by its other name": ("secrets", "github.event.pull_request.title", "github.token"),
    "something to hold, and no environment": ("unbound", "environment: ci", "secrets: {}"),
    "no pipefail": ("forgiving", "defaults:\n  run:\n    shell: bash\n", ""),
    "another shell": ("forgiving", "- run: make check", "- run: make check\n        shell: sh"),
    "a failure that nobody sees": ("unseen", "run: make check", "run: echo \"$(make check)\""),
    "a title": ("interpolated", "make check", "echo ${{ github.event.pull_request.title }}"),
    "a body": ("interpolated", "make check", "echo '${{ github.event.comment.body }}'"),
    "a branch": ("interpolated", "make check", "git fetch origin ${{ github.head_ref }}"),
    "an input": ("interpolated", "make check", "make deploy VERSION=${{ inputs.version }}"),
    "a payload": ("interpolated", "make check", "echo ${{ github.event.client_payload.reason }}"),
    "no limit": ("endless", "    timeout-minutes: 5\n", ""),
    "credentials that stay": ("kept_credentials", "persist-credentials: false", "persist-credentials: true"),
    "credentials that stay unsaid": ("kept_credentials", "        with:\n          persist-credentials: false\n", ""),
}  # fmt: skip
SPOILED_ACTION = {
    "a tag instead of a commit": ("unpinned", f"@{COMMIT}", "@v7"),
    "an input": ("interpolated", "make setup", "make ${{ inputs.verb }}"),
    "the token": ("secrets", "make setup", "make setup\n      env: {TOKEN: '${{ github.token }}'}"),
    "a key of Azure": ("static_keys", "make setup", "make setup\n      env: {AZURE_CLIENT_SECRET: abc}"),
}


def test_workflows_keep_the_rules(repository: Path) -> None:
    found = workflows(repository)
    assert "ci.yml" in {workflow.name for workflow in found}
    assert {workflow.name: rules for workflow in found if (rules := broken(workflow))} == {}


def test_what_is_sound_breaks_no_rule() -> None:
    assert broken(Workflow("ci.yml", SOUND)) == {}
    assert broken(Workflow("set-up/action.yml", ACTION)) == {}


@pytest.mark.parametrize("fault", SPOILED)
def test_what_is_spoiled_in_one_way_is_refused_by_that_rule_alone(fault: str) -> None:
    rule, sound, spoiled = SPOILED[fault]
    assert SOUND.count(sound) == 1
    assert set(broken(Workflow("ci.yml", SOUND.replace(sound, spoiled)))) == {rule}


@pytest.mark.parametrize("fault", SPOILED_ACTION)
def test_a_composite_action_is_refused_too(fault: str) -> None:
    rule, sound, spoiled = SPOILED_ACTION[fault]
    assert ACTION.count(sound) == 1
    assert set(broken(Workflow("set-up/action.yml", ACTION.replace(sound, spoiled)))) == {rule}


@pytest.mark.parametrize("fault", UNBOUND)
def test_what_holds_a_secret_is_bound_to_main_and_to_an_environment(fault: str) -> None:
    sound, spoiled, told = UNBOUND[fault]
    assert HOLDING.count(sound) == 1
    assert list(unbound(Workflow("train.yml", HOLDING))) == []
    assert list(unbound(Workflow("train.yml", HOLDING.replace(sound, spoiled)))) == [told]


@pytest.mark.parametrize("fault", UNRELEASED)
def test_a_release_is_bound_to_tags_of_what_is_on_main(fault: str) -> None:
    sound, spoiled, told = UNRELEASED[fault]
    assert RELEASING.count(sound) == 1
    assert list(unbound(Workflow("release.yml", RELEASING))) == []
    assert list(unbound(Workflow("release.yml", RELEASING.replace(sound, spoiled)))) == told


def test_no_branch_enters_the_environment_of_releases() -> None:
    entering = HOLDING.replace("environment: training", "environment: release")
    assert list(unbound(Workflow("train.yml", entering))) == ["train: branches enter release"]


@pytest.mark.parametrize("held", HELD)
def test_what_a_job_holds_is_found_wherever_it_stands(held: str) -> None:
    more, less = HELD[held]
    free = HOLDING.replace("    environment: training\n", "").replace(more, less)
    assert "train: no environment" in list(unbound(Workflow("train.yml", free)))


def test_pull_requests_enter_no_environment_that_holds_something() -> None:
    proposed = HOLDING.replace("workflow_dispatch:", "pull_request:")
    assert list(unbound(Workflow("ci.yml", proposed))) == ["train: pull requests enter training"]
    assert list(unbound(Workflow("ci.yml", proposed.replace(": training", ": {name: ci, deployment: false}")))) == []


def test_a_secret_of_a_whole_job_is_seen_by_actions_of_others() -> None:
    of_job = HOLDING.replace("    permissions:\n", "    env: {KEY: '${{ secrets.KEY }}'}\n    permissions:\n")
    of_all = HOLDING.replace("permissions: {}", "env: {KEY: '${{ secrets.KEY }}'}\npermissions: {}")
    assert [list(shared(Workflow("train.yml", text))) for text in (HOLDING, of_job)] == [[], ["train"]]
    assert list(shared(Workflow("train.yml", of_all))) == ["train"]


def test_every_rule_is_seen_to_bite() -> None:
    assert {rule for rule, _, _ in SPOILED.values()} | {"shared"} == {rule.__name__ for rule in RULES}


def test_what_the_table_allows_is_for_that_job_alone() -> None:
    pushing = SOUND.replace("contents: read", "contents: write").replace("pull_request:", "push:")
    keeping = pushing.replace("persist-credentials: false", "persist-credentials: true")
    assert broken(Workflow("release.yml", keeping.replace("check:", "release:"))) == {}
    assert broken(Workflow("release.yml", keeping)) == {"wide": ["check: contents: write"]}
    assert broken(Workflow("ci.yml", keeping.replace("check:", "release:"))) == {"wide": ["release: contents: write"]}


def test_composite_actions_are_found(tmp_path: Path) -> None:
    action = tmp_path / ".github/actions/set-up/action.yml"
    action.parent.mkdir(parents=True)
    action.write_text(ACTION, "utf-8")
    assert [workflow.name for workflow in workflows(tmp_path)] == ["set-up/action.yml"]


def test_main_is_protected_by_the_job_that_waits_for_all_others(bake: Bake) -> None:
    project = bake().path
    ruleset = json.loads((project / ".github/rulesets/main.json").read_text("utf-8"))
    rules = {rule["type"]: rule.get("parameters", {}) for rule in ruleset["rules"]}
    (check,) = rules["required_status_checks"]["required_status_checks"]
    (ci,) = (workflow for workflow in workflows(project) if workflow.name == "ci.yml")
    (last,) = (name for name, job in ci.jobs.items() if job["name"] == check["context"])
    assert set(ci.jobs[last]["needs"]) == ci.jobs.keys() - {last}
    assert rules["pull_request"]["allowed_merge_methods"] == ["merge"]  # others lose the commits that models name
    assert rules["pull_request"]["require_code_owner_review"]
    owners = (project / ".github/CODEOWNERS").read_text("utf-8").splitlines()
    owned = [line for line in owners if not line.startswith("#")]
    team = f"@{QUESTIONS['organization']}"
    assert owned == [f"* {team}", f"/kedro-modelops/ {team}"]  # of several that fit, the last one counts
