"""Rules of the catalog, its contracts, and the stages that follow from it."""

from collections.abc import Iterator
from typing import Any

import pandera.pandas as pa
from kedro.utils import load_obj

from kedro_modelops.conformance.project_facts import ProjectFacts
from kedro_modelops.conformance.rule import Finding
from kedro_modelops.contracts import Table
from kedro_modelops.problem import load_problem
from kedro_modelops.stages.in_step import difference

ALWAYS = ("ParquetDataset", "PartitionedDataset", "FlatPartitions", "ComputedPartitions")
"""How types of datasets end that hold tables, whoever makes them."""
LIBRARIES = ("pandas.", "polars.", "spark.", "dask.", "ibis.", "geopandas.", "snowflake.", "databricks.", "partitions.")
"""Kinds of datasets that hold tables; what a pipeline of the plugin makes of them is the plugin's to know."""


def dvc_yaml(facts: ProjectFacts) -> Iterator[Finding]:
    """`dvc.yaml` is what `kedro dvc sync` would write."""
    if found := difference(facts.project, facts.configuration()):
        yield Finding("dvc.yaml", f"dvc.yaml is out of date; `make fix` (`kedro dvc sync`) writes it anew\n{found}")


def contracts(facts: ProjectFacts) -> Iterator[Finding]:
    """Each table has a contract that derives from `Table`, is on, and refuses, here or in the gate `contract`."""
    judged_by_gate = facts.parameters.get("gates", {}).get("contract", {}).get("table")
    for name, entry in facts.catalog.items():
        stated = entry.get("validator")
        if not stated:
            if is_table(entry, ours=name not in facts.made_by_platform):
                yield Finding(name, f"{name} has no contract: write one in schemas.py, and name it by `validator:`")
            continue
        options = stated if isinstance(stated, dict) else {}
        if options.get("enabled") is False:
            yield Finding(name, f"the contract of {name} is switched off by `enabled: false`")
        if options.get("severity") not in {None, "error"} and contract_path(stated) != judged_by_gate:
            yield Finding(name, f"the contract of {name} only warns: take `severity:` away")
        if not issubclass(contract_of(stated), Table):
            yield Finding(name, f"the contract of {name} does not derive from kedro_modelops.contracts.Table")


def features_known_before(_: ProjectFacts) -> Iterator[Finding]:
    """No feature holds what is known only after the prediction."""
    for name, column in load_problem().features.to_schema().columns.items():
        if (column.metadata or {}).get("known") != "before":
            yield Finding(str(name), f"feature {name} does not say `known: before` in schemas.py: no model may see it")


def personal_data_marked(_: ProjectFacts) -> Iterator[Finding]:
    """Each field of each contract says whether it is about a person."""
    for contract in load_problem().contracts():
        for name, column in contract.to_schema().columns.items():
            if not isinstance((column.metadata or {}).get("pii"), bool):
                field = f"{contract.__name__}.{name}"
                yield Finding(field, f"{field} does not say in its metadata, by `pii`, whether it is about a person")


def without_contract(facts: ProjectFacts) -> dict[str, str]:
    """Datasets that have none, with their type: what is no table, and the tables of the plugin's own pipelines."""
    return {name: kind_of(entry) for name, entry in facts.catalog.items() if "validator" not in entry}


def is_table(entry: dict[str, Any], *, ours: bool) -> bool:
    """Whether an entry of the catalog holds a table that needs a contract; `ours` is what no plugin makes."""
    kind = kind_of(entry)
    return kind.endswith(ALWAYS) or (ours and kind.removeprefix("kedro_datasets.").startswith(LIBRARIES))


def kind_of(entry: dict[str, Any]) -> str:
    """The type of a dataset, looking through what only caches it."""
    inner = entry.get("dataset")
    if str(entry.get("type")).endswith("CachedDataset") and inner:
        return kind_of(inner) if isinstance(inner, dict) else str(inner)
    return str(entry.get("type"))


def contract_of(validator: Any) -> type[pa.DataFrameModel]:
    """The contract that a `validator:` of the catalog names."""
    contract: type[pa.DataFrameModel] = load_obj(contract_path(validator))
    return contract


def contract_path(validator: Any) -> str:
    """Its dotted path."""
    if isinstance(validator, str):
        return validator
    return str((validator.get("options") or {}).get("schema", validator["class"]))


def local_paths(entry: dict[str, Any]) -> Iterator[str]:
    """Where a dataset lies in the project, if it lies there."""
    inner = entry.get("dataset")
    for part in (entry, inner if isinstance(inner, dict) else {}):
        yield from (str(part[key]) for key in ("filepath", "path") if key in part and "://" not in str(part[key]))
