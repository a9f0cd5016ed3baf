"""The model that serves: how it scores, and how another takes its place."""

import asyncio
import logging
from typing import Any, NamedTuple, Protocol

import pandas as pd
from sklearn import config_context

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.registered_model import RegisteredModel
from kedro_modelops.models.scoring import Answers, answer
from kedro_modelops.predictions.tables import LONGEST
from kedro_modelops.problem import load_problem
from kedro_modelops.serving.scoring.preparation import prepare_fast
from kedro_modelops.serving.scoring.references import Reference

logger = logging.getLogger(__name__)


class Source(Protocol):
    """Where models come from."""

    def newest(self) -> str:
        """Version that should serve now."""

    def load(self, version: str) -> "Loaded":
        """A version."""


class Loaded(NamedTuple):
    """A version, and what it was registered with: an example, and the MLflow that saved it."""

    registered: RegisteredModel
    example: pd.DataFrame
    mlflow_version: str


class ServedModel:
    """A version that has passed its own example.

    Attributes:
        estimator: Its fitted pipeline.
        prepare: Gives what all but the last step of it gives.
        classes: That it tells apart; None if it gives no probabilities.
    """

    def __init__(self, loaded: Loaded) -> None:
        """Makes a version ready to serve.

        Threads are switched off: with a few rows they cost a forest three times what its trees do.

        Raises:
            RefusedError: If it wants other features than this code computes, cannot score its own example, or has a
                name that the prediction store cannot keep.
        """
        registered, example, self.mlflow_version = loaded
        self.name, self.version, self.run_id = registered.name, registered.version, registered.run_id
        if len(self.name) > LONGEST:
            msg = f"the prediction store keeps names of at most {LONGEST} characters; this model has {len(self.name)}"
            raise RefusedError(msg)
        pipeline = registered.estimator
        pipeline.set_params(**{name: 1 for name in pipeline.get_params() if name.rpartition("__")[2] == "n_jobs"})
        self.estimator, self.prepare = pipeline, prepare_fast(pipeline, example)
        self.classes: list[Any] | None = pipeline.classes_.tolist() if hasattr(pipeline, "predict_proba") else None
        if other := set(example.columns) ^ set(load_problem().features.to_schema().columns):
            msg = f"{self.name} {self.version} was trained on other features than features.py computes: {sorted(other)}"
            raise RefusedError(msg)
        try:
            scored = len(self.score(example).outputs)
        except Exception as error:
            msg = f"{self.name} {self.version} cannot score its own example: {error}"
            raise RefusedError(msg) from error
        if scored != len(example):
            msg = f"{self.name} {self.version} gives {scored} answers to the {len(example)} rows of its example"
            raise RefusedError(msg)

    def score(self, features: pd.DataFrame) -> Answers:
        """Scores features; ValueError if a score is no number."""
        with config_context(skip_parameter_validation=True):
            return answer(self.estimator, features, self.prepare)


class ModelSlot:
    """Holds the model that serves, and what its rows are completed with; a batch that has begun keeps its model."""

    def __init__(self, source: Source, reference: Reference | None = None) -> None:
        """Loads the first model; RefusedError if there is none, or if it is not fit to serve."""
        self._source, self.reference = source, reference or Reference()
        self._refused: str | None = None
        self._changing = asyncio.Lock()
        self.current = ServedModel(source.load(source.newest()))

    async def refresh(self, *, insist: bool = True) -> bool:
        """Puts the newest version and the newest reference in the places of the current ones.

        Args:
            insist: Whether to try again what was refused before.

        Returns:
            Whether another model serves now, or another table completes rows.

        Raises:
            RefusedError: If one of them is not fit to serve; its current one goes on.
        """
        async with self._changing:
            try:
                completes = await asyncio.to_thread(self.reference.refresh, insist=insist)
            finally:
                switched = await self._switch(insist=insist)
            return completes or switched

    async def _switch(self, *, insist: bool) -> bool:
        version = await asyncio.to_thread(self._source.newest)
        if version == self.current.version or (version == self._refused and not insist):
            return False
        self._refused = version
        self.current = await asyncio.to_thread(lambda: ServedModel(self._source.load(version)))
        self._refused = None
        logger.info("another version serves", extra={"version": version})
        return True

    async def try_refresh(self) -> bool | str:
        """Does so for another process that was told to: whether something else serves now, or why it does not."""
        try:
            return await self.refresh()
        except RefusedError as error:
            return str(error)
        except Exception:
            logger.exception("what is newest was not taken", extra={"version": self.current.version})
            return "the log says why"

    async def follow(self, seconds: float) -> None:
        """Looks for what is newer for ever; when something goes wrong, it is logged and the current one goes on."""
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.refresh(insist=False)
            except Exception:
                logger.exception("what is newest was not taken", extra={"version": self.current.version})
