"""Asks the prediction service, as a caller does."""

import json
import time
import urllib.request
from typing import Any

from kedro_modelops.release.programs import ReleaseError

PATIENCE = 300
"""Seconds until a service has to be ready."""


def await_ready(url: str) -> None:
    """Waits until the service answers requests; ReleaseError if it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not is_ready(url):
        if time.monotonic() > deadline:
            msg = f"it is not ready within {PATIENCE} s"
            raise ReleaseError(msg)
        time.sleep(0.2)


def is_ready(url: str) -> bool:
    """Whether the service answers requests."""
    try:
        return bool(ask(f"{url}/ready"))
    except OSError:
        return False


def ask(url: str, body: object = None, key: str = "") -> dict[str, Any]:
    """The content of an answer in JSON; OSError for one that is a refusal."""
    content: dict[str, Any] = json.loads(fetch(url, body, key))
    return content


def fetch(url: str, body: object = None, key: str = "") -> str:
    """The text of an answer; OSError for one that is a refusal."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)  # noqa: S310  (a container's, or the end of a tunnel)
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        text: str = response.read().decode()
        return text
