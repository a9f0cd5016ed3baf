"""Tables and queries of a database, by its SQLAlchemy URL."""

import re

import pandas as pd
from sqlalchemy import NullPool, create_engine, engine, inspect, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from kedro_modelops.errors import RefusedError

URL = re.compile(r"[a-z][a-z0-9+]*://")


def read_database(place: str, query: str | None) -> tuple[pd.DataFrame, str, str, str]:
    """Reads what a database holds.

    Args:
        place: Its SQLAlchemy URL, with `#table` at its end where no query is given.
        query: What it is asked.

    Returns:
        The table, its name, the place without user, password and folders, and `sql`.

    Raises:
        RefusedError: With the words of the server, the database and the query.
    """
    address, _, name = place.partition("#")
    try:
        url = _with_driver(make_url(address))
        with create_engine(url, poolclass=NullPool).connect() as connection:
            table = pd.read_sql(text(query or _whole(connection, name, url)), connection)
    except (ArgumentError, NoSuchModuleError, SQLAlchemyError, ImportError) as error:
        told = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
        asked = f" It was asked: {query}" if query else ""
        msg = f"the database {address.rpartition('@')[2]} says: {told}{asked}"
        raise RefusedError(msg) from error
    short = name.rpartition(".")[2] or (url.database or "rows").rpartition("/")[2].partition(".")[0]
    return table, short, _shown(url, name), "sql"


def _shown(url: engine.URL, name: str) -> str:
    """A database as people know it: it goes into texts that others read."""
    database = (url.database or "").rpartition("/")[2]
    server = "" if url.get_backend_name() == "sqlite" else f"{url.get_backend_name()}://{url.host or ''}/"
    return f"{server}{database}{f'#{name}' if name else ''}"


def _with_driver(url: engine.URL) -> engine.URL:
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgresql", "postgres"} else url


def _whole(connection: Connection, name: str, url: engine.URL) -> str:
    schema, _, table = name.rpartition(".")
    inspector = inspect(connection)
    known = inspector.get_table_names(schema or None) + inspector.get_view_names(schema or None)
    if table not in known:
        missing = f"has no table {name}" if name else "holds tables"
        msg = f"{url.render_as_string()} {missing}: add #table ({', '.join(known) or 'it has none'}), or give --query"
        raise RefusedError(msg)
    quote = connection.dialect.identifier_preparer.quote
    return f"SELECT * FROM {'.'.join(map(quote, name.split('.')))}"  # noqa: S608  (a table that was found there)
