"""What a path asks of its callers: no key of the right scope, no answer."""

import base64
import binascii

from fastapi import Request
from fastapi.security import HTTPBearer

from kedro_modelops.serving.access.key_ring import KeyRing
from kedro_modelops.serving.access.keys import Scope
from kedro_modelops.serving.answers import UnansweredError

CHALLENGE = {"www-authenticate": 'Bearer, Basic realm="predictions"'}


class Needs(HTTPBearer):
    """A dependency that lets callers pass whose key has a scope, and notes who they are."""

    def __init__(self, keys: KeyRing, scope: Scope) -> None:
        """Takes the keys that are known, and the scope that is asked for."""
        text = "`Authorization: Bearer KEY`, or Basic with the key as password and any user name"
        super().__init__(scheme_name="API key", description=text, auto_error=False)
        self._keys, self._scope = keys, scope

    async def __call__(self, request: Request) -> None:  # type: ignore[override]  # who calls stands in the request
        """Refuses a request whose key is not known, or is for something else.

        Raises:
            UnansweredError: With status 401 or 403.
        """
        key = self._keys.find(_presented(request.headers.get("authorization", "")))
        if key is None:
            raise UnansweredError(401, headers=CHALLENGE)
        request.state.caller = request.state.seen.fields["caller"] = key.name
        if self._scope not in key.scopes:
            raise UnansweredError(403, f"The API key '{key.name}' does not have the scope '{self._scope}'")


def _presented(header: str) -> str:
    """The key in an Authorization header; as a password from clients that know passwords only."""
    kind, _, value = header.partition(" ")
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return value if kind.lower() == "bearer" else ""
