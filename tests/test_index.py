"""A project takes the plugin from a package index, in place of the folder, by what its docs/extend.md says."""

import re
import tomllib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

import sharing
from baking import AUTHOR, BakedProject, build_plugin, commit
from conftest import Bake

pytestmark = pytest.mark.slow
VERSION = "7.8.9"
CHAPTER = "## The plugin from a package index"
CHECKED_ALREADY = {"SKIP": "ruff,ruff-format,yamllint,codespell,detect-secrets"}
"""Hooks that the plugin's place does not matter to."""
LINEAGE = """
from mlflow import MlflowClient

client = MlflowClient("sqlite:///build/ci/mlflow.db")
print(client.get_model_version("flight-delays", "1").tags["lineage.environment.plugin"])
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an index on this machine that has the plugin alone."""
    folder = tmp_path_factory.mktemp("index")
    build_plugin(folder, VERSION)
    page = folder / "simple" / "kedro-modelops"
    page.mkdir(parents=True)
    files = [path.rename(page / path.name) for path in folder.glob(f"kedro_modelops-{VERSION}*")]
    (page / "index.html").write_text("\n".join(f'<a href="{file.name}">{file.name}</a>' for file in files), "utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()


@pytest.fixture(scope="module")
def project(
    index: str, bake: Bake, tested_already: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> BakedProject:
    """The example in a repository, after all that the chapter says."""
    project = bake().copy(tmp_path_factory.mktemp("indexed"))
    project.run("git", "init", "--quiet", "--initial-branch", "main")
    commit(project.path, "Start from the template")
    text = (project.path / "docs" / "extend.md").read_text("utf-8").partition(CHAPTER)[2].partition("\n## ")[0]
    dependency, skip, steps = re.findall(r"^```(?:toml|sh)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    settings = project.path / "pyproject.toml"
    before, first, after = settings.read_text("utf-8").partition(dependency.splitlines(keepends=True)[0])
    assert first
    settings.write_text(before + dependency.replace("x.y.z", VERSION) + after + "\n" + skip, "utf-8")
    assert "https://packages.example.com/simple" in steps
    script = steps.replace("https://packages.example.com/simple", index)
    sharing.lend_uv(project.path)
    project.run("bash", "-e", "-c", script, env=AUTHOR | tested_already | CHECKED_ALREADY)
    commit(project.path, "Take the plugin from the index")
    return project


def test_the_locks_pin_it_by_its_hash_and_name_no_index(project: BakedProject) -> None:
    locks = {path.name: path.read_text("utf-8") for path in (project.path / "requirements").glob("*.txt")}
    assert [name for name, text in locks.items() if "127.0.0.1" in text] == []
    pinned = rf"^kedro-modelops=={VERSION} \\\n( +--hash=sha256:\w+( \\)?\n)+"
    assert {name for name, text in locks.items() if re.search(pinned, text, re.MULTILINE)} == {"serve.txt", "train.txt"}
    assert "mlflow" not in locks["serve.txt"]


def test_stages_and_lineage_name_its_version(project: BakedProject) -> None:
    project.run(".venv/bin/kedro", "dvc", "check")
    stages = yaml.safe_load((project.path / "dvc.yaml").read_text("utf-8"))["stages"]
    assert all({"pyproject.toml": ["project.dependencies"]} in stage["params"] for stage in stages.values())
    settings = tomllib.loads((project.path / "pyproject.toml").read_text("utf-8"))
    assert f"kedro-modelops=={VERSION}" in settings["project"]["dependencies"]
    project.run(".venv/bin/kedro", "run", "--env", "ci")
    assert project.run(".venv/bin/python", "-c", LINEAGE).stdout.splitlines()[-1] == VERSION


def test_jobs_that_set_nothing_up_fetch_the_plugin_alone(project: BakedProject, index: str, tmp_path: Path) -> None:
    checkout = BakedProject(tmp_path / "checkout", project.answers)
    project.run("git", "clone", "--quiet", project.path, checkout.path)
    told = checkout.make("push", check=False, env={"UV_INDEX": index}).stdout
    assert "IMAGE_REPOSITORY" in told or "GITHUB_REPOSITORY" in told
    assert not (checkout.path / ".venv").exists()
    assert {path.name for path in (checkout.path / "build/plugin").glob("*.dist-info")} == {
        f"kedro_modelops-{VERSION}.dist-info"
    }
