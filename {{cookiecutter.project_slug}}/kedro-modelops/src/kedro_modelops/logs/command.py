"""`kedro logs`: questions in SQL to what the service, the pipelines and the ledger have written down."""

import sys
import tempfile
from pathlib import Path
from typing import Any, cast

import click

from kedro_modelops.contracts.explanations import Explained
from kedro_modelops.logs.json_lines import FOLDER
from kedro_modelops.program_output import AS_JSON, answer, only_answers


@click.command(cls=Explained)
@click.argument("question", metavar="SQL")
@click.option(
    "--service", metavar="FILE", multiple=True, help="Its log, where it is not in logs/; - reads it from a pipe."
)
@click.option("--env", "-e", envvar="KEDRO_ENV", help="Kedro environment, such as production.")
@AS_JSON
def logs(question: str, service: tuple[str, ...], env: str | None, as_json: bool) -> None:
    """Ask the logs in SQL: the tables are service, pipelines and ledger.

    docs/run-in-production.md has their columns, and questions to begin with.
    """
    from kedro_modelops.logs.log_query import LogQuery  # noqa: PLC0415  (kedro --help does not need it)
    from kedro_modelops.terminal_tables import print_table  # noqa: PLC0415  (the same)

    with tempfile.TemporaryDirectory() as folder, only_answers(as_json):
        files = [str(_from_pipe(Path(folder)) if name == "-" else name) for name in service]
        given = {"service": files or _files("service"), "pipelines": _files("pipelines")}
        columns, rows = LogQuery(given, lambda: _moves(env)).ask(question)
    if as_json:
        answer([dict(zip(columns, row, strict=True)) for row in rows])
    elif not print_table(f"{len(rows)} rows", columns, rows):
        click.echo("No row is an answer to that.")


def _files(kind: str) -> list[str]:
    return sorted(map(str, FOLDER.glob(f"{kind}-*.jsonl")))


def _from_pipe(folder: Path) -> Path:
    path = folder / "service.jsonl"
    path.write_bytes(sys.stdin.buffer.read())
    return path


def _moves(env: str | None) -> list[dict[str, Any]]:
    from kedro.framework.session import KedroSession  # noqa: PLC0415  (Kedro and MLflow take seconds)

    from kedro_modelops.registry.ledger import entries  # noqa: PLC0415  (the same)
    from kedro_modelops.tracking.runs import connect  # noqa: PLC0415  (the same)

    with KedroSession.create(Path.cwd(), env=env) as session:
        configuration = cast("Any", session).load_context().config_loader
    connect(configuration["mlflow"], Path.cwd())
    return [move._asdict() for move in entries.read(configuration["catalog"]["registered_version"]["name"])]
