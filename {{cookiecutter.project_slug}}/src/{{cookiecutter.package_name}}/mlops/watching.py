"""What monitoring asks the ledger for."""

from datetime import UTC, datetime

import click

from .commands import Open, model


@model.command("ask-training")
@click.pass_obj
def ask_training(console: Open) -> None:
    """Print why a training should start, if monitoring found a reason and none was asked for lately; else say why not.

    That it was asked for stands in the ledger from then on.
    """
    from .retraining import Bounds, ask  # noqa: PLC0415  (kedro --help must not wait for MLflow)

    opened = console()
    found = opened.context.catalog.load("monitoring")["findings"]
    bounds = Bounds.model_validate(opened.context.params["retraining"])
    refusal = ask(opened.name, found, bounds, datetime.now(UTC))
    if refusal:
        click.echo(f"No training starts: {refusal}.", err=True)
    else:
        click.echo(", ".join(sorted(found)))
