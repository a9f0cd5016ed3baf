"""Checks of names before a run: what Kedro would pass over in silence is refused, with what is similar to it."""

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kedro.config import AbstractConfigLoader
from kedro.framework import project
from kedro.framework.project import pipelines, settings
from kedro.io import CatalogConfigResolver
from kedro.pipeline import Pipeline
from kedro.validation.type_extractor import TypeExtractor

from kedro_modelops.errors import RefusedError
from kedro_modelops.sessions.homes import PREFIX, Homes, is_parameter
from kedro_modelops.sessions.versioned_inputs import snapshots

PARAMETERS, DEFAULT = "parameters", "__default__"
OTHER_USE = "used_by"
"""In the `metadata` of a catalog entry: what else than a pipeline it is there for, such as a notebook."""
QUOTED = re.compile(r"""["'](?:params:)?(\w+)""")


def similar(name: str, known: Iterable[str]) -> str:
    """A suggestion for a name that is unknown; empty if nothing is like it."""
    matches = get_close_matches(name, list(known), n=3)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""


def check_slice(pipeline: Pipeline, chosen: Mapping[str, Iterable[str]]) -> None:
    """Refuses nodes, datasets and tags that a pipeline does not have."""
    nodes = [node.name for node in pipeline.nodes]
    tags = sorted({tag for node in pipeline.nodes for tag in node.tags})
    kinds = {"tags": ("tag", tags)} | dict.fromkeys(("node_names", "from_nodes", "to_nodes"), ("node", nodes))
    datasets = sorted(name for name in pipeline.datasets() if not is_parameter(name))
    for option, names in chosen.items():
        kind, known = kinds.get(option, ("dataset", datasets))
        for name in names:
            if name not in known and not (kind == "dataset" and name in pipeline.datasets()):
                msg = f"there is no {kind} '{name}' in what is to run{similar(name, known)}"
                raise RefusedError(msg)


def with_makers(pipeline: Pipeline, chosen: Mapping[str, Any], entries: Mapping[str, Any]) -> list[str]:
    """Names of the nodes of a slice, and of those that make what it needs and the catalog does not keep."""
    sliced, homes = pipeline.filter(**chosen), Homes(entries)
    while missing := homes.lacking(sliced.inputs() & pipeline.all_outputs()):
        sliced += pipeline.only_nodes_with_outputs(*missing)
    return [node.name for node in sliced.nodes]


def check_catalog(entries: Mapping[str, Any], pipeline: Pipeline, names: list[str]) -> None:
    """Refuses a catalog that lacks what must be there or be kept, and one with an entry that no pipeline knows."""
    homes = Homes(entries)
    if missing := homes.lacking(pipeline.inputs()):
        msg = f"conf/base/catalog.yml has no '{missing[0]}', which this pipeline needs{similar(missing[0], entries)}"
        raise RefusedError(msg)
    parts = (part for name, part in pipelines.items() if name != DEFAULT)
    kept = {name for part in parts for name in part.inputs() | part.outputs()} | pipeline.outputs()
    if missing := homes.lacking(kept & pipeline.all_outputs()):
        msg = (
            f"conf/base/catalog.yml has no '{missing[0]}', which this pipeline makes and which would be lost"
            f"{similar(missing[0], entries)}"
        )
        raise RefusedError(msg)
    for name in _unnamed(entries):
        pipelines.set_requested(None)  # now all of them have to be imported
        known = {dataset for part in pipelines.values() for dataset in part.datasets() if not is_parameter(dataset)}
        pipelines.set_requested(names or None)
        if name not in known:
            suggestion = similar(name, known - entries.keys()) or similar(name, known)
            otherwise = f"If it is there for something else, say so: metadata: {{{OTHER_USE}: notebooks}}"
            msg = f"no pipeline knows '{name}', which the catalog has{suggestion}\n{otherwise}"
            raise RefusedError(msg)


def _unnamed(entries: Mapping[str, Any]) -> list[str]:
    """Entries that no `pipeline.py` names in quotes, and no snapshot: these are rarely known to a pipeline."""
    named = {name for text in _sources("pipeline*.py") for name in QUOTED.findall(text)} | {
        *snapshots(entries).values()
    }
    return [
        name
        for name, entry in entries.items()
        if name not in named
        and not name.startswith("_")
        and not CatalogConfigResolver.is_pattern(name)
        and not (isinstance(entry, dict) and (entry.get("metadata") or {}).get(OTHER_USE))
    ]


def _sources(pattern: str) -> Iterator[str]:
    """Texts of the team's modules and of the plugin's."""
    packages = [importlib.import_module(name) for name in (str(project.PACKAGE_NAME), "kedro_modelops")]
    for folder in (folder for package in packages for folder in package.__path__):
        yield from (file.read_text(encoding="utf-8") for file in Path(folder).rglob(pattern))


def check_parameters(config: AbstractConfigLoader, pipeline: Pipeline) -> None:
    """Refuses parameters that nothing reads: a file's whole group, or one that was given for this run alone.

    What a typed parameter does not know is left to its type, which knows more than what stands in the files.
    """
    stated = config[PARAMETERS]
    if config.runtime_params:
        stated = type(config)(config.conf_source, env=config.env, **settings.CONFIG_LOADER_ARGS)[PARAMETERS]
    typed = [name.removeprefix(PREFIX) for name in TypeExtractor({"": pipeline}).extract_types_from_pipelines()]
    names = list(_paths(stated))
    for path in _paths(config.runtime_params or {}):
        judged = any(path.startswith(f"{name}.") for name in typed)
        if path not in names and not judged:
            msg = f"there is no parameter '{path}' in conf{similar(path, names)}"
            raise RefusedError(msg)
    read = {name for text in _sources("*.py") for name in QUOTED.findall(text)}
    for name in stated:
        if name not in read and not name.startswith("_"):
            msg = f"nothing reads the parameter '{name}', which conf has{similar(name, read - stated.keys())}"
            raise RefusedError(msg)


def _paths(parameters: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Names of all parameters, groups too: split, split.window."""
    for name, value in parameters.items():
        yield f"{above}{name}"
        if isinstance(value, dict):
            yield from _paths(value, f"{above}{name}.")
