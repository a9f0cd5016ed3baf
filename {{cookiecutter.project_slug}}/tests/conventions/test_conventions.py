"""What every project made from the template agrees on; `kedro dvc check` and import-linter watch over the rest."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import PROJECT, Kedro
from kedro.config import OmegaConfigLoader

from {{cookiecutter.package_name}} import schemas
from {{cookiecutter.package_name}}.settings import CONFIG_LOADER_ARGS

SOURCES = sorted((PROJECT / "src").rglob("*.py"))
TABLES = ("pandas.ParquetDataset", "partitions.PartitionedDataset")


@pytest.fixture(scope="module")
def catalog() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = OmegaConfigLoader(str(PROJECT / "conf"), **CONFIG_LOADER_ARGS)["catalog"]
    return found


def test_every_table_has_a_contract(catalog: dict[str, dict[str, Any]]) -> None:
    assert [name for name, entry in catalog.items() if entry["type"] in TABLES and "validator" not in entry] == []


def test_features_are_known_before_the_answer_and_every_field_says_whether_it_is_personal() -> None:
    assert {column.metadata["known"] for column in schemas.Features.to_schema().columns.values()} == {"before"}
    models = [model for model in vars(schemas).values() if isinstance(model, type) and issubclass(model, schemas.Table)]
    columns = {(model.__name__, name): column for model in models for name, column in model.to_schema().columns.items()}
    assert [name for name, column in columns.items() if not isinstance((column.metadata or {}).get("pii"), bool)] == []


def test_dvc_yaml_follows_the_pipelines(kedro: Kedro, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    result = kedro("dvc", "check")
    assert result.exit_code == 0, result.output


def test_dvc_yaml_that_is_out_of_date_is_shown_and_mended(project: Path, kedro: Kedro) -> None:
    stages = project / "dvc.yaml"
    stages.write_text(stages.read_text().replace("- problem", "- puzzle"))
    result = kedro("dvc", "check")
    assert result.exit_code == 1
    assert "-      - puzzle" in result.output
    assert kedro("dvc", "sync").exit_code == 0
    assert "- puzzle" not in stages.read_text()


def functions(file: Path) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef))


def statement_lines(function: ast.FunctionDef) -> int:
    first = function.body[1] if ast.get_docstring(function) and len(function.body) > 1 else function.body[0]
    return (function.end_lineno or 0) - first.lineno + 1


def test_modules_and_functions_are_short() -> None:
    modules = [file for file in SOURCES if file.name != "schemas.py"]  # contracts are as long as tables are wide
    assert [file.name for file in modules if len(file.read_text().splitlines()) > 165] == []
    files = [file for file in SOURCES if file.name != "pipeline.py"]  # wiring is as long as the list of its nodes
    assert [
        f"{file.name}:{found.name}" for file in files for found in functions(file) if statement_lines(found) > 30
    ] == []


def test_a_node_is_named_after_its_function() -> None:
    calls = [
        node
        for file in SOURCES
        if file.name == "pipeline.py"
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Node"
    ]
    named = {
        call.args[0].id: keyword.value.value
        for call in calls
        for keyword in call.keywords
        if keyword.arg == "name" and isinstance(call.args[0], ast.Name) and isinstance(keyword.value, ast.Constant)
    }
    assert len(named) == len(calls)
    assert all(function == name for function, name in named.items())
