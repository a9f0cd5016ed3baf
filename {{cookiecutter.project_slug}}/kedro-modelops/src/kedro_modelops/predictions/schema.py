"""Brings the tables of a prediction store to what this code writes: once, whoever comes first, while others write."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from kedro_modelops.errors import RefusedError

logger = logging.getLogger(__name__)

REVISION = "1_4"
"""The newest of migrations/versions; named here, so that a store which has it costs no import of Alembic."""
TABLE = "prediction_store_revision"
"""Not Alembic's own name for it, since MLflow's tables may be in the same database."""
PATIENCE = 3
"""Seconds for which others wait behind a change that itself waits for a long query; then it lets them pass."""
TRIES = 10


def upgrade(engine: Engine) -> None:
    """Brings a store up to date.

    Args:
        engine: Of the database.

    Raises:
        RefusedError: If the store is too new for this code, if the role may not change its tables, or if somebody
            reads in it without end.
        OperationalError: If the database does not answer.
    """
    with engine.connect() as connection:
        if _is_current(connection):
            return
    for _ in range(TRIES):
        try:
            with engine.begin() as connection, _alone(connection):
                if not _is_current(connection):
                    _run(connection)
        except ProgrammingError as error:
            if "InsufficientPrivilege" not in type(error.orig).__name__:
                raise
            msg = (
                f"the role of {engine.url!r} may not change the tables of the prediction store, which this code needs "
                f"at revision {REVISION}: let a role that owns them run `kedro predictions upgrade`"
            )
            raise RefusedError(msg) from error
        except OperationalError as error:
            if "LockNotAvailable" not in type(error.orig).__name__:
                raise
            time.sleep(1)
        else:
            return
    msg = f"others read in the prediction store {engine.url!r} without end, so that its tables cannot be changed now"
    raise RefusedError(f"{msg}: end their queries (pg_stat_activity shows them), and start again")


def current(connection: Connection) -> str | None:
    """The revision of a store; None before its first."""
    if not inspect(connection).has_table(TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {TABLE}")).scalar()  # noqa: S608  (a constant)
    return None if found is None else str(found)


def _is_current(connection: Connection) -> bool:
    """Whether nothing is to be done; RefusedError if the store is of a time that this code does not know."""
    found = current(connection)
    if found is None:
        return False
    (major, minor), (known, newest) = _numbers(found), _numbers(REVISION)
    if major > known:
        msg = (
            f"the prediction store {connection.engine.url!r} has revision {found}, of a newer version of this code, "
            f"which knows {REVISION}: deploy the newer version, or restore a backup of before"
        )
        raise RefusedError(msg)
    if (major, minor) > (known, newest):
        logger.warning(
            "the prediction store has revision %s, this code knows %s: what is new stays empty", found, REVISION
        )
    return (major, minor) >= (known, newest)


def _numbers(revision: str) -> tuple[int, int]:
    """Of a revision; of a name that has none, numbers beyond all others."""
    major, _, minor = revision.partition("_")
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (1_000_000, 0)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Lets no other change the tables until the transaction ends."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # Python's driver would begin at the first row that is written
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": TABLE})
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
    yield


def _run(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  (a store that is up to date does not need it)
    from alembic.config import Config  # noqa: PLC0415  (the same)

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "kedro_modelops.predictions:migrations")  # a path may hold a %
    command.upgrade(config, "head")
