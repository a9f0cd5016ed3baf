"""A later commit of the template arrives in a project that has gone on in the meantime."""

import json
import sys
from pathlib import Path

import pytest

from baking import AUTHOR, BakedProject, append, commit, run

CRUFT = (sys.executable, "-m", "cruft")
COOKIECUTTER = (sys.executable, "-m", "cookiecutter")
MONITOR = ".github/workflows/monitor.yml"
FEATURES = "src/flight_delays/features.py"


@pytest.fixture
def clone(template: Path, tmp_path: Path) -> Path:
    """A clone of the template, which a test may take further."""
    run("git", "clone", "--quiet", template, tmp_path / "clone", cwd=tmp_path)
    return tmp_path / "clone"


@pytest.fixture(params=["cruft", "cookiecutter"])
def project(request: pytest.FixtureRequest, clone: Path, tmp_path: Path) -> BakedProject:
    """A project in git, made by `cruft create` or by plain cookiecutter."""
    makers = {"cruft": (*CRUFT, "create", "--no-input"), "cookiecutter": (*COOKIECUTTER, "--no-input")}
    run(*makers[request.param], clone, cwd=tmp_path)
    project = BakedProject(tmp_path / "flight-delays", {})
    project.run("git", "init", "--quiet")
    commit(project.path, "Start from the template")
    return project


def test_both_edits_survive_and_the_change_arrives(project: BakedProject, clone: Path) -> None:
    for name in (FEATURES, "Makefile"):
        with (project.path / name).open("a", encoding="utf-8", newline="\n") as file:
            file.write("\n# ours\n")
    commit(project.path, "Our edits")
    source = clone / "{{cookiecutter.project_slug}}"
    (source / "Makefile").write_text("# theirs\n" + (source / "Makefile").read_text("utf-8"), "utf-8", newline="\n")
    (source / "NEWS.md").write_text("News of {{ cookiecutter.project_name }}\n", "utf-8")
    sha = commit(clone, "The template goes on")

    assert project.run(*CRUFT, "check", check=False).returncode == 1
    project.run(*CRUFT, "update", "--skip-apply-ask")

    makefile = (project.path / "Makefile").read_text("utf-8")
    assert makefile.startswith("# theirs\n")
    assert makefile.endswith("\n# ours\n")
    assert (project.path / FEATURES).read_text("utf-8").endswith("\n# ours\n")
    assert (project.path / "NEWS.md").read_text("utf-8") == "News of Flight Delays\n"
    assert json.loads((project.path / ".cruft.json").read_text("utf-8"))["commit"] == sha
    assert project.files("*.rej") == []
    project.run(*CRUFT, "check")
    changed = project.run("git", "status", "--porcelain").stdout.split()[1::2]
    assert sorted(changed) == [".conformance.json", ".cruft.json", "Makefile", "NEWS.md"]


def test_nothing_is_out_of_date_after_the_bake(project: BakedProject) -> None:
    assert "up to date" in project.run(*CRUFT, "check").stdout
    assert project.run("git", "status", "--porcelain").stdout == ""


def test_the_record_is_the_one_of_cruft(clone: Path, tmp_path: Path) -> None:
    states = []
    for maker in ((*CRUFT, "create", "--no-input"), (*COOKIECUTTER, "--no-input")):
        into = tmp_path / maker[2]
        into.mkdir()
        run(*maker, clone, cwd=into)
        states.append(json.loads((into / "flight-delays" / ".cruft.json").read_text("utf-8")))
    by_cruft, by_cookiecutter = states
    assert by_cookiecutter["context"]["cookiecutter"] == by_cruft["context"]["cookiecutter"]
    assert by_cookiecutter == {key: by_cruft[key] for key in by_cookiecutter}


@pytest.mark.slow
def test_make_update_brings_a_project_to_a_fresh_one_and_changes_to_renamed_files(clone: Path, tmp_path: Path) -> None:
    run(*COOKIECUTTER, "--no-input", clone, cwd=tmp_path)
    project, source = BakedProject(tmp_path / "flight-delays", {}), clone / "{{cookiecutter.project_slug}}"
    project.set_up()
    append(source / "kedro-modelops/src/kedro_modelops/errors.py", "# theirs\n")
    append(source / "README.md", "News of {{ cookiecutter.project_name }}\n")
    append(source / "conf/base/globals.yml", "# theirs\n")
    (source / "docs/databases.md").rename(source / "docs/stores.md")
    commit(clone, "The template goes on")

    told = project.make("update").stdout

    assert "7 files differ" in told
    project.run("git", "commit", "--quiet", "--message", "Update the template", env=AUTHOR)
    (tmp_path / "fresh").mkdir()
    run(*COOKIECUTTER, "--no-input", clone, cwd=tmp_path / "fresh")
    fresh = tmp_path / "fresh" / "flight-delays"
    names = set(project.run("git", "ls-files").stdout.splitlines())
    kept = {path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file()}
    assert {name for name in names ^ kept if not name.startswith("data/")} == set()
    assert [name for name in names & kept if (project.path / name).read_bytes() != (fresh / name).read_bytes()] == []
    assert "nothing to do" in project.make("update").stdout

    project.run("git", "mv", MONITOR, ".github/workflows/watch.yml")
    append(project.path / "README.md", "Ours\n")
    project.run("git", "commit", "--quiet", "--all", "--no-verify", "--message", "Our edits", env=AUTHOR)
    append(source / MONITOR, "# theirs\n")
    sha = commit(clone, "The template goes on again")
    project.make("update", f"VERSION={sha}")
    assert (project.path / ".github/workflows/watch.yml").read_text("utf-8").endswith("# theirs\n")
    assert (project.path / "README.md").read_text("utf-8").endswith("Ours\n")
    assert not (project.path / MONITOR).exists()
