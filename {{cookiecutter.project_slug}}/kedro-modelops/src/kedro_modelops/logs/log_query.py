"""SQL over logs: lines of JSON and the ledger become tables of DuckDB, in memory, and nothing else is in reach."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kedro_modelops.errors import RefusedError
from kedro_modelops.registry.ledger.moves import Move

COLUMNS = {
    "service": {
        **{"time": "TIMESTAMP", "level": "VARCHAR", "name": "VARCHAR", "message": "VARCHAR", "request_id": "VARCHAR"},
        **{"method": "VARCHAR", "path": "VARCHAR", "status": "INTEGER", "ms": "DOUBLE", "rows": "INTEGER"},
        **{"version": "VARCHAR", "caller": "VARCHAR", "problem": "VARCHAR", "error": "VARCHAR", "traceback": "VARCHAR"},
        "broken": 'STRUCT("row" INTEGER, "column" VARCHAR, rule VARCHAR, "value" VARCHAR)[]',
    },
    "pipelines": {
        **{"time": "TIMESTAMP", "level": "VARCHAR", "name": "VARCHAR", "message": "VARCHAR", "exc_info": "VARCHAR"},
    },
}
"""What lines are known to tell; each table has `line` too, which holds all of it as JSON. Times are UTC."""


class LogQuery:
    """A question, and what it is asked of."""

    def __init__(self, files: Mapping[str, Sequence[str]], moves: Callable[[], Sequence[Mapping[str, Any]]]) -> None:
        """Takes files of JSON lines by table, and what reads the ledger, which is called where it is asked."""
        self._files, self._moves = files, moves

    def ask(self, question: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Answers a question.

        Args:
            question: In SQL.

        Returns:
            Names of the columns, and the rows.

        Raises:
            RefusedError: If a table is asked of which there is no log, if the question is no SQL that fits the tables,
                or if DuckDB is not installed.
        """
        try:
            import duckdb  # noqa: PLC0415  (a group of its own: images do without it)
        except ImportError as error:
            msg = "`kedro logs` needs DuckDB, which the group dev of pyproject.toml brings: run make setup"
            raise RefusedError(msg) from error
        try:
            with duckdb.connect() as database:
                for table in ("service", "pipelines", "ledger"):
                    if re.search(rf"\b{table}\b", question, re.IGNORECASE):
                        self._load(database, table)
                database.execute("SET enable_external_access = false; SET lock_configuration = true")
                if not question.strip(" ;\n"):
                    database.execute("SELECT")  # DuckDB passes over an empty question
                found = database.execute(question)
                return [column[0] for column in found.description or ()], found.fetchall()
        except duckdb.Error as error:
            sentence = str(error).partition("\n")[0].strip()
            tables = "; ".join(f"{name} ({', '.join(columns)}, line)" for name, columns in COLUMNS.items())
            msg = f"the question cannot be answered: {sentence}. Tables: {tables}; ledger ({', '.join(Move._fields)})"
            raise RefusedError(msg) from error

    def _load(self, database: Any, table: str) -> None:
        if table == "ledger":
            kinds = ", ".join(f'"{name}" {"TIMESTAMP" if name == "at" else "VARCHAR"}' for name in Move._fields)
            database.execute(f"CREATE TABLE ledger ({kinds})")
            for move in self._moves():
                values = [move[name].replace(tzinfo=None) if name == "at" else str(move[name]) for name in Move._fields]
                database.execute(f"INSERT INTO ledger VALUES ({', '.join('?' * len(Move._fields))})", values)  # noqa: S608
            return
        if not self._files[table]:
            wrote = {"service": "`kedro serve`", "pipelines": "`kedro run`"}[table]
            msg = f"there is no log of the {table} in logs/, where {wrote} leaves it"
            more = "; name one that a container wrote by --service FILE, or - for a pipe" if table == "service" else ""
            raise RefusedError(msg + more)
        kinds = ", ".join(
            f"TRY_CAST(json{'->>' if kind == 'VARCHAR' else '->'}'{name}' AS {kind}) AS \"{name}\""
            for name, kind in COLUMNS[table].items()
        )
        database.execute(
            f"CREATE TABLE {table} AS SELECT {kinds}, json AS line FROM "  # noqa: S608  (names of ours)
            "read_json_objects(?, format = 'newline_delimited', ignore_errors = true) WHERE json IS NOT NULL",
            [list(self._files[table])],
        )
