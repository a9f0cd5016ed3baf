"""The file of API keys: salted hashes, and two scopes.

A key is `<id>.<secret>`. The secret is 256 random bits: there is nothing to guess, and a fast hash is as good as a slow
one.
"""

import hashlib
import secrets
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, RootModel, StringConstraints, ValidationError

from kedro_modelops.errors import RefusedError

Scope = Literal["predict", "operate"]

LONGEST_NAME = 200
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\p{C}\p{Zl}\p{Zp}]*$")]


class Key(BaseModel, frozen=True):
    """What the file knows of a key; the secret is not in it."""

    id: str
    name: Name
    scopes: frozenset[Scope]
    salt: str
    hash: str
    created: datetime
    expires: AwareDatetime | None = None

    def has_ended(self) -> bool:
        """Whether it is past its end."""
        return self.expires is not None and datetime.now(UTC) >= self.expires


class _Keys(RootModel[list[Key]]):
    pass


def read_keys(path: Path) -> list[Key]:
    """The keys of a file, none if there is no file.

    Raises:
        RefusedError: If the file is no file of keys, or cannot be read.
    """
    return parse_keys(path, read_content(path)) if path.exists() else []


def read_content(path: Path) -> bytes:
    """The bytes of a file of keys; RefusedError if it cannot be read."""
    problem = "it is no file"
    if path.is_file() or not path.exists():  # a pipe would be waited for
        try:
            return path.read_bytes()
        except OSError as error:
            problem = str(error.strerror)
    raise RefusedError(f"{path} cannot be read as a file of keys: {problem}")


def parse_keys(path: Path, content: bytes) -> list[Key]:
    """The keys in the content of a file; RefusedError if it is no file of keys."""
    way_out = "mend it, or remove it and make new ones with `kedro keys create`"
    try:
        keys = _Keys.model_validate_json(content).root
    except ValidationError as error:
        problem = error.errors(include_input=False)[0]
        place = ".".join(map(str, problem["loc"]))
        msg = f"{path} is no file of keys ({place} {problem['msg']}): {way_out}"
        raise RefusedError(msg) from error
    if len({key.id for key in keys}) < len(keys):
        msg = f"{path} is no file of keys (two have the same id): {way_out}"
        raise RefusedError(msg)
    return keys


def _write_keys(path: Path, keys: list[Key]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(_Keys(keys).model_dump_json(indent=2, exclude_none=True) + "\n", encoding="utf-8")
    if path.exists():
        shutil.copymode(path, new)  # who could read the old keys, such as a container, can read the new ones
    new.replace(path)


def create_key(path: Path, name: str, scopes: Iterable[str], expires: datetime | None = None) -> str:
    """Adds a key to the file and returns it; it cannot be read again, and ends when it `expires`.

    Raises:
        RefusedError: If the name is empty, too long or not printable, or if the file is no file of keys.
    """
    identifier, secret, salt = secrets.token_hex(4), secrets.token_urlsafe(32), secrets.token_hex(16)
    about = {"id": identifier, "name": name, "scopes": set(scopes), "created": datetime.now(UTC), "expires": expires}
    try:
        made = Key.model_validate(about | {"salt": salt, "hash": hash_secret(salt, secret)})
    except ValidationError as error:
        msg = f"the name of a key has 1 to {LONGEST_NAME} printable characters; this one has {len(name)}: {name!r:.60}"
        raise RefusedError(msg) from error
    _write_keys(path, [*read_keys(path), made])
    return f"{identifier}.{secret}"


def revoke_key(path: Path, identifier: str) -> bool:
    """Takes a key out of the file; returns whether it was there."""
    keys = read_keys(path)
    kept = [key for key in keys if key.id != identifier]
    _write_keys(path, kept)
    return len(kept) < len(keys)


def hash_secret(salt: str, secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(f"{salt}{secret}".encode()).hexdigest()
