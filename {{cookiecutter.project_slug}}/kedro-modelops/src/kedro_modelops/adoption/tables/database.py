"""Tables and queries of a database, by its SQLAlchemy URL."""

import re
from pathlib import Path

import pandas as pd
from sqlalchemy import NullPool, create_engine, engine, inspect, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from kedro_modelops.errors import RefusedError

URL = re.compile(r"[a-z][a-z0-9+]*://")
SQL = "table of a database"
"""How a table is written that comes from one."""
SQLITE = b"SQLite format 3\0"
"""Beginning of a file of SQLite."""


def database_url(place: str) -> str | None:
    """The URL of a place that is a database, be it named as a file of SQLite; None of any other."""
    if URL.match(place):
        return place
    name, mark, table = place.partition("#")
    file = Path(name).expanduser()
    if not file.is_file():
        return None
    with file.open("rb") as opened:
        return f"sqlite:///{file}{mark}{table}" if opened.read(len(SQLITE)) == SQLITE else None


def read_database(place: str, query: str | None) -> tuple[pd.DataFrame, str, str, str]:
    """Reads what a database holds.

    Args:
        place: Its SQLAlchemy URL, with `#table` at its end where it holds several and no query is given.
        query: What it is asked.

    Returns:
        The table, its name, the place without user, password and folders, and how it is written.

    Raises:
        RefusedError: With the words of the server, the database and the query.
    """
    address, _, name = place.partition("#")
    try:
        url = _with_driver(make_url(address))
        _refuse_missing(url)
        with create_engine(url, poolclass=NullPool).connect() as connection:
            name = name if query else _find_table(connection, name, url)
            table = pd.read_sql(text(query or _whole(connection, name)), connection)
    except (ArgumentError, NoSuchModuleError, SQLAlchemyError, ImportError) as error:
        told = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
        asked = f" It was asked: {query}" if query else ""
        msg = f"the database {address.rpartition('@')[2]} says: {told}{asked}"
        raise RefusedError(msg) from error
    short = name.rpartition(".")[2] or (url.database or "rows").rpartition("/")[2].partition(".")[0]
    return table, short, _shown(url, name), SQL


def _shown(url: engine.URL, name: str) -> str:
    """A database as people know it: it goes into texts that others read."""
    database = (url.database or "").rpartition("/")[2]
    server = "" if url.get_backend_name() == "sqlite" else f"{url.get_backend_name()}://{url.host or ''}/"
    return f"{server}{database}{f'#{name}' if name else ''}"


def _with_driver(url: engine.URL) -> engine.URL:
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgresql", "postgres"} else url


def _find_table(connection: Connection, name: str, url: engine.URL) -> str:
    """The table that is named, or the only one."""
    schema, _, table = name.rpartition(".")
    inspector = inspect(connection)
    known = inspector.get_table_names(schema or None) + inspector.get_view_names(schema or None)
    if not name and len(known) == 1:
        return str(known[0])
    if table not in known:
        missing = f"has no table {name}" if name else "holds tables"
        msg = f"{url.render_as_string()} {missing}: add #table ({', '.join(known) or 'it has none'}), or give --query"
        raise RefusedError(msg)
    return name


def _whole(connection: Connection, name: str) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return f"SELECT * FROM {'.'.join(map(quote, name.split('.')))}"  # noqa: S608  (a table that was found there)


def _refuse_missing(url: engine.URL) -> None:
    """Refuses a file of SQLite that is not there: SQLite would make an empty one of that name."""
    file = url.database or ""
    if url.get_backend_name() == "sqlite" and not file.startswith("file:") and not Path(file).is_file():
        msg = f"there is no {file or 'file'}: name one of SQLite, such as sqlite:///shop.db#orders"
        raise RefusedError(msg)
