"""Partitions of which a broken one does not stop the others, and that are written once, and whole."""

import logging
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
from kedro.io import DatasetError
from kedro.io.core import get_filepath_str
from kedro_datasets.pandas import ParquetDataset
from kedro_datasets.partitions import PartitionedDataset

from kedro_modelops.contracts.explanations import explain
from kedro_modelops.errors import RefusedError

logger = logging.getLogger(__name__)

LEFT_BY_SYSTEMS = {"desktop.ini", "thumbs.db"}
OF_GIT = {".gitignore", ".gitkeep"}
TEXT = {"string", "categorical"}
LOOKED_AT = 1000
"""Rows of a table by which a column of text is judged before it is written."""


def is_data(name: str, suffix: str) -> bool:
    """Whether a file is named as data is: macOS' `._2024-01.parquet` and Office's `~$2024-01.parquet` are not."""
    return name.endswith(suffix) and not name.startswith((".", "~$")) and name.lower() not in LEFT_BY_SYSTEMS


class FlatPartitions(PartitionedDataset):  # type: ignore[misc]  # kedro-datasets ships no types
    """Partitions that are files of one folder. What else lies there is passed over by name, and logged."""

    def load(self) -> dict[str, Callable[[], Any]]:
        """Functions that load the partitions; each raises what is wrong with its own file.

        Raises:
            DatasetError: If there is none.
        """
        found, passed_over = {}, []
        self._filesystem.invalidate_cache()
        there = self._filesystem.exists(self._normalized_path)
        for entry in self._filesystem.ls(self._normalized_path, detail=True) if there else ():
            path = entry["name"].rstrip("/")
            name = PurePosixPath(path).name
            if is_data(name, self._filename_suffix):
                folder = entry["type"] == "directory"
                found[self._path_to_partition(path)] = self._refuse(path) if folder else self._dataset(path).load
            elif name not in OF_GIT:
                passed_over.append(name)
        if passed_over:
            names = ", ".join(sorted(passed_over))
            logger.warning("%s: passed over %s; data is in files *%s", self._path, names, self._filename_suffix)
        if not found:
            msg = f"No partitions found in '{self._path}'"
            raise DatasetError(msg)
        return found

    def _dataset(self, path: str) -> Any:
        return self._dataset_type(**{**deepcopy(self._dataset_config), self._filepath_arg: self._join_protocol(path)})

    def _refuse(self, folder: str) -> Callable[[], Any]:
        def load() -> Any:
            msg = f"{folder} is a folder: put the rows into one file of that name"
            raise RefusedError(msg)

        return load


class WholeParquetDataset(ParquetDataset):  # type: ignore[misc]  # kedro-datasets ships no types
    """A parquet file that is there when it is finished, and not before."""

    def save(self, data: pd.DataFrame) -> None:
        """Writes beside the file, and takes its place."""
        path = get_filepath_str(self._get_save_path(), self._protocol)
        with self._fs.open(f"{path}.part", mode="wb") as file:
            data.to_parquet(file, index=False, use_dictionary=_repeating(data))
        self._fs.mv(f"{path}.part", path)


def _repeating(table: pd.DataFrame) -> list[str]:
    """Columns of text that comes again: a dictionary of ids, digests or numbers takes time, and saves no room."""
    first = table.head(LOOKED_AT)
    text = {name: values for name, values in first.items() if pd.api.types.infer_dtype(values) in TEXT}
    return [str(name) for name, values in text.items() if 2 * values.nunique() <= len(values)]


class WrittenOnce(PartitionedDataset):  # type: ignore[misc]  # kedro-datasets ships no types
    """Partitions of which those that exist are neither computed again nor replaced: what was interrupted goes on."""

    keeps_what_is_written = True
    """After an error, too."""

    def load(self) -> dict[str, Callable[[], Any]]:
        """Functions that load the partitions; none before the first was written."""
        return super().load() if self.exists() else {}

    def save(self, data: dict[str, Callable[[], Any]]) -> None:
        """Computes and writes what is missing, one partition after the other; `left_out` holds what failed."""
        self._invalidate_caches()
        there = {self._path_to_partition(path) for path in self._list_partitions()}
        missing = {name: compute for name, compute in data.items() if name not in there}
        self.left_out = compute_each(missing, lambda name, table: super(WrittenOnce, self).save({name: table}))


def compute_each(
    partitions: Mapping[str, Callable[[], Any]], write: Callable[[str, Any], None]
) -> dict[str, Exception]:
    """Computes and writes partitions, one in memory at a time.

    Returns:
        What kept partitions from being computed, by name. An error in writing concerns all of them, and is raised.
    """
    left_out: dict[str, Exception] = {}
    for name, compute in sorted(partitions.items()):
        try:
            computed = compute()
        except Exception as error:  # of any kind: the others do not depend on it
            logger.error("%s is left out: %s", name, explain(error) or repr(error))  # noqa: TRY400  (told when all is done)
            left_out[name] = error
        else:
            write(name, computed)
    return left_out


def raise_left_out(left_out: Mapping[str, Exception]) -> None:
    """Ends a run that did all but some partitions.

    Raises:
        RefusedError: Why each of them was left out.
        Exception: The first error that is not the data's: its traceback shows where the code failed.
    """
    for name, error in left_out.items():
        if explain(error) is None:
            error.add_note(f"The partition {name} was left out; the others are done.")
            raise error
    if left_out:
        reasons = [f"{name} was left out: {explain(error)}" for name, error in left_out.items()]
        raise RefusedError("\n".join([*reasons, "All else is done. Run again when that is mended."]))
