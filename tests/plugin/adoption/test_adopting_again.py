"""Run again, the command changes what it wrote, and nothing that somebody has edited since."""

import json
from pathlib import Path

import pandas as pd
import pytest
from kedro_modelops.adoption.adopting import adopt
from kedro_modelops.adoption.proposing.wishes import Wishes
from kedro_modelops.adoption.record import FILE, load_record
from kedro_modelops.errors import RefusedError
from kedro_modelops.testing.commands import git
from tables import customers

FEATURES = "src/flight_delays/features.py"


@pytest.fixture
def whole(project: Path) -> Path:
    """A copy of the project with its notebooks and words, committed."""
    for name in ("notebooks/exploration.ipynb", "tests/data/x.parquet", "tests/contracts/x.py", "README.md"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("", encoding="utf-8")
    (project / "conf/ci/mlflow.yml").write_text("experiment: flight-delays-ci\n", encoding="utf-8")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "All of it")
    return project


@pytest.mark.slow
def test_a_new_column_comes_in_and_what_was_edited_stays(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, place = customers(800), tmp_path / "customers.csv"
    table.to_csv(place, index=False)
    adopt(whole, str(place), None, {"target": "churned", "drop": ("notes",), "max_rows": 500}, yes=True)
    git(whole, "add", "--all")
    git(whole, "commit", "--quiet", "--message", "Ours")
    record = load_record(whole)
    assert record is not None
    assert record.options == {"target": "churned", "drop": ["notes"], "max_rows": 500}
    assert record.edited(whole) == set()

    features = whole / FEATURES
    features.write_text(features.read_text("utf-8") + "# ours\n", encoding="utf-8")
    git(whole, "commit", "--quiet", "--all", "--message", "Edited")
    table.assign(visits=pd.Series(range(800)) % 7).to_csv(place, index=False)
    capsys.readouterr()
    adopt(whole, str(place), None, {}, yes=True)
    told = capsys.readouterr().out
    assert "new           visits" in told
    assert f"somebody has edited them: {FEATURES}. See git diff." in told
    assert features.read_text("utf-8").endswith("# ours\n")
    assert "max_rows: 500" in (whole / "conf/base/parameters_data_processing.yml").read_text("utf-8")
    assert "    visits: Series[int]" in (whole / "src/flight_delays/schemas.py").read_text("utf-8")
    assert json.loads((whole / FILE).read_text("utf-8"))["files"][FEATURES] == record.files[FEATURES]


def test_a_changed_tree_is_refused(project: Path, tmp_path: Path) -> None:
    (project / "pyproject.toml").write_text("", encoding="utf-8")
    with pytest.raises(RefusedError, match=r"1 files that differ .* such as pyproject\.toml: commit or stash"):
        adopt(project, str(tmp_path / "t.csv"), None, {}, yes=True)


def test_what_was_said_gives_the_same_wishes() -> None:
    for wishes in (Wishes(), Wishes(target="a", key="none", zone="Europe/Berlin", keep=("b", "c"), sheet="d")):
        assert Wishes(**json.loads(json.dumps(wishes.said()))) == wishes
        assert Wishes(**wishes.said()).says_key == wishes.says_key
