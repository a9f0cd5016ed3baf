"""`kedro adopt`: a table of yours in place of the example."""

from pathlib import Path
from typing import Any

import click

from kedro_modelops.contracts.explanations import Explained

MANY: dict[str, Any] = {"multiple": True, "metavar": "COLUMN"}


def _place(_: click.Context, __: click.Parameter, value: str) -> str:
    """A path as it is meant where the command is typed: it runs in the project's root."""
    return value if "://" in value else str(Path(value).expanduser().absolute())


def _several(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split(",")) if value else ()


@click.command(cls=Explained)
@click.argument("table", callback=_place)
@click.option("--query", help="What the database is asked, where TABLE is one.")
@click.option("--sheet", metavar="NAME", help="Of an Excel file; the only one that holds a table.")
@click.option("--header/--no-header", default=None, help="Whether the first line names the columns; found out.")
@click.option("--names", metavar="COLUMN,COLUMN", callback=_several, help="Of all columns, in place of the file's.")
@click.option("--target", metavar="COLUMN", help="What is predicted.")
@click.option("--kind", type=click.Choice(["binary", "multiclass", "regression"]), help="Of problem.")
@click.option("--key", metavar="COLUMN[,COLUMN]", help="Identifies a row, alone or together; `none`: its content does.")
@click.option(
    "--time", metavar="COLUMN[,COLUMN]", help="Says when a row was, or its parts do; `none`: time plays no part."
)
@click.option("--time-zone", "zone", help="Whose clock the table's times are of; UTC.")
@click.option("--group", metavar="COLUMN", help="Rows of one value are not divided between training and test.")
@click.option("--after", help="Known only after the prediction.", **MANY)
@click.option("--personal", help="Identifies a person.", **MANY)
@click.option("--keep", help="Is a feature, whatever is said against it.", **MANY)
@click.option("--drop", help="Is not taken over.", **MANY)
@click.option("--max-rows", type=click.IntRange(min=100), help="Of training and test set each; all up to 2,000,000.")
@click.option("--name", help="What the table is called in the project.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
def adopt(table: str, query: str | None, yes: bool, **said: Any) -> None:
    """Put TABLE in place of what the project has: a file, a folder of files, or a database (URL#table, SQLite file)."""
    from kedro_modelops.adoption.adopting import adopt as take  # noqa: PLC0415  (kedro --help does not need it)

    take(Path.cwd(), table, query, {name: value for name, value in said.items() if value or value is False}, yes=yes)
