"""`make notes`, from which release.yml takes what a release says."""

from pathlib import Path

import pytest

from baking import ROOT, Done, run

pytestmark = pytest.mark.slow  # quick, but runners with Windows have no make
CHANGES = """# Changes

Said of all.

## Unreleased

- Not yet.

## 0.2.0

- New.

  More of it.

## 0.2

- Older.

## 0.1.0
"""


def notes(folder: Path, version: str, told: str) -> Done:
    """Asks for the notes of a version in a repository that calls itself by another, or the same."""
    (folder / "Makefile").write_text((ROOT / "Makefile").read_text("utf-8"), "utf-8")
    (folder / "CHANGELOG.md").write_text(CHANGES, "utf-8")
    (folder / "cookiecutter.json").write_text(f'{{\n  "_version": "{told}"\n}}\n', "utf-8")
    return run("make", "notes", cwd=folder, check=False, env={"VERSION": version})


def test_the_notes_are_the_section_of_the_version_and_nothing_else(tmp_path: Path) -> None:
    done = notes(tmp_path, "0.2.0", "0.2.0")
    assert (done.returncode, done.stdout) == (0, "- New.\n\n  More of it.\n\n")


@pytest.mark.parametrize(
    ("version", "told", "sentence"),
    [
        ("0.2.0", "0.1.0", '"_version" in cookiecutter.json is not 0.2.0'),
        ("0.2", "0.2.0", '"_version" in cookiecutter.json is not 0.2:'),
        ("", "0.1.0", '"_version" in cookiecutter.json is not :'),
        ("0.3.0", "0.3.0", "CHANGELOG.md has no section '## 0.3.0'"),
        ("0.1.0", "0.1.0", "CHANGELOG.md has no section '## 0.1.0', or an empty one"),
    ],
)
def test_a_release_of_another_version_or_without_notes_is_refused(
    version: str, told: str, sentence: str, tmp_path: Path
) -> None:
    done = notes(tmp_path, version, told)
    assert done.returncode
    assert sentence in done.stdout
