"""A place that cannot be written to is named in a sentence, and what the last good run left there stays."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kedro_modelops.testing.project import Kedro

PIPELINE = "--pipelines=data_processing"


@pytest.fixture
def done(project: Path, trained: Path) -> Path:
    """The data folder of a project that was trained."""
    shutil.copytree(trained / "data", project / "data", dirs_exist_ok=True)
    return project / "data"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.glob("0[2-8]_*/**/*") if file.is_file()}


def close(patch: pytest.MonkeyPatch, folder: Path, number: int) -> None:
    """Refuses to make anything in a folder, as the system does for users that may not write there."""

    def closed(system: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *arguments: Any, **options: Any) -> Any:
            writes = system is not os.open or bool(arguments and arguments[0] & os.O_CREAT)
            if writes and isinstance(path, str | os.PathLike) and folder in Path(path).absolute().parents:
                raise OSError(number, os.strerror(number), str(path))
            return system(path, *arguments, **options)

        return call

    for name in ("mkdir", "open"):
        patch.setattr(os, name, closed(getattr(os, name)))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
@pytest.mark.parametrize("closed", ["data", "data/05_model_input"])
def test_a_folder_that_is_read_only_is_named(
    done: Path, kedro: Kedro, monkeypatch: pytest.MonkeyPatch, closed: str, number: int
) -> None:
    before = contents(done)
    with monkeypatch.context() as patch:
        close(patch, done.parent / closed, number)
        result = kedro("run", "--env", "ci", PIPELINE)
    assert result.exit_code == 1
    told = " ".join(result.output.partition("Error: ")[2].split())
    assert closed in told, result.output[-1500:]
    assert "cannot be written to: " in told
    assert os.strerror(number) in told
    assert "Traceback" not in result.output
    assert contents(done) == before
    assert kedro("run", "--env", "ci", PIPELINE).exit_code == 0


def test_a_file_in_the_place_of_a_folder_is_named(done: Path, kedro: Kedro) -> None:
    (done / "05_model_input").rename(done / "kept")
    (done / "05_model_input").touch()
    result = kedro("run", "--env", "ci", PIPELINE)
    assert result.exit_code == 1
    told = " ".join(result.output.partition("Error: ")[2].split())
    assert "data/05_model_input" in told, result.output[-1500:]
    assert "cannot be written to: Not a directory" in told
    assert "Traceback" not in result.output
    (done / "05_model_input").unlink()
    (done / "kept").rename(done / "05_model_input")
    assert kedro("run", "--env", "ci", PIPELINE).exit_code == 0
