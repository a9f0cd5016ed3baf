"""Changes are all made, or none: after an error, an interrupt, and a process that was killed."""

from pathlib import Path

import pytest
from kedro_modelops.adoption.changes import ASIDE, Changes, all_or_none, undo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "data/raw/a.parquet").write_text("a")
    (tmp_path / "kept.txt").write_text("kept")
    return tmp_path


def state(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def change(changes: Changes, folder: Path) -> None:
    changes.remove("data/raw")
    changes.write("kept.txt", "new")
    changes.write("kept.txt", "newer")
    changes.write("data/raw", b"a file now")
    changes.write("new/deep.txt", "deep")
    changes.keep_copy("kept.txt")
    (folder / "kept.txt").write_text("by a program")
    changes.expect("made.txt")
    (folder / "made.txt").write_text("by a program")


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_after_an_error_everything_is_as_it_was(folder: Path, error: type[BaseException]) -> None:
    before = state(folder)

    def fail() -> None:
        with all_or_none(folder) as changes:
            change(changes, folder)
            raise error

    with pytest.raises(error):
        fail()
    assert state(folder) == before


def test_what_a_killed_process_left_is_undone_by_the_next(folder: Path) -> None:
    before = state(folder)
    change(Changes(folder), folder)
    assert undo(folder)
    assert state(folder) == before
    assert not undo(folder)


def test_without_an_error_everything_is_new(folder: Path) -> None:
    with all_or_none(folder) as changes:
        change(changes, folder)
    assert state(folder) == {
        "data/raw": "a file now",
        "kept.txt": "by a program",
        "made.txt": "by a program",
        "new/deep.txt": "deep",
    }
    assert not (folder / ASIDE).exists()
