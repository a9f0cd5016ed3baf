"""The challenger: scores what the champion has answered already, and stores what it would have answered itself."""

import contextlib
import logging
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json
from threadpoolctl import threadpool_limits

from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.predictions.records import features_of, read_inputs
from kedro_modelops.serving.logs import log_json, without_values
from kedro_modelops.serving.scoring.models import ServedModel, Source
from kedro_modelops.serving.scoring.sources import BundleSource, RegistrySource
from kedro_modelops.serving.settings import Settings

logger = logging.getLogger(__name__)

Copies = Sequence[dict[str, Any]]


def work(connection: socket.socket) -> None:
    """Scores what comes by a connection until it is closed: first the settings, then batch after batch, a line each.

    Args:
        connection: To the service, which is told how many rows were `stored`, `failed` or `skipped`.
    """
    log_json()
    threadpool_limits(1)
    with contextlib.suppress(OSError), connection.makefile("rwb") as lines:  # an error: the service has ended
        challenger = Challenger(Settings.model_validate_json(lines.readline()))
        while batch := lines.readline():
            lines.write(to_json(challenger.score(from_json(batch))) + b"\n")
            lines.flush()


class Challenger:
    """The version in shadow. It is verified and tried like any that serves, and followed like the champion."""

    def __init__(self, settings: Settings) -> None:
        """Takes the settings; a challenger that is missing or unfit is told, and looked for again."""
        self._settings = settings
        self._model: ServedModel | None = None
        self._store: PredictionStore | None = None
        self._looked = float("-inf")
        self._problem = ""

    def score(self, copies: Copies) -> dict[str, int]:
        """Scores a batch and stores that; returns how many rows were `stored`, `failed` or `skipped`.

        Rows are skipped that the same version has answered, and those that were deleted meanwhile.
        """
        try:
            self._look()
            if self._model is None:
                return {"failed": len(copies)}
            self._store = self._store or PredictionStore()
            stored = self._store.add_shadow(list(_answers(self._model, copies)))
        except Exception as error:
            self._tell("the challenger failed", without_values(error))
            return {"failed": len(copies)}
        return {"stored": stored, "skipped": len(copies) - stored}

    def _look(self) -> None:
        """Takes the newest version, if there is another one; what goes wrong is told, and the one before goes on."""
        now, seconds = time.monotonic(), self._settings.poll_seconds
        if now < self._looked + (seconds or float("inf")):
            return
        self._looked = now
        try:
            source = _source(self._settings)
            version = source.newest()
            if self._model is None or version != self._model.version:
                self._model = ServedModel(source.load(version))
                logger.info("a challenger scores in shadow", extra={"version": version})
        except RefusedError as error:
            self._tell("the challenger was not taken", {"problem": str(error)})
        except Exception as error:
            self._tell("the challenger was not taken", without_values(error))

    def _tell(self, message: str, told: dict[str, str]) -> None:
        """Logs what is wrong, once until something else is."""
        if self._problem != (problem := str(told)):
            logger.error(message, extra=told)
        self._problem = problem


def _source(settings: Settings) -> Source:
    shadow = str(settings.shadow)
    if settings.model_name:
        return RegistrySource(settings.model_name, shadow, trusted_types=settings.trusted_types)
    return BundleSource(Path(shadow))


def _answers(model: ServedModel, copies: Copies) -> Iterator[dict[str, Any]]:
    rows = [copy for copy in copies if copy["version"] != model.version]
    if not rows:
        return
    said = model.score(features_of(read_inputs(row["inputs"] for row in rows)))
    chances = [None] * len(rows) if said.probabilities is None else said.probabilities.tolist()
    intervals = [None] * len(rows) if said.intervals is None else said.intervals.tolist()
    whose = {"model": model.name, "version": model.version, "run_id": model.run_id}
    for row, output, each, interval in zip(rows, said.outputs.tolist(), chances, intervals, strict=True):
        answer = {"output": output, "probabilities": each, "interval": interval}
        yield {"prediction_id": row["prediction_id"]} | answer | whose
