"""What people ask of the ledger."""

import click

from kedro_modelops.cli.model import Open, model
from kedro_modelops.program_output import AS_JSON, tell


@model.command()
@click.option("--at", "moment", help="What served then: 2026-01-31 (when the day ended) or 2026-01-31T12:00, in UTC.")
@AS_JSON
@click.pass_obj
def history(console: Open, moment: str | None, as_json: bool) -> None:
    """Show the ledger: who made which version serve, where, when, why and on what evidence."""
    if moment is not None:
        tell(console, as_json, lambda one: one.describe_history(moment), lambda one: one.served_at(moment))
    else:
        tell(console, as_json, lambda one: one.describe_history(), lambda one: one.history())


@model.command()
@click.option("--reason", required=True, help="What you found, for the ledger.")
@click.pass_obj
def settle(console: Open, reason: str) -> None:
    """Note in the ledger that entries which are missing, or were changed, were looked into."""
    console().settle(reason)
