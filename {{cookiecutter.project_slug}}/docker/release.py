"""Brings an image to an environment: as a canary that takes a share of the requests, and, if it does well, to all.

    make deploy TO=staging VERSION=3 IMAGE=…@sha256:…

The service has to give the golden answers: those that the version gave when it was trained. If the canary fails, or the
service once it takes all requests, what served before serves on. SERVING_KEY, CANARY_PERCENT, CANARY_SECONDS and what
deploy/*/target.sh wants come from the environment.
"""

import contextlib
import json
import math
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from smoke import ask, fetch, is_ready

TARGET = next(Path("deploy").glob("*/target.sh"))
KEY = os.environ.get("SERVING_KEY", "")
SHARE = os.environ.get("CANARY_PERCENT") or "10"
SECONDS = float(os.environ.get("CANARY_SECONDS") or 300)
PATIENCE, PAUSE = 90, 5
"""Seconds until it has to be ready, and between two looks at it."""
MOST_ERRORS = 0.02
"""Share of the answers that may be errors of the service."""
ANSWERS = re.compile(r'^requests_total\{path="/invocations",status="(\d)\d\d"\} (\S+)$', re.MULTILINE)


class UnfitError(Exception):
    """Raised when an image must not serve."""


def main(image: str, golden: str) -> None:
    """Releases an image, or leaves all as it was and ends with 1."""
    expected = json.loads(Path(golden).read_text(encoding="utf-8"))
    before = target("current")
    try:
        target("canary", image, SHARE)
        with reached("CANARY") as url:
            watch(url, expected, SECONDS)
        target("all", image)
        with reached("SERVE") as url:
            watch(url, expected, 0)
    except (UnfitError, OSError) as error:
        print(f"{image} is taken back: {error}", flush=True)
        target("undo", before)
        sys.exit(f"{before or 'Nothing'} serves, as before.")
    print(f"{image} serves.")


def watch(url: str, expected: dict, seconds: float) -> None:
    """Looks at a service for some time, at least once; UnfitError if it fails, or answers otherwise than expected."""
    asked = {"dataframe_records": expected["rows"], "params": {"probabilities": True}}
    begin = time.monotonic()
    while not is_ready(url):
        if time.monotonic() > begin + PATIENCE:
            raise UnfitError(f"it is not ready within {PATIENCE} s")
        time.sleep(0.5)
    end = time.monotonic() + seconds
    while True:
        compare(ask(f"{url}/invocations", asked, KEY), expected)
        count_errors(fetch(f"{url}/metrics", key=KEY))
        if time.monotonic() >= end:
            return
        time.sleep(PAUSE)


def compare(answer: dict, expected: dict) -> None:
    """UnfitError if an answer is not that of the training."""
    given = answer["predictions"], answer.get("probabilities") or [None] * len(answer["predictions"])
    wanted = expected["outputs"], expected["probabilities"]
    for number, (found, right) in enumerate(zip(zip(*given, strict=True), zip(*wanted, strict=True), strict=True)):
        if not same(right, found):
            raise UnfitError(f"golden row {number} is answered with {found}; when it was trained, with {right}")


def same(right: object, found: object) -> bool:
    """Whether two answers are equal, numbers but for rounding."""
    if isinstance(right, list | tuple) and isinstance(found, list | tuple):
        return len(right) == len(found) and all(same(*pair) for pair in zip(right, found, strict=True))
    if isinstance(right, float) and isinstance(found, float | int):
        return math.isclose(right, found, rel_tol=1e-6, abs_tol=1e-9)
    return right == found


def count_errors(metrics: str) -> None:
    """UnfitError if too many answers of a service are errors."""
    counts = [(kind == "5", float(count)) for kind, count in ANSWERS.findall(metrics)]
    errors, answers = sum(count for failed, count in counts if failed), sum(count for _, count in counts)
    if errors > MOST_ERRORS * answers:
        raise UnfitError(f"{errors:.0f} of {answers:.0f} answers are errors; {MOST_ERRORS:.0%} may be")


@contextlib.contextmanager
def reached(name: str) -> Iterator[str]:
    """An address at which the canary, or the service, is reached from here."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(["bash", TARGET, "reach", name, str(port)], start_new_session=True) as tunnel:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(tunnel.pid, signal.SIGTERM)


def target(*words: str) -> str:
    """Asks the target for something; its answer, or UnfitError."""
    done = subprocess.run(["bash", TARGET, *words], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise UnfitError(f"{TARGET} {words[0]} did not work")
    return done.stdout.strip()


if __name__ == "__main__":
    main(*sys.argv[1:])
