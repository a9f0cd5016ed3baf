"""MLflow's embedded store: a SQLite database and a folder of artifacts, which move with the project."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import mlflow

from kedro_modelops.errors import RefusedError
from kedro_modelops.sessions.folder_lock import acquire

logger = logging.getLogger(__name__)

EMBEDDED = "sqlite:///"
PATIENCE = 30.0
"""Seconds to wait while another process has the database locked."""
PLACES = {
    "experiments": ["artifact_location"],
    "runs": ["artifact_uri"],
    "logged_models": ["artifact_location"],
    "model_versions": ["storage_location", "source"],
}
"""Columns in which MLflow notes absolute paths."""


def locate_store(uri: str, project: Path) -> tuple[Path, str]:
    """The database of an address, and the address from any folder: MLflow keeps one connection for each address.

    Raises:
        RefusedError: If the path has a character that SQLAlchemy takes for the end of it, or that of MLflow's packages
            one that Alembic takes for a reference.
    """
    project, packages = project.resolve(), Path(mlflow.__file__).parents[1]
    if "%" in packages.as_posix():
        msg = f"{packages}: MLflow cannot work from a folder with a % in its name: rename it and set up again"
        raise RefusedError(msg)
    if "?" in project.as_posix():
        msg = f"{project}: MLflow cannot keep its database in a folder with a ? in its name, so rename the folder"
        raise RefusedError(msg)
    named, mark, options = uri.removeprefix(EMBEDDED).partition("?")
    return project / named, f"{EMBEDDED}{(project / named).as_posix()}{mark}{options}"


@contextmanager
def open_store(database: Path, project: Path, settings: dict[str, Any]) -> Iterator[None]:
    """Lets one process at a time look whether the tables are there, and make them.

    Raises:
        RefusedError: If the database is no SQLite database, or another process does not let go of it.
    """
    try:
        lock = acquire(database.with_name(f"{database.name}.open.lock"))
    except RefusedError:
        if not database.exists():
            raise
        lock = None  # what is there can be read in a folder that cannot be written to
    try:
        if database.exists():
            wait_until_free(database)
            follow_project(database, project.resolve(), settings)
        yield
    finally:
        if lock:
            lock.release()


def wait_until_free(database: Path, patience: float = PATIENCE) -> None:
    """Waits while another process has a database locked, and says so.

    Raises:
        RefusedError: If it stays locked, or is no SQLite database.
    """
    until, waits = time.monotonic() + patience, False
    while True:
        try:
            with closing(sqlite3.connect(database, timeout=0)) as connection:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError as error:
            if "locked" not in str(error):
                msg = f"{database} cannot be read: {error}. Bring it back from a copy, or move it away for a new one"
                raise RefusedError(msg) from error
            if time.monotonic() > until:
                msg = f"{database} is locked by another process: end it, and run again"
                raise RefusedError(msg) from error
            if not waits:
                logger.warning("%s is locked by another process: waiting for up to %.0f seconds", database, patience)
            waits = True
            time.sleep(0.2)
        else:
            return


def follow_project(database: Path, project: Path, settings: dict[str, Any]) -> None:
    """Notes where the artifacts are since the project's folder was moved or copied with its database."""
    root = Path(settings["artifact_root"])
    if root.is_absolute() or not database.is_relative_to(project) or not (project / root).is_dir():
        return
    suffix = f"/{root.as_posix()}"
    with closing(sqlite3.connect(database, timeout=PATIENCE)) as connection, connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'model_versions'").fetchone():
            return
        query = "SELECT artifact_location FROM experiments WHERE name = ?"
        (noted,) = connection.execute(query, [settings["experiment"]]).fetchone() or ("",)
        before = noted.removesuffix(suffix)
        if noted == before or before == project.as_uri() or not noted.startswith("file:"):
            return
        logger.warning("The project was at %s: MLflow now looks for its artifacts in %s", before, project)
        was = _path(before)
        for table, columns in PLACES.items():
            for column in columns:
                for old, new in ((before, project.as_uri()), (was, project.as_posix())):
                    connection.execute(
                        f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?",  # noqa: S608  (names of PLACES)
                        [new, len(old) + 1, len(old) + 1, f"{old}/"],
                    )


def _path(uri: str) -> str:
    from mlflow.utils.file_utils import local_file_uri_to_path  # noqa: PLC0415  (takes seconds, needed after a move alone)

    return str(local_file_uri_to_path(uri))  # type: ignore[no-untyped-call]
