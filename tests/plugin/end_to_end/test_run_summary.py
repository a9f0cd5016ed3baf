"""A run tells of each node in a line, and at the end what came out; Kedro's own lines come back on demand."""

import re
import shutil
from pathlib import Path

import pytest
from kedro_modelops.testing.project import Kedro

TALK = re.compile(r"(Loading|Saving) data|Running node|Completed")


@pytest.fixture
def judged(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the trained project, in which the test runs."""
    folder = tmp_path / "project"
    shutil.copytree(trained, folder, symlinks=True)
    monkeypatch.chdir(folder)
    return folder


def test_a_run_ends_with_what_came_out(judged: Path, kedro: Kedro) -> None:
    told = kedro("run", "--env", "ci", "--pipelines=evaluation,registration").output
    assert not TALK.search(told), told
    assert re.search(r"\d+/\d+ measure_slices: slices \d+ rows \(\d+\.\d s\)", " ".join(told.split()))
    assert re.search(r"judge_gates: gates passed", " ".join(told.split()))
    assert "\x1b" not in told
    assert re.search(r", version \d+, is registered\nOn [\d,]+ held-out rows:\n  \w", told)
    assert re.search(r"\nGates passed: \d+ of \d+\n", told)
    report = re.search(r"\nReport: (\S+) ", told)
    assert report
    assert (judged / report[1]).is_file()
    assert re.search(r"kedro model promote \d+ --to production", told.splitlines()[-1])


@pytest.mark.parametrize(("option", "value"), [(["--verbose"], ""), ([], "1")])
def test_kedros_lines_come_back(
    option: list[str], value: str, judged: Path, kedro: Kedro, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEDRO_MODELOPS_VERBOSE", value)
    told = kedro("run", "--env", "ci", "--nodes=predict_test_set", *option).output
    assert TALK.search(told), judged
    assert "1/1 predict_test_set" in told
    assert "is registered" not in told
    monkeypatch.setenv("KEDRO_MODELOPS_VERBOSE", "0")
    assert not TALK.search(kedro("run", "--env", "ci", "--nodes=predict_test_set").output)
