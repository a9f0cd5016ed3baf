"""What the service answers, for callers and for its documentation."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Response
from pydantic import BaseModel
from pydantic_core import to_json

from kedro_modelops.serving.requests.broken_rules import BrokenRule
from kedro_modelops.serving.requests.idempotency import Maker
from kedro_modelops.serving.scoring.models import ServedModel


class Model(BaseModel):
    """The version that made an answer."""

    name: str
    version: str
    run_id: str


class Answer(BaseModel):
    """Predictions in the order of the rows. `prediction_ids` lead back to the data each was learned from.

    `intervals` are the lower and the upper bound of each prediction, where the model gives them.
    """

    predictions: list[Any]
    prediction_ids: list[str]
    model: Model
    classes: list[Any] | None = None
    probabilities: list[list[float]] | None = None
    intervals: list[list[float]] | None = None


class Problem(BaseModel):
    """Why there is no answer, in the words of MLflow's protocol."""

    error_code: str
    message: str


class BrokenRequest(Problem):
    """Which rows break which rules. None was scored: the good rows can be sent again without the others."""

    errors: list[BrokenRule]
    good_rows: list[int] | None


class Reloaded(BaseModel):
    """Which version serves, and whether it is another one than before."""

    switched: bool
    model: Model


REFUSALS = {
    401: ("UNAUTHENTICATED", "No API key, or one that is not known here"),
    403: ("PERMISSION_DENIED", "The API key is for something else"),
    404: ("ENDPOINT_NOT_FOUND", "No such path"),
    405: ("ENDPOINT_NOT_FOUND", "No such method here"),
    408: ("REQUEST_TIMEOUT", "The body took too long to arrive"),
    409: ("RESOURCE_CONFLICT", "A key stands for another row already, or the newest model is not fit to serve"),
    413: ("REQUEST_LIMIT_EXCEEDED", "The body is too large"),
    415: ("INVALID_PARAMETER_VALUE", "The body is no JSON in UTF-8"),
    422: ("BAD_REQUEST", "The request breaks the contract"),
    500: ("INTERNAL_ERROR", "Something is wrong here; the log says what, under the request's id"),
    503: ("TEMPORARILY_UNAVAILABLE", "Too much is waiting, or predictions cannot be stored: come again"),
    504: ("DEADLINE_EXCEEDED", "There was no time to answer"),
}
"""Status, MLflow's error code, and what it means."""


class UnansweredError(Exception):
    """Raised where a request is not answered."""

    def __init__(self, status: int, message: str | None = None, headers: dict[str, str] | None = None) -> None:
        """Takes the status, and what to say if not what the status says."""
        super().__init__(message or REFUSALS[status][1])
        self.status, self.headers = status, headers


def refuse(status: int, message: str | None = None, headers: dict[str, str] | None = None, **details: Any) -> Response:
    """The response to a request that is not answered."""
    code, meaning = REFUSALS.get(status, ("BAD_REQUEST", "The request cannot be answered"))
    content = {"error_code": code, "message": message or meaning} | details
    return Response(to_json(content, inf_nan_mode="strings"), status, headers, "application/json")


def answer(model: ServedModel | Maker, predictions: Sequence[Mapping[str, Any]], *, probabilities: bool) -> Response:
    """The response to a request that was scored and stored."""
    named = {"name": model.name, "version": model.version, "run_id": model.run_id}
    content: dict[str, Any] = {
        "predictions": [prediction["output"] for prediction in predictions],
        "prediction_ids": [prediction["prediction_id"] for prediction in predictions],
        "model": named,
    }
    if probabilities and model.classes:
        chances = [prediction["probabilities"] for prediction in predictions]
        content |= {"classes": model.classes, "probabilities": chances}
    intervals = [prediction.get("interval") for prediction in predictions]
    if any(intervals):
        content["intervals"] = intervals
    return Response(to_json(content), media_type="application/json", headers={"x-model-version": model.version})


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a path, for its documentation."""
    kinds = {422: BrokenRequest}
    return {status: {"model": kinds.get(status, Problem), "description": REFUSALS[status][1]} for status in statuses}
