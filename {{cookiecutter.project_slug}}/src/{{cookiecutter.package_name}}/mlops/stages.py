"""`dvc.yaml`, derived from the Kedro pipelines: a stage for each of them, so that DVC can skip what has not changed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import grimp
import yaml
from kedro.config import AbstractConfigLoader
from kedro.inspection import get_project_snapshot
from kedro.inspection.models import NodeSnapshot, PipelineSnapshot

HEADER = "# Derived from the Kedro pipelines by `kedro dvc sync`: change these, not this file.\n"


class Stages:
    """Writes the stages of the default pipeline's parts.

    Free inputs, contracts and the sources that a node imports are dependencies, persisted outputs are outputs,
    parameters are parameters, and the catalog's `metadata.dvc` says what is a metric or a plot.
    """

    def __init__(self, project: Path, config: AbstractConfigLoader) -> None:
        """Reads the project without running anything of it."""
        snapshot = get_project_snapshot(project)
        self._project = project
        self._catalog: dict[str, dict[str, Any]] = dict(config["catalog"])
        self._package = snapshot.metadata.package_name
        self._imports = grimp.build_graph(self._package, cache_dir=None)
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
            "params": self._parameters(pipeline.inputs),
            "outs": sorted(self._paths(produced - set(metrics))),
            "metrics": self._paths(metrics),
        }
        return {key: value for key, value in stage.items() if value}

    def _paths(self, datasets: Iterable[str]) -> list[str]:
        entries = [self._catalog[name] for name in datasets if name in self._catalog]
        return [entry.get("filepath") or entry["path"] for entry in entries if "filepath" in entry or "path" in entry]

    def _sources(self, nodes: list[NodeSnapshot]) -> set[str]:
        """Files of the nodes and of their datasets' contracts, with all that these import from the package."""
        modules = {self._module(node.source.filepath) for node in nodes if node.source}
        for name in {name for node in nodes for name in [*node.inputs, *node.outputs]}:
            modules |= self._contracts(self._catalog.get(name, {}).get("validator"))
        reached = modules.union(*(self._imports.find_upstream_modules(module) for module in modules))
        return {path for module in reached for path in self._files(module)}

    def _contracts(self, validator: Any) -> set[str]:
        named = (
            [validator]
            if isinstance(validator, str)
            else [validator["class"], *validator.get("options", {}).values()]
            if validator
            else []
        )
        return {str(path).rpartition(".")[0] for path in named} & self._imports.modules

    def _module(self, source: str) -> str:
        return ".".join(Path(source).with_suffix("").parts[1:])

    def _files(self, module: str) -> list[str]:
        """A module's file, and its page templates; none for a package, whose `__init__.py` only re-exports."""
        file = self._project.joinpath("src", *module.split("."))
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
