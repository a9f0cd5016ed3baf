"""`make fleet`: who is behind, what is in the way, which models need a look; and the way of a version through rings."""

import json
import os
import sys
from pathlib import Path

import pytest

from baking import AUTHOR, PLUGIN, ROOT, BakedProject, Done, commit, run

COOKIECUTTER = (sys.executable, "-m", "cookiecutter", "--no-input")
INNER = "{{cookiecutter.project_slug}}"
TRAINED = "2026-01-02T03:04:05+01:00"
HERE = {"PYTHONPATH": os.pathsep.join([str(ROOT), PLUGIN["PYTHONPATH"]])}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (None, "projects.txt is no file: name the list of projects with make fleet REPOS=FILE"),
        ("# nothing yet\n\n", "projects.txt names no project"),
        ("a/model\nb/model\n", "has several projects called model"),
        ("one two three\n", "line 1: write an address and a ring"),
        ("one canary\ntwo\n", "--ring leaves out rest, which projects.txt has"),
    ],
)
def test_a_list_that_is_none_is_a_sentence(lines: str | None, told: str, tmp_path: Path) -> None:
    if lines is not None:
        (tmp_path / "projects.txt").write_text(lines)
    command = (sys.executable, "-m", "fleet", "projects.txt", "--ring", "canary")
    done = run(*command, cwd=tmp_path, env=HERE, check=False)
    assert done.returncode == 1
    assert told in done.stdout
    assert "Traceback" not in done.stdout
    assert not (tmp_path / "build").exists()


def test_a_version_that_is_rendered_in_a_forked_process_tells_why_it_is_not(tmp_path: Path) -> None:
    template, scratch = tmp_path / "template", tmp_path / "scratch"
    for folder in (template / "{{cookiecutter.name}}", template / "hooks", scratch):
        folder.mkdir(parents=True)
    (template / "cookiecutter.json").write_text('{"name": "one"}')
    (template / "{{cookiecutter.name}}" / "file").write_text("{{cookiecutter.name}}")
    (template / "hooks/pre_gen_project.py").write_text(
        "print('a hook')\nif '{{cookiecutter.name}}' == 'two': exit(3)\n"
    )
    request = {"template": str(template), "address": "somewhere", "commit": "abc"}
    code = "import sys; from pathlib import Path; from fleet.forking import fork; print([fork(Path(sys.argv[1]))])"

    def told(name: str) -> str:
        (scratch / "request.json").write_text(json.dumps(request | {"answers": {"name": name}}))
        return run(sys.executable, "-c", code, scratch, cwd=tmp_path, env=HERE).stdout

    assert told("one") == "['']\n"
    assert (Path(json.loads((scratch / "answer.json").read_text())["folder"]) / "file").read_text() == "one"
    assert "a hook" in told("two")
    assert "FailedHookException" in told("two")


