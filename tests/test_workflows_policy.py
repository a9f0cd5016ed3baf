"""Workflows and composite actions keep the rules of policy.py, and each rule bites."""

import json
from pathlib import Path

import pytest

from conftest import Bake
from policy import RULES, Workflow, broken, workflows

COMMIT = "4f" * 20
SOUND = f"""
on:
  pull_request:
permissions: {{}}
jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
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


def test_every_rule_is_seen_to_bite() -> None:
    assert {rule for rule, _, _ in SPOILED.values()} == {rule.__name__ for rule in RULES}


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
    assert (project / ".github/CODEOWNERS").read_text("utf-8").endswith("\n* @example-org\n")
