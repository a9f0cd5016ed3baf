"""The form in which models are kept: skops, which loads types that are trusted, and nothing else."""

import io
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from sklearn.pipeline import Pipeline

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_files import TRUSTED
from kedro_modelops.models.unstructured import image_pixels
from kedro_modelops.project_settings import team_package

NEEDED = {image_pixels.__name__: image_pixels.PACKAGE}
"""Distributions that types of this plugin need, beyond those of every service."""


class ModelFormat:
    """What a model may hold, so that whoever gets its file can load it."""

    def __init__(self, trusted_types: Sequence[str], service_requirements: Path | None) -> None:
        """Takes the types that are trusted beyond scikit-learn's and this plugin's, and the service's lock, if any."""
        self.trusted_types, self._service_requirements = [*trusted_types, *TRUSTED], service_requirements

    def check(self, estimator: Pipeline) -> Pipeline:
        """Writes a model into memory, and loads it from there.

        Returns:
            What was loaded.

        Raises:
            RefusedError: If the model cannot be written, holds types that are not trusted, or needs a package that the
                service has not.
        """
        import skops.io  # noqa: PLC0415  (a second, which only models wait)

        try:
            content = skops.io.dumps(estimator)
            untrusted = set(skops.io.get_untrusted_types(data=content)) - set(self.trusted_types)
        except Exception as error:
            msg = f"it cannot be saved in the format skops ({type(error).__name__}: {error}): choose another estimator"
            raise RefusedError(msg) from error
        if untrusted:
            msg = (
                f"it holds types that are not trusted: {', '.join(sorted(untrusted))}. If you trust who wrote them, "
                "add these names to trusted_types of `model` in conf/base/catalog.yml"
            )
            raise RefusedError(msg)
        lock = self._service_requirements
        if lock and (lacking := sorted(_lacking(content, lock.read_text(encoding="utf-8")))):
            msg = (
                f"it needs {', '.join(lacking)}, which {lock.as_posix()}, the lock of the "
                "service, has not: write the package into the group `model` of pyproject.toml, which training and the "
                "service share, then `make lock setup`"
            )
            raise RefusedError(msg)
        loaded: Pipeline = skops.io.loads(content, trusted=self.trusted_types)
        return loaded


def _lacking(content: bytes, lock: str) -> Iterator[str]:
    """Distributions that a model's types come from, and that a lock has not."""
    locked = {_normal(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    with ZipFile(io.BytesIO(content)) as file:
        modules = set(_modules(json.loads(file.read("schema.json"))))
    yield from (needed for module, needed in NEEDED.items() if module in modules and needed not in locked)
    distributions = _distributions()
    for package in (
        {module.partition(".")[0] for module in modules} - sys.stdlib_module_names - {"kedro_modelops", team_package()}
    ):
        if not {_normal(name) for name in distributions.get(package, [package])} & locked:
            yield distributions.get(package, [package])[0]


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Which distributions have each of the packages; to look through them takes a second."""
    return metadata.packages_distributions()


def _modules(schema: Any) -> Iterator[str]:
    """Where the types of a model come from."""
    if isinstance(schema, dict):
        if isinstance(schema.get("__module__"), str):
            yield schema["__module__"]
        yield from (module for inner in schema.values() for module in _modules(inner))
    elif isinstance(schema, list):
        yield from (module for inner in schema for module in _modules(inner))


def _normal(name: str) -> str:
    """A distribution's name as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
