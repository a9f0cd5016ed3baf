"""Brings an image to an environment: as a canary that takes a share of the requests, and, if it does well, to all.

The service has to give the golden answers: those that the version gave when it was trained. If the canary fails, or the
service once it takes all requests, what served before serves on.
"""

import math
import re
import time
from typing import Any, NamedTuple

from kedro_modelops.release.deployment import service
from kedro_modelops.release.deployment.target import Target
from kedro_modelops.release.programs import ReleaseError, say

PAUSE = 5
"""Seconds between two looks at a service."""
MOST_ERRORS = 0.02
"""Share of the answers that may be errors of the service."""
ANSWERS = re.compile(
    r'^(?:prediction_service_http_)?requests_total\{path="/invocations",status="(\d)\d\d"\} (\S+)$', re.MULTILINE
)
"""Without the prefix, as images of earlier versions count: a rollback may bring one back."""


class Trial(NamedTuple):
    """How a canary is tried.

    Attributes:
        golden: Rows, and what the version answered to them when it was trained: outputs and probabilities.
        key: API key of the service.
        percent: Share of the requests that the canary takes.
        seconds: How long it is watched.
    """

    golden: dict[str, Any]
    key: str
    percent: int = 10
    seconds: float = 300


def release(target: Target, image: str, trial: Trial) -> None:
    """Releases an image, or leaves all as it was.

    Raises:
        ReleaseError: If it fails as a canary or as the service; what served before serves then.
    """
    before = target.current()
    try:
        target.start_canary(image, trial.percent)
        with target.reach("canary") as url:
            watch(url, trial)
        target.serve(image)
        with target.reach("serve") as url:
            watch(url, trial._replace(seconds=0))
    except (Exception, KeyboardInterrupt) as error:  # an answer may have any shape, and nobody may wait for the end
        say(f"{image} is taken back: {str(error) or type(error).__name__}")
        target.undo(before)
        msg = f"{before or 'Nothing'} serves, as before."
        raise ReleaseError(msg) from error
    say(f"{image} serves.")


def watch(url: str, trial: Trial) -> None:
    """Looks at a service for some time, at least once; ReleaseError if it fails, or answers otherwise than expected."""
    body = {"dataframe_records": trial.golden["rows"], "params": {"probabilities": True}}
    service.await_ready(url)
    end = time.monotonic() + trial.seconds
    while True:
        compare(service.ask(f"{url}/invocations", body, trial.key), trial.golden)
        count_errors(service.fetch(f"{url}/metrics", key=trial.key))
        if time.monotonic() >= end:
            return
        time.sleep(PAUSE)


def compare(answer: dict[str, Any], golden: dict[str, Any]) -> None:
    """Raises ReleaseError if an answer is not that of the training."""
    bounded = answer.get("intervals") or any(golden.get("intervals", []))
    parts = ("probabilities", "intervals") if bounded else ("probabilities",)
    given = answer["predictions"], *(_each(answer, name, answer["predictions"]) for name in parts)
    wanted = golden["outputs"], *(_each(golden, name, golden["outputs"]) for name in parts)
    counts = {len(part) for part in (*given, *wanted)}
    if len(counts) > 1:
        msg = f"{len(golden['outputs'])} golden rows are answered with {len(given[0])} predictions"
        raise ReleaseError(msg)
    for number, (found, right) in enumerate(zip(zip(*given, strict=True), zip(*wanted, strict=True), strict=True)):
        if not is_same(right, found):
            msg = f"golden row {number} is answered with {found}; when it was trained, with {right}"
            raise ReleaseError(msg)


def _each(answers: dict[str, Any], name: str, rows: list[Any]) -> list[Any]:
    """What is said of each row; null where an answer, or a version that was trained earlier, says nothing."""
    return answers.get(name) or [None] * len(rows)


def is_same(right: object, found: object) -> bool:
    """Whether two answers are equal, numbers but for rounding."""
    if isinstance(right, list | tuple) and isinstance(found, list | tuple):
        return len(right) == len(found) and all(is_same(*pair) for pair in zip(right, found, strict=True))
    if isinstance(right, float) and isinstance(found, float | int):
        return math.isclose(right, found, rel_tol=1e-6, abs_tol=1e-9)
    return right == found


def count_errors(metrics: str) -> None:
    """Raises ReleaseError if too many answers of a service are errors."""
    counts = [(kind == "5", float(count)) for kind, count in ANSWERS.findall(metrics)]
    errors, answers = sum(count for failed, count in counts if failed), sum(count for _, count in counts)
    if errors > MOST_ERRORS * answers:
        msg = f"{errors:.0f} of {answers:.0f} answers are errors; {MOST_ERRORS:.0%} may be"
        raise ReleaseError(msg)
