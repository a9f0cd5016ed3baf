"""An output is written beside the last good one, and takes its place when it is whole, of whatever kind it is."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.io import AbstractDataset, DataCatalog, Version
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner
from kedro_datasets.json import JSONDataset
from kedro_datasets.pandas import CSVDataset, ParquetDataset
from kedro_datasets.partitions import PartitionedDataset
from kedro_datasets.text import TextDataset
from kedro_modelops.sessions.outputs import Outputs, recover
from kedro_modelops.tracking.hooks import TrackingHooks

GOOD, NEW = pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1, 2]})


class Folder(AbstractDataset[str, str]):
    """A folder of two files, as a model is; it removes what was there before it writes."""

    def __init__(self, filepath: str) -> None:
        self._filepath = Path(filepath)

    def save(self, data: str) -> None:
        for file in self._filepath.glob("*"):
            file.unlink()
        self._filepath.mkdir(parents=True, exist_ok=True)
        (self._filepath / "first").write_text(data)
        if data == "broken":
            msg = "no more"
            raise OSError(msg)
        (self._filepath / "second").write_text(data)

    def load(self) -> str:
        return "".join((self._filepath / name).read_text() for name in ("first", "second"))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}


class HalfText(TextDataset):
    """Writes the half of a text, and fails."""

    def save(self, data: str) -> None:
        if data == "broken":
            Path(self._filepath).write_text("bro")
            msg = "no more"
            raise OSError(msg)
        super().save(data)


def fail() -> pd.DataFrame:
    msg = "this partition cannot be computed"
    raise ValueError(msg)


def partitions(folder: Path, *, overwrite: bool) -> PartitionedDataset:
    return PartitionedDataset(
        path=str(folder / "parts"), dataset=ParquetDataset, filename_suffix=".parquet", overwrite=overwrite
    )


class Unwritable:
    """JSON has no words for it."""


Case = tuple[Callable[[Path], Any], Any, Any]
CASES: dict[str, Case] = {
    "text": (lambda folder: HalfText(filepath=str(folder / "page.html")), "good", "broken"),
    "json": (lambda folder: JSONDataset(filepath=str(folder / "a.json")), {"a": 1}, {"a": 2, "b": Unwritable()}),
    "csv": (lambda folder: CSVDataset(filepath=str(folder / "a.csv")), GOOD, "no table"),
    "parquet": (lambda folder: ParquetDataset(filepath=str(folder / "a.parquet")), GOOD, "no table"),
    "folder": (lambda folder: Folder(str(folder / "model")), "good", "broken"),
    "partitions": (lambda folder: partitions(folder, overwrite=True), {"1": GOOD}, {"1": NEW, "2": fail}),
    "more partitions": (lambda folder: partitions(folder, overwrite=False), {"1": GOOD}, {"1": NEW, "2": fail}),
}


def run(dataset: Any, make: Callable[[], Any]) -> None:
    """A run of one node whose output goes to the dataset."""
    hooks = _create_hook_manager()
    hooks.register(TrackingHooks())
    pipeline, catalog = Pipeline([Node(make, None, "output", name="make")]), DataCatalog({"output": dataset})
    hooks.hook.before_pipeline_run(run_params={}, pipeline=pipeline, catalog=catalog)
    try:
        SequentialRunner().run(pipeline, catalog, hooks)
    except Exception as error:
        hooks.hook.on_pipeline_error(error=error, run_params={}, pipeline=pipeline, catalog=catalog)
        raise


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", CASES)
def test_a_save_that_fails_leaves_the_last_good_output(kind: str, tmp_path: Path) -> None:
    make, good, broken = CASES[kind]
    run(make(tmp_path), lambda: good)
    before = content(tmp_path)
    assert before
    with pytest.raises(Exception, match=r"no more|serializable|attribute|cannot be computed"):
        run(make(tmp_path), lambda: broken)
    assert content(tmp_path) == before
    assert [path.name for path in tmp_path.rglob(".*")] == []
    run(make(tmp_path), lambda: good)
    assert content(tmp_path).keys() == before.keys()


@pytest.mark.parametrize("kind", CASES)
def test_a_first_save_that_fails_leaves_nothing(kind: str, tmp_path: Path) -> None:
    make, _, broken = CASES[kind]
    with pytest.raises(Exception, match=r"no more|serializable|attribute|cannot be computed"):
        run(make(tmp_path), lambda: broken)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", CASES)
def test_a_node_that_fails_leaves_the_last_good_output(kind: str, tmp_path: Path) -> None:
    make, good, _ = CASES[kind]
    run(make(tmp_path), lambda: good)
    before = content(tmp_path)
    with pytest.raises(ValueError, match="cannot be computed"):
        run(make(tmp_path), fail)
    assert content(tmp_path) == before


def test_partitions_are_replaced_where_the_catalog_says_so_and_added_otherwise(tmp_path: Path) -> None:
    for overwrite, expected in ((False, ["1", "2"]), (True, ["2"])):
        run(partitions(tmp_path / str(overwrite), overwrite=overwrite), lambda: {"1": GOOD})
        again = partitions(tmp_path / str(overwrite), overwrite=overwrite)
        run(again, lambda: {"2": NEW})
        assert sorted(again.load()) == expected


def test_versions_are_kept_beside_each_other(tmp_path: Path) -> None:
    for number in ("1", "2"):
        run(JSONDataset(filepath=str(tmp_path / "a.json"), version=Version(None, number)), lambda n=number: {"n": n})
    assert sorted(content(tmp_path)) == ["a.json/1/a.json", "a.json/2/a.json"]
    assert JSONDataset(filepath=str(tmp_path / "a.json"), version=Version(None, None)).load() == {"n": "2"}


def test_a_text_that_is_appended_to_keeps_what_it_has(tmp_path: Path) -> None:
    for _ in range(2):
        run(TextDataset(filepath=str(tmp_path / "log"), fs_args={"open_args_save": {"mode": "a"}}), lambda: "line\n")
    assert (tmp_path / "log").read_text() == "line\nline\n"


KILLED = """
import os, signal
from pathlib import Path
from kedro_modelops.sessions.outputs import Outputs
from test_outputs import CASES
make, good, _ = CASES["%s"]
dataset = make(Path.cwd())
Outputs().begin("output", dataset)
dataset.save(good)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("kind", ["text", "folder", "partitions"])
def test_a_kill_leaves_the_last_good_output(kind: str, tmp_path: Path) -> None:
    make, good, _ = CASES[kind]
    run(make(tmp_path), lambda: good)
    before = content(tmp_path)
    settings = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run([sys.executable, "-c", KILLED % kind], cwd=tmp_path, env=settings, check=False)
    assert done.returncode == -signal.SIGKILL
    after = content(tmp_path)
    assert len(after) > len(before)
    assert {name: value for name, value in after.items() if ".part/" not in name} == before
    recover([make(tmp_path)])
    assert content(tmp_path) == before


def test_a_kill_while_a_folder_takes_its_place_is_mended_by_the_next_run(tmp_path: Path) -> None:
    dataset = Folder(str(tmp_path / "model"))
    run(dataset, lambda: "good")
    outputs = Outputs()
    outputs.begin("output", dataset)
    dataset.save("new")
    (tmp_path / "model").rename(tmp_path / ".model.part" / "replaced")  # and there it ends
    again = Folder(str(tmp_path / "model"))
    recover([again])
    assert again.load() == "goodgood"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
