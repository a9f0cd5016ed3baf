"""The database of the prediction store; a file is watched, as SQLite writes on where nobody finds it again."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError, OperationalError, SQLAlchemyError

from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions import schema

VARIABLE, EMBEDDED = "PREDICTION_STORE_URL", "sqlite:///predictions.db"


class FileLostError(SQLAlchemyError):
    """Raised when the database's file was moved, deleted or replaced while it was open."""


class Database:
    """An open database with the tables of the prediction store."""

    def __init__(self, url: str | None = None) -> None:
        """Opens it, and brings its tables up to date.

        Args:
            url: An SQLAlchemy URL; by default that of PREDICTION_STORE_URL, or in the file PREDICTION_STORE_URL_FILE,
                and without either a file in the working folder.

        Raises:
            RefusedError: If the database does not answer, or has tables that this code cannot bring up to date.
        """
        address = make_url(url or _named() or EMBEDDED)
        self._engine = _open(address)
        try:
            schema.upgrade(self._engine)
        except RefusedError:
            self.close()
            raise
        except OperationalError as error:
            self.close()
            msg = f"the prediction store {address!r} does not answer; start it, or change PREDICTION_STORE_URL"
            raise RefusedError(msg) from error
        _make_no_other_file(self._engine)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Commits what is done with the connection; then it is on the disk, where others find it."""
        with self._engine.connect() as connection:
            with connection.begin():
                yield connection
            _check_files(connection)

    def close(self) -> None:
        """Closes the connections."""
        self._engine.dispose()


def _named() -> str | None:
    """The address in the environment, or in the file that it names, as containers are given secrets."""
    file = os.environ.get(f"{VARIABLE}_FILE")
    return Path(file).read_text(encoding="utf-8").strip() if file else os.environ.get(VARIABLE)


def _open(address: URL) -> Engine:
    """Opens a database; what is committed to it is on the disk."""
    embedded = address.get_backend_name() == "sqlite"
    patience = {} if embedded else {"connect_args": {"connect_timeout": 5}}
    engine = create_engine(
        address,
        json_serializer=lambda value: to_json(value).decode(),
        pool_pre_ping=True,
        hide_parameters=True,
        **patience,
    )
    if embedded:
        event.listen(engine, "connect", _survive_a_crash)
    if path := _file(address):
        _watch(engine, path)
    return engine


def _file(address: URL) -> Path | None:
    named = address.get_backend_name() == "sqlite" and address.database
    return Path(named).absolute() if named and not named.startswith((":", "file:")) else None


def _watch(engine: Engine, path: Path) -> None:
    """Lets no connection be used whose files are no longer those in the folder."""

    def note(_: Any, record: Any) -> None:
        record.info["files"] = path, _identity(path)

    def compare(_: Any, record: Any, __: Any) -> None:
        if record.info["files"] != (path, _identity(path)):
            raise DisconnectionError

    event.listen(engine, "connect", note)
    event.listen(engine, "checkout", compare)


def _make_no_other_file(engine: Engine) -> None:
    """From now on a file that is gone is an error, where SQLite would begin an empty one."""
    path = _file(engine.url)

    def refuse(*_: Any) -> None:
        if path and not path.exists():
            raise _lost(path)

    event.listen(engine, "do_connect", refuse)


def _check_files(connection: Connection) -> None:
    """Raises FileLostError if what was committed is not in the file that others open."""
    if "files" in connection.info:
        path, files = connection.info["files"]
        if _identity(path) != files:
            connection.invalidate()
            raise _lost(path)


def _lost(path: Path) -> FileLostError:
    way_out = "put it back, or restart the service to begin a new one"
    return FileLostError(f"{path} was moved, deleted or replaced: {way_out}")


def _identity(path: Path) -> list[tuple[int, int, bool] | None]:
    """Which files these are; the second one holds what has been committed lately, and has no fixed size."""
    found: list[tuple[int, int, bool] | None] = []
    for file in (path, path.with_name(f"{path.name}-wal")):
        try:
            state = file.stat()
        except OSError:
            found.append(None)
        else:
            found.append((state.st_dev, state.st_ino, file != path or state.st_size > 0))
    return found


def _survive_a_crash(connection: Any, _: Any) -> None:
    """Readers do not wait for the writer, what was committed is on the disk, and rows go with those they belong to."""
    for setting in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "schema_version"):
        connection.execute(f"PRAGMA {setting}").fetchall()  # the last one opens the file
