"""Deletes what is older than it may be: `python -m kedro_modelops.serving.retention`, as the image has no `kedro`."""

import os
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.prediction_store import PredictionStore

DAYS = "PREDICTION_DAYS"


def retain(days: int) -> str:
    """Deletes predictions and outcomes that are older than so many days, and gives their space back; says how many."""
    with closing(PredictionStore()) as store:
        count = store.forget_before(datetime.now(UTC) - timedelta(days=days))
        store.give_back_space()
    return f"{count} predictions older than {days} days deleted"


def main() -> str:
    """Does so with the days of the environment; RefusedError if they are no number of days."""
    days = os.environ.get(DAYS, "")
    if not (days.isascii() and days.isdecimal() and int(days)):
        msg = f"{DAYS} is {days!r}: set it to the days for which predictions are kept, such as 365"
        raise RefusedError(msg)
    return retain(int(days))


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{main()}\n")
    except RefusedError as error:
        sys.exit(str(error))