@pytest.fixture(scope="module")
def clone(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the template that goes on after three projects were baked from it, beside their list."""
    home = tmp_path_factory.mktemp("fleet")
    clone = home / "template"
    run("git", "clone", "--quiet", template, clone, cwd=home)
    for name in ("alpha", "beta", "gamma"):
        run(*COOKIECUTTER, clone, f"project_name={name}", cwd=home)
    edits = {
        "beta": ("Makefile", ".DEFAULT_GOAL := help", ".DEFAULT_GOAL := check"),
        "gamma": ("conf/base/parameters_evaluation.yml", "  floor:\n", "  floor:\n    enabled: false\n"),
    }
    for name in ("alpha", "beta", "gamma"):
        project = BakedProject(home / name, {})
        if name in edits:
            file, old, new = edits[name]
            text = (project.path / file).read_text("utf-8")
            assert text.count(old) == 1
            (project.path / file).write_text(text.replace(old, new), "utf-8")
        project.run("git", "init", "--quiet", "--initial-branch", "main")
        commit(project.path, "Start")
        (project.path / "dvc.lock").write_text("schema: '2.0'\n")
        project.run("git", "add", "--force", "dvc.lock")
        project.run("git", "commit", "--quiet", "--message", "Train", env=AUTHOR | {"GIT_COMMITTER_DATE": TRAINED})
        (project.path / "docs/later.md").write_text("# Later\n")
        commit(project.path, "Go on")
    for name, state in (("alpha", "quiet"), ("gamma", "retrain")):
        found = home / name / "data/08_reporting/monitoring.json"
        found.parent.mkdir(parents=True, exist_ok=True)
        found.write_text(json.dumps({"version": "7", "state": state}), "utf-8")
    makefile = clone / INNER / "Makefile"
    makefile.write_text(makefile.read_text("utf-8").replace(".DEFAULT_GOAL := help", ".DEFAULT_GOAL := setup"), "utf-8")
    commit(clone, "Another goal")
    (home / "projects.txt").write_text("alpha canary\n../nowhere/delta canary # moved\nbeta\ngamma\n", "utf-8")
    (home / "three.txt").write_text("alpha canary\nbeta\ngamma\n", "utf-8")
    return clone


def fleet(clone: Path, projects: str, arguments: str = "") -> Done:
    return run("make", "fleet", f"REPOS=../{projects}", f"ARGS={arguments}", cwd=clone, env=AUTHOR, check=False)


@pytest.mark.slow
def test_it_shows_who_is_behind_and_what_is_in_the_way(clone: Path) -> None:
    done = fleet(clone, "projects.txt")
    assert done.returncode != 0
    found = json.loads((clone / "build/fleet/fleet.json").read_text("utf-8"))["projects"]
    alpha, delta, beta, gamma = found
    assert [row["name"] for row in found] == ["alpha", "delta", "beta", "gamma"]
    for row in (alpha, beta, gamma):
        assert (row["behind"], row["proposed"], row["problems"]) == (1, False, [])
    assert [row["update"] for row in found] == ["clean", None, "conflicts", "clean"]
    assert beta["conflicts"] == ["Makefile"]
    assert alpha["kept"] == alpha["rules"] > 10
    assert set(beta["broken"]) == {"platform_files"}
    assert set(gamma["broken"]) == {"gates_on"}
    assert (gamma["champion"], gamma["monitoring"]) == ("7", "retrain")
    assert (alpha["trained"], delta["trained"]) == (TRAINED, None)
    assert "cannot be cloned" in delta["problems"][0]
    for told in ("delta: cannot be cloned", "beta: 1 file in conflict", "gamma: monitoring says retrain"):
        assert told in done.stdout
    assert "alpha: " not in done.stdout
    assert "logging configuration" not in done.stdout  # which would spoil --json
    page = (clone / "build/fleet/fleet.html").read_text("utf-8")
    assert page.index("gamma") < page.index("alpha")  # what needs a look stands first
    assert "http" not in page


@pytest.mark.slow
def test_a_version_goes_from_ring_to_ring_until_one_is_red(clone: Path) -> None:
    def branches() -> list[str]:
        listed = {name: run("git", "branch", "--list", "template-update", cwd=clone.parent / name).stdout for name in
                  ("alpha", "beta", "gamma")}  # fmt: skip
        return [name for name, branch in listed.items() if branch]

    red = fleet(clone, "three.txt", "--update --ring canary,rest --check 'grep nothing Makefile'")
    assert red.returncode != 0
    assert "canary alpha: red: grep nothing Makefile" in red.stdout
    assert "projects of later rings stay as they are" in red.stdout
    assert branches() == ["alpha"]
    done = fleet(clone, "three.txt", "--update --ring canary,rest --check 'grep GOAL Makefile'")
    assert "canary alpha: branch is pushed" in done.stdout
    assert "rest gamma: branch is pushed" in done.stdout
    assert "rest beta: branch is pushed, in conflict: Makefile" in done.stdout
    assert done.returncode != 0
    assert branches() == ["alpha", "beta", "gamma"]
    home = clone.parent
    assert ":= setup" in run("git", "show", "template-update:Makefile", cwd=home / "alpha").stdout
    assert "<<<<<<<" in run("git", "show", "template-update:Makefile", cwd=home / "beta").stdout
    assert run("git", "status", "--porcelain", cwd=home / "alpha").stdout == ""
    asked = fleet(clone, "three.txt", "--update --ring canary,rest")
    assert (
        "is not on GitHub, so nobody knows what its CI says: name a command that judges it with --check" in asked.stdout
    )
