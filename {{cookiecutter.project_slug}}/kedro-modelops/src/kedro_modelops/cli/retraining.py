"""What monitoring asks the ledger for."""

from datetime import UTC, datetime
from typing import TextIO

import click

from kedro_modelops.cli.model import Open, model


@model.command("ask-training")
@click.option("--output", type=click.File("a", encoding="utf-8"), default="-", help="File to append the answer to.")
@click.pass_obj
def ask_training(console: Open, output: TextIO) -> None:
    """Say `training=FINDINGS` if monitoring found a reason for one, and none was asked for lately; else `refused=WHY`.

    That it was asked for stands in the ledger from then on.
    """
    from kedro_modelops.registry.ledger.retraining import Bounds, ask  # noqa: PLC0415  (kedro --help must not wait for MLflow)

    opened = console()
    found = opened.context.catalog.load("monitoring")["findings"]
    bounds = Bounds.model_validate(opened.context.params["retraining"])
    refusal = ask(opened.name, found, bounds, datetime.now(UTC))
    output.write(f"refused={refusal}\n" if refusal else f"training={', '.join(sorted(found))}\n")
