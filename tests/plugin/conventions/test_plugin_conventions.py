"""The plugin's house rules: short modules, small rooms, names that are searched for, one place that loads models."""

import ast
from collections.abc import Iterator
from pathlib import Path

import kedro_modelops
from kedro_modelops.testing.project import PROJECT

PLUGIN = Path(kedro_modelops.__file__).parent
SOURCES = sorted(PLUGIN.rglob("*.py"))
WHAT_RUNS = [file for file in SOURCES if file.parent.name != "testing"]
"""The kit looks at the description of a model, by MLflow's own reader, as tests do."""
ROOMS = sorted({file.parent for file in SOURCES})
LONGEST_MODULE, LONGEST_FUNCTION, LARGEST_ROOM = 150, 30, 12
SAY_NOTHING = {"utils", "util", "common", "misc", "helpers", "mlops"}

LOADERS = {"load", "loads", "load_model", "Unpickler", "read_pickle"}
UNSAFE = {"pickle", "cloudpickle", "joblib", "dill", "marshal", "shelve", "skops", "mlflow", "pd", "pandas", "torch"}


def shown(file: Path) -> str:
    return file.relative_to(PLUGIN).as_posix()


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.walk(ast.parse(file.read_text()))
    yield from (node for node in tree if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def statement_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[1] if ast.get_docstring(function) and len(function.body) > 1 else function.body[0]
    return (function.end_lineno or 0) - first.lineno + 1


def calls(file: Path) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))


def test_the_plugin_is_the_one_of_this_project() -> None:
    assert PLUGIN.is_relative_to(PROJECT / "kedro-modelops")


def test_modules_are_short() -> None:
    lines = {shown(file): len(file.read_text().splitlines()) for file in SOURCES}
    assert {name: count for name, count in lines.items() if count > LONGEST_MODULE} == {}


def test_functions_are_short() -> None:
    files = [file for file in SOURCES if file.name != "pipeline.py"]  # wiring is as long as the list of its nodes
    lines = {f"{shown(file)}: {found.name}": statement_lines(found) for file in files for found in functions(file)}
    assert {name: count for name, count in lines.items() if count > LONGEST_FUNCTION} == {}


def test_rooms_are_small() -> None:
    modules = {shown(room): [file for file in room.glob("*.py") if file.name != "__init__.py"] for room in ROOMS}
    assert {name: len(files) for name, files in modules.items() if len(files) > LARGEST_ROOM} == {}


def test_names_say_what_is_there() -> None:
    assert [shown(file) for file in SOURCES if SAY_NOTHING & {file.stem, *Path(shown(file)).parts}] == []


def test_the_readme_says_what_each_room_is_for() -> None:
    readme = (PROJECT / "kedro-modelops" / "README.md").read_text()
    rooms = [room.name for room in ROOMS if room.parent == PLUGIN]
    assert [room for room in rooms if f"{room}/" not in readme] == []


def test_a_node_is_named_after_its_function() -> None:
    nodes = [
        call
        for file in SOURCES
        if file.name == "pipeline.py"
        for call in calls(file)
        if isinstance(call.func, ast.Name) and call.func.id == "Node"
    ]
    named = {
        call.args[0].id: keyword.value.value
        for call in nodes
        for keyword in call.keywords
        if keyword.arg == "name" and isinstance(call.args[0], ast.Name) and isinstance(keyword.value, ast.Constant)
    }
    assert len(named) == len(nodes) > 10
    assert all(function == name for function, name in named.items())


def test_models_are_made_from_files_in_one_place_which_compares_them_first() -> None:
    called = [(file, ast.unparse(call.func)) for file in WHAT_RUNS for call in calls(file)]
    loads = {
        f"{shown(file)}: {name}"
        for file, name in called
        if name.partition(".")[0] in UNSAFE and name.rpartition(".")[2] in LOADERS
    }
    tries = "models/model_format.py: skops.io.loads"  # what it has written into memory itself, before the search
    assert loads == {"models/model_files.py: skops.io.loads", tries}
    imports = {
        f"{shown(file)}: {getattr(node, 'module', '')} {name.name}"
        for file in WHAT_RUNS
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
        if (UNSAFE - {"mlflow", "pd", "pandas"}) & set((getattr(node, "module", None) or name.name).split("."))
    }
    calls_of_joblib = {  # it makes nothing of files there
        "distribution/dask_client.py:  joblib",
        "distribution/dask_client.py: joblib.parallel SequentialBackend",
        "distribution/spark_client.py:  joblib",
        "distribution/spark_client.py: joblib._utils _TracebackCapturingWrapper",
        "distribution/spark_client.py: joblib._utils _retrieve_traceback_capturing_wrapped_call",
        "distribution/parallel.py: joblib Parallel",
        "distribution/parallel.py: joblib delayed",
    }
    assert imports == {"models/model_files.py:  skops.io", "models/model_format.py:  skops.io", *calls_of_joblib}
    assert {shown(file) for file, name in called if name.rpartition(".")[2] == "ModelFiles"} == {
        "tracking/artifacts.py",
        "models/datasets.py",
        "registry/export.py",
        "registry/registration.py",
        "registry/seals.py",
    }
