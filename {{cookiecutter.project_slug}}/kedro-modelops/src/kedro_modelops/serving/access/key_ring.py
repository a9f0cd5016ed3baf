"""API keys that a running service knows: they are rotated without a restart."""

import logging
import time
from datetime import UTC, datetime
from hmac import compare_digest
from pathlib import Path

from kedro_modelops.errors import RefusedError
from kedro_modelops.serving.access.keys import Key, hash_secret, parse_keys, read_content

logger = logging.getLogger(__name__)

CHECK_EVERY = 1.0
"""Seconds between looks at the file."""
NOBODY = Key(id="", name="nobody", scopes=frozenset(), salt="", hash="", created=datetime(1970, 1, 1, tzinfo=UTC))
"""Stands in for an unknown id, so that an unknown id takes as long as a wrong secret."""


class KeyRing:
    """Keys that the service knows now: it sees what is added to the file and what is taken out.

    A file that is spoiled, unreadable or gone changes nothing, since it would lock everybody out: the last good keys
    stay, and the log says so. To take all keys back, leave an empty list in the file.
    """

    def __init__(self, path: Path) -> None:
        """Reads the file; RefusedError if it is no file of keys."""
        self._path = path
        self._content = read_content(path)
        self._keys = {key.id: key for key in parse_keys(path, self._content)}
        self._problem: str | None = None
        self._looked = time.monotonic()

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._keys)

    def find(self, presented: str) -> Key | None:
        """Whose key this is, None if it is nobody's, or if it has ended."""
        if time.monotonic() - self._looked > CHECK_EVERY:
            self._refresh()
        identifier, _, secret = presented.partition(".")
        key = self._keys.get(identifier, NOBODY)
        return key if compare_digest(hash_secret(key.salt, secret), key.hash) and not key.has_ended() else None

    def _refresh(self) -> None:
        """Compares contents: time, size and inode of a file can be the same after it was spoiled or mended."""
        self._looked = time.monotonic()
        try:
            content = read_content(self._path)
            if content == self._content and self._problem is None:
                return
            self._keys = {key.id: key for key in parse_keys(self._path, content)}
        except RefusedError as error:
            if self._problem != (problem := str(error)):
                logger.log(logging.ERROR, "the last good keys stay", extra={"problem": problem, "keys": len(self)})
            self._problem = problem
            return
        self._content, self._problem = content, None
        logger.info("keys were read again", extra={"keys": len(self)})
