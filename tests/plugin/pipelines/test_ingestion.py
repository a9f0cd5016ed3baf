"""Months arrive where they belong whole, and DVC keeps them."""

import shutil
from pathlib import Path

import pytest
from kedro.io import DatasetError
from kedro_modelops.contracts.explanations import explain
from kedro_modelops.errors import RefusedError
from kedro_modelops.pipelines.ingestion.datasets import (
    IngestedMonths,
    QuarantinedMonths,
)
from kedro_modelops.testing.project import dvc, git

FINDINGS = [("rows", "", 0.5, 0.25, "2024-01"), ("numbers", "celsius", 0.01, 0.15, "2024-01")]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """January was taken in, and two months have arrived."""
    path = tmp_path_factory.mktemp("repository")
    git(path, "init", "--quiet")
    dvc(path, "init", "--quiet")
    for name in ("raw/2024-01", "incoming/2024-02", "incoming/2024-03"):
        file = path / f"{name}.parquet"
        file.parent.mkdir(exist_ok=True)
        file.write_text(name)
    dvc(path, "add", "--quiet", "raw", "incoming")
    return path


@pytest.fixture
def folder(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, in which the test runs."""
    monkeypatch.chdir(shutil.copytree(repository, tmp_path / "copy"))
    return tmp_path / "copy"


def names(path: Path) -> list[str]:
    return sorted(file.name for file in path.iterdir())


def test_what_is_accepted_is_copied_and_versioned(folder: Path) -> None:
    months = IngestedMonths("raw", "incoming")
    months.save(["2024-01", "2024-02"])
    assert months.load() == ["2024-01", "2024-02"]
    assert (folder / "raw/2024-02.parquet").read_text() == "incoming/2024-02"
    assert names(folder / "incoming") == ["2024-02.parquet", "2024-03.parquet"]
    assert "nfiles: 2" in (folder / "raw.dvc").read_text()
    assert "up to date" in dvc(folder, "status")


def test_what_an_interruption_left_is_versioned_later(folder: Path) -> None:
    shutil.copy("incoming/2024-02.parquet", "raw/2024-02.parquet")
    IngestedMonths("raw", "incoming").save(["2024-02"])
    assert "up to date" in dvc(folder, "status")


def test_a_month_is_there_whole_or_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path, target: Path) -> None:
        target.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(DatasetError) as failed:
        IngestedMonths("raw", "incoming").save(["2024-02"])
    assert "Make room and run again" in (explain(failed.value) or "")
    assert names(folder / "raw") == ["2024-01.parquet"]
    assert not list(folder.glob("*.part"))


def test_data_that_dvc_does_not_keep_is_not_added_to(folder: Path) -> None:
    (folder / "raw.dvc").unlink()
    with pytest.raises(DatasetError) as refused:
        IngestedMonths("raw", "incoming").save(["2024-02"])
    assert "before DVC can keep what is taken in, `dvc add raw`" in (explain(refused.value) or "")
    assert names(folder / "raw") == ["2024-01.parquet"]


def test_a_fault_of_dvc_is_told(folder: Path) -> None:
    (folder / "raw.dvc").write_text("outs: nothing")
    with pytest.raises(DatasetError) as failed:
        IngestedMonths("raw", "incoming").save(["2024-02"])
    assert (explain(failed.value) or "").startswith("DVC cannot keep raw: ")


def test_what_is_refused_is_moved_beside_a_report(folder: Path) -> None:
    months = QuarantinedMonths("quarantine", "incoming")
    months.save({})
    assert not (folder / "quarantine").exists()
    wrong = {
        "2024-02": {"reasons": ["half is missing"], "findings": FINDINGS},
        "2024-03": {"error": RefusedError("no")},
    }
    with pytest.raises(DatasetError) as refused:
        months.save(wrong)
    assert (explain(refused.value) or "").splitlines() == [
        "2024-02 is refused, quarantine/2024-02.md has the details:",
        "  - half is missing",
        "2024-03 is refused, quarantine/2024-03.md has the details:",
        "  - no",
    ]
    assert months.load() == ["2024-02", "2024-03"]
    report = (folder / "quarantine/2024-02.md").read_text()
    assert "| rows |  | 0.5 | 0.25 | **no** | 2024-01 |" in report
    assert "| numbers | celsius | 0.01 | 0.15 | yes | 2024-01 |" in report
    assert names(folder / "incoming") == []
    assert "up to date" in dvc(folder, "status")


def test_a_fault_of_the_code_leaves_its_month_and_stops_no_other(folder: Path) -> None:
    wrong = {"2024-02": {"error": ZeroDivisionError("a bug")}, "2024-03": {"reasons": ["half is missing"]}}
    with pytest.raises(DatasetError) as failed:
        QuarantinedMonths("quarantine", "incoming").save(wrong)
    assert isinstance(failed.value.__cause__, ZeroDivisionError)
    assert names(folder / "incoming") == ["2024-02.parquet"]
    assert names(folder / "quarantine") == ["2024-03.md", "2024-03.parquet"]


def test_a_folder_and_a_link_to_nowhere_are_moved_too_even_again(folder: Path) -> None:
    for _ in range(2):
        (folder / "incoming/2024-04.parquet").mkdir()
        (folder / "incoming/2024-04.parquet/part-0.parquet").touch()
        (folder / "incoming/2024-05.parquet").symlink_to("nowhere")
        with pytest.raises(DatasetError):
            QuarantinedMonths("quarantine", "incoming").save(
                {month: {"error": RefusedError("no")} for month in ("2024-04", "2024-05")}
            )
        assert names(folder / "incoming") == ["2024-02.parquet", "2024-03.parquet"]
        assert names(folder / "quarantine/2024-04.parquet") == ["part-0.parquet"]


def test_a_month_that_cannot_be_moved_is_told_and_the_next_one_is(folder: Path) -> None:
    with pytest.raises(DatasetError) as refused:
        QuarantinedMonths("quarantine", "incoming").save(
            {month: {"reasons": ["no"]} for month in ("2024-01", "2024-02")}
        )
    assert "it could not be moved to quarantine: " in (explain(refused.value) or "")
    assert names(folder / "quarantine") == ["2024-01.md", "2024-02.md", "2024-02.parquet"]


def test_an_error_that_nobody_can_mend_is_raised_as_it_is(folder: Path) -> None:
    with pytest.raises(DatasetError) as failed:
        QuarantinedMonths("quarantine", "incoming").save({"2024-02": {"error": ZeroDivisionError("a bug")}})
    assert explain(failed.value.__cause__) is None
    assert names(folder / "incoming") == ["2024-02.parquet", "2024-03.parquet"]
