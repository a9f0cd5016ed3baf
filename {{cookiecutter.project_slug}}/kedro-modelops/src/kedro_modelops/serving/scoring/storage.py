"""The prediction store, as the service sees it: whether it takes what is written, and why not."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.predictions.row_claims import SharedKeyError
from kedro_modelops.serving.answers import UnansweredError

logger = logging.getLogger(__name__)

FRESH = 0.2
"""Seconds for which it is known whether something can be written."""
PATIENCE = 2.0
"""Seconds that a trial may take; orchestrators give up after three."""


class StoreError(Exception):
    """Raised when predictions cannot be stored; they are not answered then."""


class UnfitError(Exception):
    """Raised when one of these predictions cannot be stored, whatever the store does; others can."""


class Storage:
    """Writes predictions, and remembers whether that worked. What is wrong is logged once, until something else is."""

    def __init__(self, store: PredictionStore) -> None:
        """Takes the store."""
        self._store = store
        self._problem: str | None = None
        self._known = float("-inf")
        self._trial: asyncio.Task[None] | None = None

    def keep(self, predictions: Sequence[dict[str, Any]], requests: Sequence[dict[str, Any]]) -> None:
        """Writes predictions, and the requests that can be repeated.

        Raises:
            UnfitError: If it is the fault of one of them.
            UnansweredError: If another row was asked under one of the keys before.
            StoreError: If the store takes nothing now.
        """
        try:
            self._store.add(predictions, requests)
        except SharedKeyError as error:
            raise UnansweredError(409, str(error)) from error
        except SQLAlchemyError as error:
            if isinstance(error, DataError | IntegrityError) or type(error) is StatementError:
                raise UnfitError(_cause(error)) from error
            self._note(_cause(error))
            raise StoreError from error
        self._note(None)

    def answered(self, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Requests that were answered before, by id; StoreError if the store does not say."""
        try:
            return self._store.requests(ids)
        except SQLAlchemyError as error:
            self._note(_cause(error))
            raise StoreError from error

    def predictions_of(self, request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """What was answered to a request, but for what was deleted since; StoreError if the store does not say."""
        try:
            return self._store.predictions_of(request)
        except SQLAlchemyError as error:
            raise StoreError from error

    async def is_writable(self) -> bool:
        """Whether predictions can be stored now; tried, if nothing was written a moment ago."""
        if time.monotonic() > self._known + FRESH:
            if self._trial is None or self._trial.done():
                self._trial = asyncio.create_task(asyncio.to_thread(self._try))
            done, _ = await asyncio.wait({self._trial}, timeout=PATIENCE)
            if not done:
                return False
        return self._problem is None

    def close(self) -> None:
        """Closes the store."""
        self._store.close()

    def _try(self) -> None:
        try:
            self._store.try_to_write()
        except SQLAlchemyError as error:
            self._note(_cause(error))
        else:
            self._note(None)

    def _note(self, problem: str | None) -> None:
        before, self._problem, self._known = self._problem, problem, time.monotonic()
        if problem and problem != before:
            logger.error("predictions cannot be stored", extra={"problem": problem})
        elif before and not problem:
            logger.info("predictions are stored again")


def _cause(error: SQLAlchemyError) -> str:
    """What the database says, but for the lines in which it repeats data."""
    cause = error.orig if isinstance(error, DBAPIError | StatementError) and error.orig else error
    return f"{type(cause).__name__}: {str(cause).partition(chr(10))[0]}"
