"""`dvc.yaml`, derived from the Kedro pipelines: a stage for each of them, so that DVC can skip what has not changed."""

from collections.abc import Iterable, Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import grimp
import yaml
from kedro.config import AbstractConfigLoader
from kedro.inspection import get_project_snapshot
from kedro.inspection.models import NodeSnapshot, PipelineSnapshot

from kedro_modelops.project_settings import problem_path

PLUGIN, BORDER = "kedro_modelops", "kedro_modelops.problem"
VENDORED = "kedro-modelops/src"
"""Where the plugin stands, if it is not installed from a package index: then stages depend on its files."""
PINNED = {"pyproject.toml": ["project.dependencies"]}
"""On what stages depend otherwise: the version that is asked for."""
HEADER = "# Derived from the Kedro pipelines by `kedro dvc sync`: change these, not this file.\n"


def _texts(value: Any) -> Iterator[str]:
    """Every text in a parameter's value, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for part in pair for text in _texts(part))
    elif isinstance(value, list | tuple):
        yield from (text for part in value for text in _texts(part))


class Stages:
    """Writes the stages of the default pipeline's parts.

    Free inputs, contracts and the sources that a node imports are dependencies, persisted outputs are outputs,
    parameters are parameters, and the catalog's `metadata.dvc` says what is a metric or a plot, or (`false`) that DVC
    does not carry it: what a registry holds is true of that registry alone.
    """

    def __init__(self, project: Path, config: AbstractConfigLoader) -> None:
        """Reads the project without running anything of it."""
        snapshot = get_project_snapshot(project)
        self._project, self._vendored = project, (project / VENDORED).with_name("pyproject.toml").is_file()
        self._catalog: dict[str, dict[str, Any]] = dict(config["catalog"])
        self._values: dict[str, Any] = dict(config["parameters"])
        self._package = snapshot.metadata.package_name
        self._imports = grimp.build_graph(self._package, PLUGIN, cache_dir=None)
        self._pipelines = {pipeline.name: pipeline for pipeline in snapshot.pipelines}
        files = sorted((project / "conf/base").glob("parameters*.yml"))
        keys = {file: yaml.safe_load(file.read_text(encoding="utf-8")) or {} for file in files}
        self._parameter_files = {
            key: file.relative_to(project).as_posix() for file, content in keys.items() for key in content
        }

    def render(self) -> str:
        """The text of `dvc.yaml`."""
        default = {node.name for node in self._pipelines["__default__"].nodes}
        parts = [
            p
            for name, p in self._pipelines.items()
            if name != "__default__" and {node.name for node in p.nodes} <= default
        ]
        order = {node.name: position for position, node in enumerate(self._pipelines["__default__"].nodes)}
        parts.sort(key=lambda pipeline: min(order[node.name] for node in pipeline.nodes))
        document: dict[str, Any] = {"stages": {part.name: self._stage(part) for part in parts}}
        if plots := [plot for part in parts for plot in self._plots(part)]:
            document["plots"] = plots
        written: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
        return HEADER + written

    def _stage(self, pipeline: PipelineSnapshot) -> dict[str, Any]:
        produced = {name for node in pipeline.nodes for name in node.outputs}
        metrics = [name for name in sorted(produced) if self._dvc(name) == "metrics"]
        stage = {
            "cmd": f"kedro run --pipelines={pipeline.name}",
            "deps": sorted(set(self._paths(pipeline.inputs)) | self._sources(pipeline.nodes)),
            "params": [*self._parameters(pipeline.inputs), *([] if self._vendored else [PINNED])],
            "outs": sorted(self._paths(produced - set(metrics))),
            "metrics": self._paths(metrics),
        }
        return {key: value for key, value in stage.items() if value}

    def _paths(self, datasets: Iterable[str]) -> list[str]:
        kept = (name for name in datasets if name in self._catalog and self._dvc(name) is not False)
        entries = [self._catalog[name] for name in kept]
        return [entry.get("filepath") or entry["path"] for entry in entries if "filepath" in entry or "path" in entry]

    def _sources(self, nodes: list[NodeSnapshot]) -> set[str]:
        """Files of the nodes and of their datasets' contracts, with all that these import from the package."""
        modules = {self._module(node.source.filepath) for node in nodes if node.source}
        for name in {name for node in nodes for name in [*node.inputs, *node.outputs]}:
            modules |= self._contracts(self._catalog.get(name, {}).get("validator"))
        modules |= self._named(name for node in nodes for name in node.inputs)
        reached = self._reach(modules)
        if BORDER in reached:  # imports what it finds by its setting, which no import statement shows
            reached |= self._reach({problem_path().rpartition(".")[0]})
        return {path for module in reached for path in self._files(module)}

    def _reach(self, modules: set[str]) -> set[str]:
        return modules.union(*(self._imports.find_upstream_modules(module) for module in modules))

    def _contracts(self, validator: Any) -> set[str]:
        named = (
            [validator]
            if isinstance(validator, str)
            else [validator["class"], *validator.get("options", {}).values()]
            if validator
            else []
        )
        return {str(path).rpartition(".")[0] for path in named} & self._imports.modules

    def _named(self, inputs: Iterable[str]) -> set[str]:
        """Modules of the team's package from which parameters name classes and functions."""
        names = {name.removeprefix("params:") for name in inputs if name.startswith("params:")}
        values = (reduce(lambda value, key: value[key], name.split("."), self._values) for name in names)
        paths = (path for value in values for path in _texts(value) if path.startswith(f"{self._package}."))
        return {path.rpartition(".")[0] for path in paths} & self._imports.modules

    def _module(self, source: str) -> str:
        """Dotted name of a node's file, wherever its package is installed."""
        parts = Path(source).with_suffix("").parts
        return ".".join(parts[max(parts.index(name) for name in (self._package, PLUGIN) if name in parts) :])

    def _files(self, module: str) -> list[str]:
        """A module's file, and its page templates; none for a package, whose `__init__.py` only re-exports."""
        root = VENDORED if module.partition(".")[0] == PLUGIN else "src"
        file = self._project.joinpath(root, *module.split("."))
        return [
            path.relative_to(self._project).as_posix() for path in file.parent.glob(f"{file.name}.*") if path.is_file()
        ]

    def _parameters(self, inputs: Iterable[str]) -> list[dict[str, list[str]]]:
        by_file: dict[str, list[str]] = {}
        for name in sorted(name.removeprefix("params:") for name in inputs if name.startswith("params:")):
            by_file.setdefault(self._parameter_files[name.partition(".")[0]], []).append(name)
        return [{file: names} for file, names in sorted(by_file.items())]

    def _dvc(self, dataset: str) -> Any:
        return (self._catalog.get(dataset, {}).get("metadata") or {}).get("dvc")

    def _plots(self, pipeline: PipelineSnapshot) -> list[dict[str, Any]]:
        plotted = {
            name: self._dvc(name)
            for node in pipeline.nodes
            for name in node.outputs
            if isinstance(self._dvc(name), dict)
        }
        return [{path: dict(described["plots"])} for name, described in plotted.items() for path in self._paths([name])]
