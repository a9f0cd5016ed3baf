"""What an update refuses, asks, and leaves alone."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from kedro_modelops.adoption.writing.rendering import SOURCES
from kedro_modelops.conformance.shipped import FILE, as_text
from kedro_modelops.errors import RefusedError
from kedro_modelops.testing.commands import git
from kedro_modelops.updates.command import update as command
from kedro_modelops.updates.layers import TEAM, within
from kedro_modelops.updates.summary import summarize
from kedro_modelops.updates.updating import Wish, update
from tiny_template import Change, TinyTemplate, both, commit, delete, files, move, replace, write
from versions_of_it import EDITS, SOURCE


@pytest.fixture(autouse=True)
def _quick(quick: None) -> None:
    """Renders once."""


@pytest.mark.parametrize("change", [write("Makefile", "ours\n"), write("new.txt", "ours\n"), delete("Makefile")])
def test_a_tree_with_changes_is_refused(change: Change, project: Path) -> None:
    change(project)
    before = files(project)
    with pytest.raises(RefusedError, match=r"1 files that differ from the last commit, such as (Makefile|new\.txt)"):
        update(project, Wish("file-added"))
    assert files(project) == before


def test_a_folder_without_repository_is_refused(project: Path) -> None:
    shutil.rmtree(project / ".git")
    with pytest.raises(RefusedError, match="make setup"):
        update(project, Wish("file-added"))


def test_a_file_that_git_does_not_hold_is_not_overwritten(project: Path) -> None:
    write(".gitignore", "/docs/monitoring.md\n/build/\n/data/0*/[!.]*\n!/data/0*/*.dvc\n")(project)
    commit(project)
    write("docs/monitoring.md", "our notes\n")(project)
    before = files(project)
    with pytest.raises(RefusedError, match=r"docs/monitoring\.md would be overwritten"):
        update(project, Wish("file-added"))
    assert files(project) == before


def test_no_reference_is_left_behind(project: Path) -> None:
    before = git(project, "for-each-ref"), git(project, "worktree", "list"), git(project, "rev-parse", "HEAD")
    update(project, Wish("file-added"))
    assert before == (git(project, "for-each-ref"), git(project, "worktree", "list"), git(project, "rev-parse", "HEAD"))


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (Wish("9.9"), "has no version, branch or commit 9.9"),
        (Wish(since="9.9"), "has no version, branch or commit 9.9"),
        (Wish(template="/nowhere/at/all"), "cannot be cloned: name a clone of it on this machine"),
        (Wish("file-added", answers=("regions=south",)), "does not ask for regions: say --answer region="),
        (Wish("file-added", answers=("south",)), "not of the form NAME=VALUE"),
        (Wish("file-added", answers=("remote=ftp",)), "with one of local, s3, gcs"),
    ],
)
def test_what_cannot_be_is_a_sentence(wish: Wish, told: str, project: Path) -> None:
    before = files(project)
    with pytest.raises(RefusedError, match=told):
        update(project, wish)
    assert files(project) == before


def test_an_option_that_is_gone_is_a_sentence_with_the_choices(tiny: TinyTemplate, tmp_path: Path) -> None:
    project = tiny.bake(tmp_path, "main", {"remote": "s3"})
    with pytest.raises(RefusedError, match=r"remote is 's3', .* say --answer remote=… with one of local, gcs"):
        update(project, Wish("option-removed"))
    update(project, Wish("option-removed", answers=("remote=gcs",)))
    assert json.loads((project / ".cruft.json").read_text())["context"]["cookiecutter"]["remote"] == "gcs"


def test_a_new_question_is_asked_or_answered_by_its_default(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    refused = CliRunner().invoke(command, ["--version", "question-added"], input="")
    assert refused.exit_code == 1
    assert "new question, owner: say --answer owner=…, or --defaults for 'late-trains-team'" in refused.output
    asked = CliRunner().invoke(command, ["--version", "question-added"], input="me\n")
    assert "New in the template: owner [late-trains-team]: " in asked.output
    assert Path("OWNERS").read_text() == "me\n"
    git(project, "reset", "--hard")
    told = CliRunner().invoke(command, ["--version", "question-added", "--defaults"])
    assert "New question owner: answered with 'late-trains-team'" in told.output


def test_an_answer_can_be_changed(project: Path) -> None:
    update(project, Wish("main", answers=("region=west",)))
    assert "Trains of the west." in (project / "README.md").read_text()


def test_a_renamed_file_gets_its_change(project: Path) -> None:
    EDITS["renamed"](project)
    commit(project)
    update(project, Wish("workflow-changed"))
    assert "MONTH=now" in (project / ".github/workflows/watch.yml").read_text()
    assert not (project / ".github/workflows/nightly.yml").exists()


def test_a_renamed_package_gets_changes_and_new_files(project: Path) -> None:
    move(SOURCE, "src/slow_trains")(project)
    commit(project)
    update(project, Wish("example-changed"))
    assert "rows[7] * 2" in (project / "src/slow_trains/features.py").read_text()
    assert (project / "src/slow_trains/holidays.py").exists()
    assert not (project / SOURCE).exists()


def test_the_example_does_not_reach_a_project_with_another_table(project: Path) -> None:
    EDITS["own-table"](project)
    commit(project)
    before = files(project)
    done = update(project, Wish("example-changed"))
    after = files(project)
    assert {path for path in after if after[path] != before.get(path)} == {".cruft.json"}
    assert any(path.startswith(SOURCE) for path in done.notes.kept)
    told = "\n".join(summarize(done))
    assert "Your table is not the example's" in told
    shown = told.partition("git diff ")[2].split()[:2]
    assert "+limit: 0.72" in git(project, "diff", *shown)


def test_a_deleted_file_of_the_team_stays_deleted_and_one_of_the_platform_is_in_conflict(project: Path) -> None:
    delete("conf/base/parameters_training.yml")(project)
    delete("tests/unit")(project)
    commit(project)
    done = update(project, Wish("example-changed"))
    assert set(done.notes.stay_away) == {"conf/base/parameters_training.yml", "tests/unit/test_holidays.py"}
    assert not (project / "conf/base/parameters_training.yml").exists()
    assert not (project / "tests/unit").exists()
    assert "stay away" in "\n".join(summarize(done))
    commit(project)
    delete(".github/workflows/nightly.yml")(project)
    commit(project)
    done = update(project, Wish("workflow-changed"))
    assert ".github/workflows/nightly.yml: you have deleted it, the template has changed it" in "\n".join(
        summarize(done)
    )


def test_conflicts_are_as_git_leaves_them(project: Path) -> None:
    EDITS["edited-the-same-lines"](project)
    commit(project)
    told = "\n".join(summarize(update(project, Wish("workflow-changed"))))
    assert "    .github/workflows/nightly.yml" in told
    assert "decide 1 conflicts" in told
    text = (project / ".github/workflows/nightly.yml").read_text()
    assert "<<<<<<< update/yours" in text
    assert ">>>>>>> update/template-0.1.0-" in text
    assert git(project, "status", "--porcelain").count("UU") == 1
    git(project, "checkout", "--theirs", ".github/workflows/nightly.yml")
    assert "MONTH=now" in (project / ".github/workflows/nightly.yml").read_text()
    git(project, "restore", "--staged", "--worktree", ".")
    assert git(project, "status", "--porcelain") == ""


def test_what_commands_write_is_the_teams_until_they_write_it_anew(project: Path) -> None:
    EDITS["catalog-extended"](project)
    commit(project)
    told = "\n".join(summarize(update(project, Wish("lock-changed"))))
    assert "make lock: both sides have changed what is installed" in told
    assert "<<<<" not in (project / "requirements/train.txt").read_text()


def test_in_a_subfolder_of_a_larger_repository(tiny: TinyTemplate, tmp_path: Path) -> None:
    project = tiny.bake(tmp_path / "models", "main")
    shutil.rmtree(project / ".git")
    write("README.md", "All of it.\n")(tmp_path)
    write("models/other/README.md", "Another project.\n")(tmp_path)
    git(tmp_path, "init", "--quiet")
    replace("README.md", "Run it.\n", "Run it as we do.\n")(project)
    commit(tmp_path)
    write("models/other/README.md", "Not committed, and not the project's.\n")(tmp_path)
    update(project, Wish("workflow-changed"))
    assert "MONTH=now" in (project / ".github/workflows/nightly.yml").read_text()
    assert "Run it as we do." in (project / "README.md").read_text()
    assert not (tmp_path / ".github").exists()
    assert (tmp_path / "models/other/README.md").read_text().startswith("Not committed")
    assert (tmp_path / "README.md").read_text() == "All of it.\n"


def test_a_project_from_a_zip_names_template_and_version(tiny: TinyTemplate, project: Path) -> None:
    delete(".cruft.json")(project)
    commit(project)
    with pytest.raises(RefusedError, match="say --template ADDRESS and --from VERSION"):
        update(project, Wish("workflow-changed"))
    update(project, Wish("workflow-changed", template=str(tiny.folder), since="main", defaults=True))
    assert "MONTH=now" in (project / ".github/workflows/nightly.yml").read_text()
    assert json.loads((project / ".cruft.json").read_text())["template"] == str(tiny.folder)


def test_what_cruft_skips_is_skipped(project: Path) -> None:
    write("pyproject.toml", '[tool.cruft]\nskip = ["kedro-modelops"]\n')(project)
    delete("kedro-modelops")(project)
    commit(project)
    done = update(project, Wish("plugin-changed"))
    assert not done.merged.conflicts
    assert not (project / "kedro-modelops").exists()


@pytest.mark.parametrize("edit", ["own-table", "edited-the-same-lines", "nothing"])
def test_a_migration_reaches_the_files_of_the_team(edit: str, project: Path) -> None:
    EDITS[edit](project)
    commit(project)
    ours = (project / "conf/base/parameters_training.yml").read_text()
    done = update(project, Wish("migration"))
    assert (project / "conf/base/parameters_training.yml").read_text() == ours.replace("limit", "threshold")
    assert not done.merged.conflicts
    assert "0001_threshold: Parameter `limit` is called `threshold`." in "\n".join(summarize(done))
    commit(project)
    assert update(project, Wish("migration")).merged is None


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("def migrate(project):\n    (project / 'conf').rename(project / 'nowhere' / 'conf')\n", "FileNotFoundError"),
        ("1 / 0\n", "is no migration, ZeroDivisionError"),
        ("def move(project): ...\n", "is no migration, KeyError: 'migrate'"),
    ],
)
def test_a_migration_that_fails_changes_nothing(script: str, told: str, tiny: TinyTemplate, project: Path) -> None:
    name = f"failing-{len(script)}"
    tiny.version(name, write("../migrations/0002_fails.py", script))
    before = files(project)
    with pytest.raises(RefusedError, match=f"0002_fails.py of the template .*{told}"):
        update(project, Wish(name))
    assert files(project) == before


def test_a_migration_keeps_what_git_would_ignore(project: Path) -> None:
    write("build/kept.txt", "ours, and committed\n")(project)
    git(project, "add", "--force", "build/kept.txt")
    commit(project)
    update(project, Wish("migration"))
    assert (project / "build/kept.txt").read_text() == "ours, and committed\n"
    assert "build/kept.txt" in git(project, "ls-files")


def test_a_template_brings_a_project_up_to_date_from_outside(project: Path) -> None:
    told = CliRunner().invoke(command, ["--project", str(project), "--version", "workflow-changed"])
    assert "is in the working tree and the index" in told.output
    assert "MONTH=now" in (project / ".github/workflows/nightly.yml").read_text()


def test_what_a_hook_refuses_is_told(tiny: TinyTemplate, project: Path) -> None:
    said = "import sys\nprint('chatter')\nsys.exit('no trains in the north any more')\n"
    tiny.version("refusing", lambda folder: write("hooks/pre_gen_project.py", said)(folder.parent))
    with pytest.raises(RefusedError, match="no trains in the north any more"):
        update(project, Wish("refusing"))


def test_what_kedro_adopt_writes_is_the_teams() -> None:
    assert [path for path in SOURCES.values() if not within(path, TEAM)] == []


def test_what_is_left_for_a_pull_request_is_the_whole_update(tiny: TinyTemplate, project: Path, tmp_path: Path) -> None:
    changes = both(
        write("../CHANGELOG.md", "# Changes\n\n- One.\n- Another,\n  in two lines.\n\nNo entry.\n"),
        replace("conf/base/parameters_training.yml", "limit: 0.7\n", "limit: 0.72\n"),
        replace("docs/operate.md", "Retrain.\n", "Retrain daily.\n"),
        write("docs/logo.png", bytes(range(255, -1, -1))),
    )
    tiny.version("proposed", changes)
    replace("docs/operate.md", "Retrain.\n", "Retrain on Sundays.\n")(project)
    commit(project)
    told = (
        CliRunner()
        .invoke(command, ["--project", str(project), "--version", "proposed", "--patch", str(tmp_path / "left")])
        .output
    )
    assert "New in the template:\n    One.\n    Another, in two lines.\n" in told
    assert "limit: 0.7 -> 0.72 (conf/base/parameters_training.yml)" in told
    after = files(project)
    summary = (tmp_path / "left/summary.md").read_text()
    assert "- Another, in two lines.\n" in summary
    assert "| `limit` in `conf/base/parameters_training.yml` | 0.7 | 0.72 |" in summary
    assert "- `docs/operate.md`" in summary
    assert (tmp_path / "left/conflicts").read_text() == "docs/operate.md\n"
    git(project, "reset", "--quiet", "--hard")
    git(project, "clean", "-fdq", "docs")
    git(project, "apply", "--index", "--binary", str(tmp_path / "left/update.patch"))
    assert files(project) == after
    assert b"<<<<<<<" in after["docs/operate.md"]


def test_nothing_is_left_where_there_is_nothing_to_do(project: Path, tmp_path: Path) -> None:
    CliRunner().invoke(command, ["--project", str(project), "--version", "main", "--patch", str(tmp_path / "left")])
    assert not (tmp_path / "left").exists()


def delivered(makefile: int, minimum: float, target: str = "late") -> str:
    """What a project is delivered with."""
    limits = {"base/gates": {"gates.floor.minimum": minimum}}
    return as_text({"files": {"Makefile": makefile}, "problem": {"target": target}, "limits": limits})


@pytest.mark.parametrize(
    ("ours", "after"),
    [
        (delivered(1, 0.6), delivered(2, 0.7)),
        (delivered(1, 0.9, "benign"), delivered(2, 0.9, "benign")),
        ("no JSON", delivered(2, 0.7)),
        (None, delivered(2, 0.7)),
    ],
    ids=["example", "own table", "broken", "missing"],
)
def test_digests_are_the_templates_and_limits_those_of_the_table(
    ours: str | None, after: str, tiny: TinyTemplate, tmp_path: Path
) -> None:
    if not git(tiny.folder, "branch", "--list", "delivering"):
        tiny.version("delivering", write(FILE, delivered(1, 0.6)))
        tiny.version("delivering-more", write(FILE, delivered(2, 0.7)))
    project = tiny.bake(tmp_path, "delivering")
    write(FILE, ours)(project) if ours else delete(FILE)(project)
    commit(project)
    done = update(project, Wish("delivering-more"))
    assert not done.merged.conflicts
    assert (project / FILE).read_text() == after
