"""The tables that a project begins with, and what breaks them where they lie."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pandera.pandas as pa
from kedro.framework.project import pipelines
from kedro.io import AbstractDataset

from kedro_modelops.conformance.catalog_rules import contract_of
from kedro_modelops.files.dataset import FileFolder
from kedro_modelops.testing.commands import read_conf
from kedro_modelops.testing.spoilings.tables import column_missing

NO_TEXT = bytes([0xC3, 0x28])
"""Bytes that are neither UTF-8 nor an image."""


class RawTable(NamedTuple):
    """A table that the project begins with, in the copy in which a test runs."""

    file: str
    dataset: AbstractDataset[pd.DataFrame, pd.DataFrame]
    contract: type[pa.DataFrameModel]

    @contextmanager
    def spoiled(self) -> Iterator[tuple[str, str]]:
        """Breaks a rule of its contract, in its file; gives how the refusal begins, and what it names."""
        if isinstance(self.dataset, FileFolder):
            folder = Path(self.file)
            file = min(path for path in folder.rglob("*.*") if path.is_file())
            content = file.read_bytes()
            file.unlink()  # it may be a link into DVC's cache
            file.write_bytes(NO_TEXT)
            yield f"{self.file} breaks the contract of its files", file.relative_to(folder).as_posix()
            file.write_bytes(content)
            return
        good = self.dataset.load()
        spoiled = next(column_missing(good, self.contract.to_schema()))
        Path(self.file).unlink()
        self.dataset.save(spoiled.table)
        yield f"{self.file} breaks its contract {self.contract.__name__}", spoiled.words[0]
        self.dataset.save(good)


def raw_tables() -> list[RawTable]:
    """What the training attempt reads, of partitioned datasets the first file."""
    catalog = read_conf("ci", "catalog", Path.cwd())
    entries = [
        catalog[name] for name in sorted(pipelines["__default__"].inputs()) if "validator" in catalog.get(name, {})
    ]
    return [_raw_table(entry) for entry in entries]


def _raw_table(entry: dict[str, Any]) -> RawTable:
    config = {name: value for name, value in entry.items() if name not in {"validator", "metadata"}}
    if "dataset" in entry:
        dataset, suffix = entry["dataset"], entry.get("filename_suffix", "")
        file = min(path.as_posix() for path in Path(entry["path"]).glob(f"*{suffix}") if not path.name.startswith("."))
        config = (dataset if isinstance(dataset, dict) else {"type": dataset}) | {"filepath": file}
    place = config.get("filepath") or config["path"]
    return RawTable(place, AbstractDataset.from_config("raw", config), contract_of(entry["validator"]))
