import shutil
from pathlib import Path

import mlflow
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_files import ModelFiles
from kedro_modelops.models.registered_model import shortened
from kedro_modelops.registry import export as exported
from kedro_modelops.registry import model_registry as registry
from kedro_modelops.registry import promotion
from kedro_modelops.registry.registration import register_challenger
from mlflow.models import Model
from versions import LINEAGE, NAME, Register, empty_registry


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    return empty_registry(tmp_path, monkeypatch)


def test_a_loaded_model_knows_what_it_is(register: Register) -> None:
    version = register()
    promotion.promote(NAME, version, "production", "")
    for wanted in (version, "champion", "challenger"):
        loaded = registry.load(NAME, wanted)
        assert (loaded.name, loaded.version) == (NAME, version)
        assert loaded.lineage == LINEAGE | {"model.digest": ModelFiles(Path("model")).digest}
        assert loaded.estimator.predict_proba is not None


def test_the_same_model_with_the_same_evidence_keeps_its_version(register: Register) -> None:
    first = register()
    shutil.copytree("model", "first")
    run = registry.run_of(registry.find(NAME, first))
    gates = mlflow.artifacts.load_dict(f"runs:/{run.info.run_id}/passed_gates.json")
    assert register() == "2"
    description = {"metrics": {}, "gates": gates, "card": ""}
    note = register_challenger(NAME, Path("first"), description)
    assert (str(note["version"]), note["run_id"]) == (first, run.info.run_id)
    assert len(registry.versions(NAME)) == 2
    assert registry.aliases(NAME)["challenger"] == first


def test_what_is_not_there_is_named(register: Register) -> None:
    register()
    for wanted, told in (("7", "has no version 7"), ("champion", "has no version with the alias 'champion'")):
        with pytest.raises(RefusedError, match=told):
            registry.load(NAME, wanted)


def test_the_model_itself_carries_its_lineage(register: Register, tmp_path: Path) -> None:
    register()
    assert Model.load(str(tmp_path / "model")).metadata["lineage"] == LINEAGE


def test_a_model_that_is_not_registered_is_refused(register: Register, tmp_path: Path) -> None:
    register()
    with pytest.raises(RefusedError, match="holds no registered version, and no other model is served"):
        exported.load(tmp_path / "model")


def test_a_copy_carries_its_lineage(register: Register, tmp_path: Path) -> None:
    version = register()
    registry.set_image(NAME, version, "sha256:0123")
    exported.export(NAME, "challenger", tmp_path / "copy")
    loaded = exported.load(tmp_path / "copy")
    assert (loaded.name, loaded.version) == (NAME, version)
    made = {"image": "sha256:0123", "model.digest": ModelFiles(tmp_path / "model").digest}
    assert loaded.lineage == LINEAGE | made
    with pytest.raises(RefusedError, match="is not empty"):
        exported.export(NAME, version, tmp_path / "copy")


def test_a_copy_that_was_changed_is_refused(register: Register, tmp_path: Path) -> None:
    exported.export(NAME, register(), tmp_path / "copy")
    for name in ("model.skops", "MLmodel"):
        file = tmp_path / "copy" / name
        bytes_before = file.read_bytes()
        file.write_bytes(bytes_before + b"\n")
        with pytest.raises(RefusedError, match="is not what was exported as version 1"):
            exported.load(tmp_path / "copy")
        file.write_bytes(bytes_before)
    assert exported.load(tmp_path / "copy").version == "1"


def test_a_long_card_is_shortened_where_the_database_ends() -> None:
    card = shortened("| a | b |\n" * 1000, registry.CARD)
    assert len(card) <= 5000
    assert card.endswith("artifact `model_card.md`.*\n")
