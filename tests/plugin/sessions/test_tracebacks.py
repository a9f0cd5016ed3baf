"""An error of our own code is told by its last lines there; only a spoiled file is called spoiled."""

import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pandas as pd
import pytest
from click.testing import CliRunner
from flight_delays import features
from kedro_datasets.pandas import ParquetDataset
from kedro_datasets.partitions import PartitionedDataset
from kedro_modelops.contracts.explanations import Explained, explain
from kedro_modelops.sessions.tracebacks import PLUGIN, PLUGIN_AT_FAULT, SHOWN, own_lines
from processes import environment_of

OWN = """def compute(table):
    hour = table["nope"]
    return hour


def again(table):
    try:
        return compute(table)
    except KeyError as error:
        raise ValueError("no hour") from error


def call(function, argument):
    return function(argument)
"""
TABLE = pd.DataFrame({"x": [1]})


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of the project that is at fault."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "at_fault.py").write_text(OWN)
    sys.modules.pop("at_fault", None)
    return importlib.import_module("at_fault")


def error_of(function: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011  (whatever it is)
        function()
    return caught.value


def test_the_last_own_lines_are_told(own: ModuleType) -> None:
    told = own_lines(error_of(lambda: own.compute(TABLE)))
    assert told == "KeyError: 'nope'\n  at_fault.py:2, in compute\n    hour = table[\"nope\"]"


def test_of_an_error_that_was_raised_on_purpose_the_raising_line(own: ModuleType) -> None:
    told = own_lines(error_of(lambda: own.again(TABLE))) or ""
    assert told.startswith("ValueError: no hour\n")
    assert "at_fault.py:10, in again" in told


def test_a_node_behind_a_lazy_partition_is_no_unreadable_file(own: ModuleType) -> None:
    months = PartitionedDataset(path="months", dataset=ParquetDataset, filename_suffix=".parquet")
    error = error_of(lambda: months.save({"2013-01": partial(own.compute, TABLE)}))
    assert explain(error) is None
    assert "at_fault.py:2, in compute" in (own_lines(error) or "")


def test_a_spoiled_file_behind_own_code_is_an_unreadable_file(own: ModuleType) -> None:
    Path("raw").mkdir()
    Path("raw/2013-01.parquet").write_bytes(b"no parquet")
    raw, months = (
        PartitionedDataset(path=path, dataset=ParquetDataset, filename_suffix=".parquet") for path in ("raw", "months")
    )
    error = error_of(lambda: months.save({"2013-01": lambda: own.compute(raw.load()["2013-01"]())}))
    assert own_lines(error) is None
    assert "raw/2013-01.parquet cannot be read" in (explain(error) or "")


def test_what_does_not_fit_into_a_file_is_told_of_what_was_returned(own: ModuleType) -> None:
    assert own
    error = error_of(lambda: ParquetDataset(filepath="table.parquet").save("no table"))
    assert "table.parquet cannot be written" in (explain(error) or "")


def test_a_module_with_a_syntax_error_is_named(own: ModuleType) -> None:
    Path("half.py").write_text("def compute(table):\n    return table[\n")
    assert own
    assert "half.py:2\n    return table[" in (own_lines(error_of(lambda: importlib.import_module("half"))) or "")


def test_a_command_tells_it_and_leaves_its_own_refusals_alone(own: ModuleType) -> None:
    def refuse() -> None:
        msg = "not this way"
        raise click.UsageError(msg)

    result = CliRunner().invoke(Explained("look", callback=lambda: own.compute(TABLE)), [])
    assert result.exit_code == 1
    assert result.output.startswith("Error: KeyError: 'nope'\n  at_fault.py:2, in compute\n")
    assert CliRunner().invoke(Explained("look", callback=refuse), []).exit_code == 2


DIVIDE = "def divide(depth):\n    return divide(depth - 1) if depth else 1 / 0\n"
WRAP = """def wrap(compute, table):
    try:
        compute(table)
    except KeyError as error:
        raise ValueError("wrapped") from error
"""


def of_plugin(code: str) -> Any:
    """The function that a module of the plugin would have with this code."""
    names: dict[str, Any] = {}
    exec(compile(code, PLUGIN / "models" / "at_fault.py", "exec"), names)  # noqa: S102  (no file need be made there)
    return next(value for name, value in names.items() if not name.startswith("__"))


@pytest.mark.parametrize("depth", [0, 5])
def test_the_projects_last_line_is_told_however_many_of_the_plugins_follow(own: ModuleType, depth: int) -> None:
    told = own_lines(error_of(lambda: own.call(of_plugin(DIVIDE), depth))) or ""
    assert told.startswith("ZeroDivisionError: division by zero\n  at_fault.py:14, in call\n")
    assert told.count("models/at_fault.py:2, in divide") == min(SHOWN - 1, depth + 1)
    assert PLUGIN_AT_FAULT not in told


def test_an_error_of_the_project_is_told_where_the_plugin_has_wrapped_it(own: ModuleType) -> None:
    told = own_lines(error_of(lambda: of_plugin(WRAP)(own.compute, TABLE))) or ""
    assert told.startswith("KeyError: 'nope'\n")
    assert "at_fault.py:2, in compute" in told
    assert PLUGIN_AT_FAULT not in told


@pytest.mark.usefixtures("own")
def test_where_the_plugin_failed_alone_it_is_said_to_be_at_fault() -> None:
    told = own_lines(error_of(lambda: of_plugin(DIVIDE)(5))) or ""
    assert told.startswith("ZeroDivisionError: division by zero\n")
    assert told.count(f"{PLUGIN / 'models' / 'at_fault.py'}:2, in divide") == SHOWN
    assert told.endswith(PLUGIN_AT_FAULT)


@pytest.mark.slow
@pytest.mark.parametrize("command", [["kedro", "run", "--env", "ci"], ["kedro_modelops.serving"]])
def test_a_fault_in_the_features_is_told_in_runs_and_when_the_service_starts(project: Path, command: list[str]) -> None:
    file = project / "src" / Path(features.__file__).relative_to(Path(features.__file__).parents[1])
    file.write_text(f"{file.read_text()}\n\nTHRESHOLD = {TABLE.shape[1]} / 0\n")
    shutil.rmtree(file.parent / "__pycache__", ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", *command], env=environment_of(project), capture_output=True, text=True, check=False
    )
    told = done.stdout + done.stderr
    assert done.returncode == 1
    assert "ZeroDivisionError: division by zero" in told
    assert "features.py:" in told
    assert "THRESHOLD = 1 / 0" in told
    assert "dvc checkout" not in told


IN_LABEL = '''

def label(table):
    """Is at fault."""
    return table["nope"]
'''


@pytest.mark.slow
def test_a_fault_in_the_label_is_told_with_its_lines(project: Path) -> None:
    file = project / "src" / Path(features.__file__).relative_to(Path(features.__file__).parents[1])
    file.write_text(f"{file.read_text()}{IN_LABEL}")
    shutil.rmtree(file.parent / "__pycache__", ignore_errors=True)
    line = len(file.read_text().splitlines())
    command = [sys.executable, "-m", "kedro", "run", "--env", "ci", "--pipelines=data_processing"]
    environment = environment_of(project)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    told = (done.stdout + done.stderr).partition("Error: ")[2]
    assert done.returncode == 1
    assert told.startswith("KeyError: 'nope'\n"), done.stdout + done.stderr
    assert f'features.py:{line}, in label\n    return table["nope"]' in told
    assert "Traceback" not in done.stdout + done.stderr
    assert "dvc checkout" not in told
