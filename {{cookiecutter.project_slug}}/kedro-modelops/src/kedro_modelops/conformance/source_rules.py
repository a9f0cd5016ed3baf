"""Rules of the team's modules and tests."""

import ast
from collections.abc import Iterable, Iterator
from functools import partial
from inspect import unwrap
from pathlib import Path
from typing import Any

from kedro.framework.project import pipelines

import kedro_modelops
from kedro_modelops.conformance.project_facts import ProjectFacts
from kedro_modelops.conformance.rule import Finding
from kedro_modelops.problem import FUNCTIONS, load_problem
from kedro_modelops.project_settings import team_package

PLUGIN = Path(kedro_modelops.__file__).parent
KIT = {"KeyTests": "identify", "FeatureTests": "compute_features"}
"""Classes of the kit, and the function of the problem that each tests."""
LONGEST_MODULE, LONGEST_FUNCTION = 165, 30
"""Lines."""
LOADERS = {"load", "loads", "load_model", "Unpickler", "read_pickle"}
PICKLERS = {"pickle", "cloudpickle", "joblib", "dill", "marshal", "shelve", "skops", "torch"}
OWNERS = PICKLERS | {"mlflow", "pd", "pandas"}


def safe_loading(facts: ProjectFacts) -> Iterator[Finding]:
    """No module makes objects of files: the catalog loads models, and compares their files first."""
    for called in sorted({*unsafe_calls(facts.sources), *unsafe_imports(facts.sources)}):
        yield Finding(called, f"{called} makes objects of bytes: let the catalog load it")


def short_code(facts: ProjectFacts) -> Iterator[Finding]:
    """Beyond these lengths, an idea is missing."""
    for name in long_modules(facts.sources):
        yield Finding(name, f"{name} has more than {LONGEST_MODULE} lines: take apart what it does")
    for name in long_functions(facts.sources):
        yield Finding(name, f"{name} has more than {LONGEST_FUNCTION} lines: take apart what it does")


def node_names(facts: ProjectFacts) -> Iterator[Finding]:
    """Who reads a log finds the code."""
    for name in misnamed_nodes(facts.sources):
        yield Finding(name, f"{name} is wired under another name: give the node the name of its function")


def nodes_tested(facts: ProjectFacts) -> Iterator[Finding]:
    """Each function that a node of the team's runs, or the platform calls, is used by a test, under its own name."""
    used = {name for file in facts.tests for name in _used_names(file)}
    used |= {_innermost(getattr(load_problem(), field)).__name__ for kit, field in KIT.items() if kit in used}
    for function, where in tested_functions().items():
        if function not in used:
            sentence = f"no test in tests/ calls {function} of {where}: write one, such as those in tests/unit"
            yield Finding(function, sentence)


def tested_functions() -> dict[str, str]:
    """Functions that have to be tested, each with its module; the kit runs those that were ejected from the plugin."""
    package, problem = team_package(), load_problem()
    called = [getattr(problem, field) for field in (*FUNCTIONS, "complete")]
    called += [node.func for pipeline in pipelines.values() for node in pipeline.nodes]
    found = {}
    for function in (_innermost(one) for one in called if one is not None):
        module, name = str(getattr(function, "__module__", "")), str(getattr(function, "__name__", function))
        original = PLUGIN / Path(*module.split(".")[1:]).with_suffix(".py")
        ejected = original.is_file() and f"def {name}(" in original.read_text("utf-8")
        if module.partition(".")[0] == package and not ejected:
            found[name] = module
    return found


def unsafe_calls(sources: Iterable[Path]) -> Iterator[str]:
    """Calls that make objects of bytes, such as `model.py: mlflow.sklearn.load_model`."""
    for file in sources:
        called = [ast.unparse(node.func) for node in _nodes(file) if isinstance(node, ast.Call)]
        yield from (
            f"{file.name}: {name}"
            for name in called
            if name.partition(".")[0] in OWNERS and name.rpartition(".")[2] in LOADERS
        )


def unsafe_imports(sources: Iterable[Path]) -> Iterator[str]:
    """Imports of packages that are there for this, such as `model.py: skops.io`."""
    for file in sources:
        for node in _nodes(file):
            if isinstance(node, ast.Import | ast.ImportFrom):
                module = node.module if isinstance(node, ast.ImportFrom) else None
                names = [module or alias.name for alias in node.names]
                yield from (f"{file.name}: {name}" for name in names if PICKLERS & set(name.split(".")))


def long_modules(sources: Iterable[Path]) -> Iterator[str]:
    """Names of long ones; contracts are as long as tables are wide."""
    for file in sources:
        if file.name != "schemas.py" and len(file.read_text("utf-8").splitlines()) > LONGEST_MODULE:
            yield file.name


def long_functions(sources: Iterable[Path]) -> Iterator[str]:
    """Names of long ones, without their docstrings; wiring is as long as the list of its nodes."""
    for file in sources:
        for node in _nodes(file):
            if isinstance(node, ast.FunctionDef) and file.name != "pipeline.py":
                documented = ast.get_docstring(node) and len(node.body) > 1
                first = node.body[1 if documented else 0]
                if (node.end_lineno or 0) - first.lineno + 1 > LONGEST_FUNCTION:
                    yield f"{file.name}: {node.name}"


def misnamed_nodes(sources: Iterable[Path]) -> Iterator[str]:
    """Kedro nodes that are not named after their function."""
    for file in (file for file in sources if file.name == "pipeline.py"):
        for node in _node_calls(file):
            named = {word.arg: ast.unparse(word.value) for word in node.keywords}
            function = ast.unparse(node.args[0]) if node.args else named.get("func", "")
            if named.get("name") != repr(function.rpartition(".")[2]):
                yield f"{file.name}: {function}"


def _node_calls(file: Path) -> Iterator[ast.Call]:
    for node in _nodes(file):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"Node", "node"}:
            yield node


def _innermost(function: Any) -> Any:
    while isinstance(function, partial):
        function = function.func
    return unwrap(function)


def _used_names(file: Path) -> Iterator[str]:
    """Names that stand in a module's code; to import something is not to use it."""
    for node in _nodes(file):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _nodes(file: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(file.read_text("utf-8")))
