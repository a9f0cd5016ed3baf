"""deploy.yml, executed, but for what takes minutes: which images are signed, attested and verified, in which job.

test_lifecycle.py does the same with real images and hosts, of one target.
"""

import sys
from pathlib import Path

import pytest

from baking import COMBINATIONS, commit
from conftest import Bake
from expressions import Evaluator
from github import REPOSITORY, GitHub, results, told

pytestmark = pytest.mark.judge
MAKEFILE = """
export PATH := $(CURDIR)/.venv/bin:$(PATH)
.PHONY: setup log-in doctor data image-serve push deploy
setup log-in doctor data image-serve: ;
push:
	@PYTHONPATH=kedro-modelops/src {python} -m kedro_modelops.release push serve train
deploy:
	@PYTHONPATH=kedro-modelops/src {python} deploy.py
"""
KEDRO = """#!/bin/sh
[ "$2" != verify ] || echo 3
"""
DEPLOY = """
import os
from pathlib import Path

from kedro_modelops.release.deployment.deployment import Order, deploy


class Versions:
    def previous(self, environment):
        return Path(os.environ["DEPLOYED"]).read_text().split()

    def number(self, wanted):
        return wanted

    def image(self, version):
        return os.environ["IMAGE"]

    def golden(self, version):
        return "{}"

    def promote(self, version, environment, reason, approved_by):
        Path(os.environ["DEPLOYED"]).write_text(f"{version} {os.environ['IMAGE']}")
        return "promoted"

    def rollback(self, environment, reason, approved_by):
        return "rolled back"


words = [os.environ.get(name, "") for name in ("TO", "VERSION", "REASON", "IMAGE", "PIPELINES_IMAGE")]
deploy(Order(*words), Versions(), lambda image, pipelines, golden: None, None)
"""
DOCKER = """#!/bin/sh
[ "$1" != image ] || echo "${5%:*}@sha256:$(printf '%064d' "${#5}")"
"""
SIGNER = f"https://github.com/{REPOSITORY}/.github/workflows/deploy.yml@refs/heads/main"


@pytest.fixture
def github(bake: Bake, evaluator: Evaluator, tmp_path: Path) -> GitHub:
    """A repository whose verbs take no time."""
    project = bake(**COMBINATIONS["amazon"]).copy(tmp_path / "clone")
    (project.path / "Makefile").write_text(MAKEFILE.replace("{python}", sys.executable), "utf-8")
    (project.path / "deploy.py").write_text(DEPLOY, "utf-8")
    for program, script in {".venv/bin/kedro": KEDRO, "docker.sh": DOCKER}.items():
        path = project.path / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script, "utf-8")
        path.chmod(0o755)
    project.run("git", "init", "--quiet", "--initial-branch=main")
    project.run("git", "add", "--force", ".venv")
    commit(project.path, "Take no time")
    github = GitHub(project, evaluator, tmp_path / "github")
    github.machine |= {"DOCKER": str(project.path / "docker.sh"), "DEPLOYED": str(tmp_path / "deployed")}
    github.machine |= {"SERVE_IMAGE": "serve", "TRAIN_IMAGE": "train"}
    github.change_state(kept={f"repos/{REPOSITORY}/actions/runs/1/approvals": "hubot"})
    return github


def test_all_images_are_signed_and_attested_and_each_deployment_and_rollback_verifies_them(github: GitHub) -> None:
    inputs = {"inputs": {"version": "challenger", "reason": ""}}
    jobs = github.run("deploy", "workflow_dispatch", inputs)
    assert set().union(*results(jobs).values()) == {"success"}, told(jobs)
    images = {jobs["build"][0].outputs[name] for name in ("image", "pipelines")}
    assert len(images) == 2
    for kind in ("signed", "attested"):
        assert {(entry["image"], entry["signer"]) for entry in github.state[kind]} == {(one, SIGNER) for one in images}
    for job in ("staging", "production"):
        assert all(f"{image} was built by {SIGNER}." in jobs[job][0].log for image in images)

    rollback = {"inputs": {"version": "rollback", "reason": "Complaints"}}
    jobs = github.run("deploy", "workflow_dispatch", rollback)
    assert results(jobs) == {"build": {"skipped"}, "staging": {"skipped"}, "production": {"success"}}, told(jobs)
    assert f"was built by {SIGNER}." in jobs["production"][0].log
    github.change_state(attested=[])
    jobs = github.run("deploy", "workflow_dispatch", rollback)
    assert results(jobs) == {"build": {"skipped"}, "staging": {"skipped"}, "production": {"failure"}}
    assert f"is refused: it has no attestation of {SIGNER}" in told(jobs)
