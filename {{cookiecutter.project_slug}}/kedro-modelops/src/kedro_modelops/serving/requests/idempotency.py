"""Requests that bring an `Idempotency-Key`: one that comes again gets the predictions that it got before.

The ids of its predictions follow from caller and key, so that the store decides which of two was first, whichever
process has written them. See https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/.
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from starlette.datastructures import Headers

from kedro_modelops.serving.requests.broken_rules import BrokenContractError, BrokenRule

HEADER = "Idempotency-Key"
KEY = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
DOCUMENTED = {
    "name": HEADER,
    "in": "header",
    "description": "Makes a retry safe: the same key and body get the same predictions, as long as these are stored",
    "schema": KEY,
}


class Identity(NamedTuple):
    """By which a request is known again, and the hash of its body."""

    id: str
    body: str


class Maker(NamedTuple):
    """The version that made an answer, when it has been made before."""

    name: str
    version: str
    run_id: str
    classes: list[Any] | None


def identify(headers: Headers, caller: str, body: bytes) -> Identity | None:
    """By what a request will be known again; None if it has no key.

    Raises:
        BrokenContractError: If there are several keys, or one that is empty, too long or not of visible ASCII.
    """
    keys = headers.getlist(HEADER)
    if not keys:
        return None
    if len(keys) > 1 or not re.fullmatch(r"[!-~]{1,200}", keys[0]):
        raise _broken(f"{HEADER} is one text of 1 to 200 visible ASCII characters, without spaces")
    return Identity(_hash(f"{caller}\0{keys[0]}".encode()), _hash(body))


def answer_again(
    identity: Identity, request: Mapping[str, Any], predictions: Sequence[Mapping[str, Any]]
) -> tuple[Maker, Sequence[Mapping[str, Any]]]:
    """The answer that was given before.

    Args:
        identity: Of the request that has come again.
        request: What is stored of the first one.
        predictions: What is stored of its answer.

    Raises:
        BrokenContractError: If its body was another one, or if predictions were deleted since.
    """
    if request["body"] != identity.body:
        raise _broken(f"this {HEADER} came with another body before: take a new one for a new request")
    if len(predictions) < request["rows"]:
        raise _broken(f"what this {HEADER} was answered has been deleted: take a new one")
    first = predictions[0]
    return Maker(first["model"], first["version"], first["run_id"], request["classes"]), predictions


def _broken(rule: str) -> BrokenContractError:
    return BrokenContractError([BrokenRule(row=None, column=None, rule=rule, value=None)])


def _hash(text: bytes) -> str:
    return blake2b(text, digest_size=16).hexdigest()
