"""What is refused where a model is made from files."""

import json
import pickle
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import skops.io
import yaml
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_files import ModelFiles
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

SKLEARN = {"pickled_model": "model.skops", "serialization_format": "skops", "code": None}
PYTHON = {"loader_module": "mlflow.sklearn", "model_path": "model.skops"}
TRUSTED = ["numpy.dtype", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]


def describe(folder: Path, python: Any = PYTHON, **sklearn: Any) -> None:
    flavors = {"sklearn": SKLEARN | sklearn, "python_function": python}
    (folder / "MLmodel").write_text(yaml.safe_dump({"flavors": flavors, "mlflow_version": "3.17.2"}))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder as MLflow writes it; beside it lies a pickle that would leave a file."""
    (folder := tmp_path / "model").mkdir()
    skops.io.dump(make_pipeline(LogisticRegression()).fit([[0], [1]], [0, 1]), folder / "model.skops")
    (folder / "input_example.json").write_text(json.dumps({"columns": ["a"], "data": [[1]]}))
    for place in (folder, tmp_path):
        (place / "model.pkl").write_bytes(pickle.dumps(Leaves(tmp_path / "ran")))
    describe(folder)
    return folder


class Leaves:
    """Leaves a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_a_model_saved_as_skops_is_loaded(model: Path) -> None:
    files = ModelFiles(model)
    assert files.load_model([]).predict([[1]]) == [1]
    assert (files.mlflow_version, files.example().to_dict()) == ("3.17.2", pd.DataFrame({"a": [1]}).to_dict())


HOSTILE: list[dict[str, Any]] = [
    {"serialization_format": "pickle", "pickled_model": "model.pkl"},
    {"serialization_format": "cloudpickle", "pickled_model": "model.pkl"},
    {"serialization_format": "SKOPS"},
    {"serialization_format": None},
    {"pickled_model": "model.pkl"},
    {"pickled_model": "../model.pkl"},
    {"pickled_model": "../model/model.skops"},
    {"pickled_model": "/etc/passwd"},
    {"pickled_model": "other.skops"},
    {"pickled_model": None},
    {"pickled_model": ["model.skops"]},
    {"code": "code"},
    {"python": PYTHON | {"loader_module": "subprocess"}},
    {"python": PYTHON | {"code": "code"}},
    {"python": "mlflow.sklearn"},
]


@pytest.mark.parametrize("said", HOSTILE, ids=str)
def test_whatever_would_load_otherwise_is_refused(model: Path, said: dict[str, Any]) -> None:
    describe(model, **said)
    with pytest.raises(RefusedError, match="loaded"):
        ModelFiles(model).load_model(TRUSTED)
    assert not (model.parent / "ran").exists()


@pytest.mark.parametrize(
    "text",
    ["", "- a", "a: [", "flavors: 1", "flavors: {}", "flavors: {keras: {}}", "!!python/object/apply:os.abort []"],
)
def test_a_description_of_something_else_is_refused(model: Path, text: str) -> None:
    (model / "MLmodel").write_text(text)
    with pytest.raises(RefusedError, match="loaded"):
        ModelFiles(model).load_model([])


def test_another_flavor_beside_is_refused(model: Path) -> None:
    noted = yaml.safe_load((model / "MLmodel").read_text())
    noted["flavors"]["onnx"] = {"data": "model.onnx"}
    (model / "MLmodel").write_text(yaml.safe_dump(noted))
    with pytest.raises(RefusedError, match=r"flavors\.onnx"):
        ModelFiles(model).load_model([])


@pytest.mark.parametrize("name", ["builtins.eval", "subprocess.getoutput", "os.system"])
def test_a_list_of_trusted_types_beside_the_model_is_not_believed(model: Path, name: str) -> None:
    harmless = make_pipeline(FunctionTransformer(subprocess.getoutput))
    skops.io.dump(harmless, model / "model.skops")
    module, _, function = name.rpartition(".")
    with zipfile.ZipFile(model / "model.skops") as archive:
        schema = archive.read("schema.json").decode()
    assert "getoutput" in schema
    with zipfile.ZipFile(model / "model.skops", "w") as archive:
        archive.writestr("schema.json", schema.replace("subprocess", module).replace("getoutput", function))
    describe(model, skops_trusted_types=[name, "subprocess.getoutput"])
    with pytest.raises(RefusedError, match=f"holds {name}, which the project does not trust.*trusted_types of the cat"):
        ModelFiles(model).load_model(TRUSTED)


def test_types_come_from_the_catalog_alone(model: Path) -> None:
    boosted = make_pipeline(HistGradientBoostingClassifier(max_iter=1)).fit([[0], [1]] * 20, [0, 1] * 20)
    skops.io.dump(boosted, model / "model.skops")
    describe(model, skops_trusted_types=TRUSTED)
    with pytest.raises(RefusedError, match="TreePredictor, which the project does not trust"):
        ModelFiles(model).load_model([])
    assert ModelFiles(model).load_model(TRUSTED).predict([[1]]) == [1]


def test_what_is_no_skops_file_is_refused(model: Path) -> None:
    (model / "model.skops").write_bytes((model / "model.pkl").read_bytes())
    with pytest.raises(RefusedError, match=r"model\.skops cannot be read as skops, and is not loaded"):
        ModelFiles(model).load_model([])
    assert not (model.parent / "ran").exists()


def test_the_digest_covers_names_and_content_of_all_files(model: Path) -> None:
    before = ModelFiles(model).digest
    (model / "registered_model_meta").write_text("added by MLflow to what it downloads")
    assert ModelFiles(model).digest == before
    for file in sorted(model.iterdir()):
        if file.name == "registered_model_meta":
            continue
        content = file.read_bytes()
        file.write_bytes(content + b" ")
        assert ModelFiles(model).digest != before
        file.write_bytes(content)
    (model / "deep").mkdir()
    (model / "deep/more.txt").write_text("more")
    deeper = ModelFiles(model).digest
    assert deeper != before
    (model / "deep/more.txt").rename(model / "more.txt")
    assert ModelFiles(model).digest not in {before, deeper}


def test_a_copy_has_the_same_digest(model: Path, tmp_path: Path) -> None:
    ModelFiles(model).write(tmp_path / "copy")
    assert ModelFiles(tmp_path / "copy").digest == ModelFiles(model).digest
