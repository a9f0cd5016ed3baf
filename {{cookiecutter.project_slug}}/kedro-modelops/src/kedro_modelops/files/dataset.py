"""The dataset of a folder of files."""

from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset
from kedro.utils import load_obj

from kedro_modelops.errors import RefusedError
from kedro_modelops.files.folder import read_folder


class FileFolder(AbstractDataset[pd.DataFrame, pd.DataFrame]):
    """A folder of texts or images, which loads as a table with a row for each file."""

    def __init__(self, path: str, rules: str, metadata: dict[str, Any] | None = None) -> None:
        """Takes the options of the catalog.

        Args:
            path: The folder.
            rules: Dotted path of the rules of its files, such as `my_package.schemas.FILES`.
            metadata: What DVC or tracking want to know.
        """
        self._path, self._rules, self.metadata = Path(path), rules, metadata

    def load(self) -> pd.DataFrame:
        """A row for each file: `file`, its content, and what is known of it."""
        return read_folder(self._path, load_obj(self._rules))

    def save(self, data: pd.DataFrame) -> None:
        """Refuses: files are written by whom they come from.

        Raises:
            RefusedError: Always.
        """
        msg = f"{self._path} is a folder of files, which no pipeline writes"
        raise RefusedError(msg)

    def _exists(self) -> bool:
        return self._path.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"path": self._path.as_posix(), "rules": self._rules}
