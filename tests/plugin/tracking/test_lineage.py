import json
from pathlib import Path

import pytest
from kedro_modelops.testing.project import dvc, git
from kedro_modelops.tracking.commits import code_version
from kedro_modelops.tracking.lineage import (
    REQUIRED,
    data_version,
    flaws,
    inputs,
    missing,
)

COMPLETE = dict.fromkeys(REQUIRED, "known") | {"data.rows": "5d41402a", "git.clean": "true", "data.clean": "true"}
del COMPLETE["data"]


def test_inputs_have_dvcs_hashes(project: Path) -> None:
    raw = project / "data" / "01_raw"
    found = data_version(project, sorted(path for path in raw.iterdir() if path.suffix != ".dvc"))
    assert inputs(found).keys() == {f"data/01_raw/{pointer.stem}" for pointer in raw.glob("*.dvc")}
    for path, value in inputs(found).items():
        assert f"md5: {value}" in (project / f"{path}.dvc").read_text()
    assert found["data.clean"] == "true"


def test_changed_data_has_another_hash_and_is_not_clean(project: Path) -> None:
    (project / "data/01_raw/more").mkdir()
    (file := project / "data/01_raw/more/rows.csv").write_text("a\n")
    dvc(project, "add", "--quiet", "data/01_raw/more")
    before = data_version(project, [file])
    file.write_text("b\n")
    after = data_version(project, [file])
    assert before.keys() == {"data.data/01_raw/more", "data.clean"}
    assert before["data.data/01_raw/more"] != after["data.data/01_raw/more"]
    assert (before["data.clean"], after["data.clean"]) == ("true", "false")


def test_a_folder_whose_files_dvc_tracks_one_by_one_has_them_all(project: Path) -> None:
    (folder := project / "parts").mkdir()
    for name in ("a", "b"):
        (folder / name).write_text(name)
    dvc(project, "add", "--quiet", *(str(file) for file in sorted(folder.iterdir())))
    assert inputs(data_version(project, [folder])).keys() == {"parts/a", "parts/b"}


def test_what_a_stage_made_stands_for_the_inputs_of_that_stage(project: Path) -> None:
    raw = data_version(project, [path for path in (project / "data/01_raw").iterdir() if path.suffix != ".dvc"])
    assert data_version(project, [project / "data/05_model_input/train.parquet"]) == raw


def test_data_in_git_has_gits_hash_and_data_in_neither_has_none(project: Path) -> None:
    (project / "conf" / "table.csv").write_text("a\n")
    found = data_version(project, [project / "pyproject.toml", project / "conf" / "table.csv"])
    assert found["data.pyproject.toml"] == f"git:{git(project, 'rev-parse', 'HEAD:pyproject.toml')}"
    assert missing(COMPLETE | found) == ["data.conf/table.csv"]


def test_a_tree_is_clean_until_something_is_changed_or_added(project: Path) -> None:
    clean = {"git.commit": git(project, "rev-parse", "HEAD"), "git.folder": ".", "git.clean": "true"}
    assert code_version(project) == clean
    (project / "dvc.lock").write_text("written by the run itself\n")
    assert code_version(project) == clean
    (project / "conf" / "new.yml").write_text("")
    assert code_version(project)["git.clean"] == "false"


def test_without_a_commit_there_is_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert code_version(tmp_path) == {"git.commit": "none", "git.folder": ".", "git.clean": "false"}
    assert missing(COMPLETE | code_version(tmp_path)) == ["git.commit"]


@pytest.mark.parametrize("piece", REQUIRED)
def test_each_required_piece_is_missed(piece: str) -> None:
    assert missing(COMPLETE) == []
    removed = "data.rows" if piece == "data" else piece
    assert flaws({name: value for name, value in COMPLETE.items() if name != removed}) == [f"its lineage lacks {piece}"]


def test_a_run_records_every_required_piece(trained: Path) -> None:
    note = json.loads((trained / "data/06_models/registered_version.json").read_text())
    model = (trained / "data/06_models/model/MLmodel").read_text()
    assert all(f"{piece}:" in model for piece in REQUIRED if piece != "data")
    assert f"mlflow.run: {note['run_id']}" in model
