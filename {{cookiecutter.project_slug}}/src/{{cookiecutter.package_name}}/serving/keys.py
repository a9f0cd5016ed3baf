"""API keys: salted hashes in a file, two scopes, rotation without a restart.

A key is `<id>.<secret>`. The secret is 256 random bits: there is nothing to guess, and a fast hash is as good as a slow
one.
"""

import hashlib
import secrets
import shutil
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from hmac import compare_digest
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, RootModel, ValidationError

from ..errors import RefusedError

Scope = Literal["predict", "operate"]

CHECK_EVERY = 1.0
"""Seconds between looks at the file."""


class Key(BaseModel, frozen=True):
    """What the file knows of a key; the secret is not in it."""

    id: str
    name: str
    scopes: frozenset[Scope]
    salt: str
    hash: str
    created: datetime


class _Keys(RootModel[list[Key]]):
    pass


NOBODY = Key(id="", name="", scopes=frozenset(), salt="", hash="", created=datetime(1970, 1, 1, tzinfo=UTC))
"""Stands in for an unknown id, so that an unknown id takes as long as a wrong secret."""


def read_keys(path: Path) -> list[Key]:
    """The keys of a file, none if there is no file.

    Raises:
        RefusedError: If the file is no file of keys.
    """
    if not path.exists():
        return []
    try:
        return _Keys.model_validate_json(path.read_bytes()).root
    except ValidationError as error:
        msg = f"{path} is no file of keys: mend it, or remove it and make new ones with `kedro keys create`"
        raise RefusedError(msg) from error


def _write_keys(path: Path, keys: list[Key]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(_Keys(keys).model_dump_json(indent=2) + "\n", encoding="utf-8")
    if path.exists():
        shutil.copymode(path, new)  # who could read the old keys, such as a container, can read the new ones
    new.replace(path)


def create_key(path: Path, name: str, scopes: Iterable[str]) -> str:
    """Adds a key to the file and returns it; it cannot be read again."""
    identifier, secret, salt = secrets.token_hex(4), secrets.token_urlsafe(32), secrets.token_hex(16)
    key = {"id": identifier, "name": name, "scopes": set(scopes), "salt": salt, "hash": _hash(salt, secret)}
    _write_keys(path, [*read_keys(path), Key.model_validate(key | {"created": datetime.now(UTC)})])
    return f"{identifier}.{secret}"


def revoke_key(path: Path, identifier: str) -> bool:
    """Takes a key out of the file; returns whether it was there."""
    keys = read_keys(path)
    kept = [key for key in keys if key.id != identifier]
    _write_keys(path, kept)
    return len(kept) < len(keys)


def _hash(salt: str, secret: str) -> str:
    return hashlib.sha256(f"{salt}{secret}".encode()).hexdigest()


class KeyRing:
    """Keys that the service knows now: it sees what is added to the file and what is taken out."""

    def __init__(self, path: Path) -> None:
        """Reads the file; RefusedError if it is no file of keys."""
        self._path = path
        self._keys: dict[str, Key] = {}
        self._state: object = None
        self._looked = float("-inf")
        self._refresh()

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._keys)

    def find(self, presented: str) -> Key | None:
        """Whose key this is, None if it is nobody's."""
        if time.monotonic() - self._looked > CHECK_EVERY:
            try:
                self._refresh()
            except (OSError, RefusedError):
                self._keys = {}
        identifier, _, secret = presented.partition(".")
        key = self._keys.get(identifier, NOBODY)
        return key if compare_digest(_hash(key.salt, secret), key.hash) else None

    def _refresh(self) -> None:
        self._looked = time.monotonic()
        state = self._path.stat() if self._path.exists() else None
        now = (state.st_mtime_ns, state.st_size, state.st_ino) if state else None
        if now != self._state:
            self._keys, self._state = {key.id: key for key in read_keys(self._path)}, now
