"""Starts the image of the service, sealed as where it serves, and asks it for the prediction of its example."""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from kedro_modelops.release.deployment import service
from kedro_modelops.release.programs import ReleaseError, capture, say
from kedro_modelops.serving.access.keys import create_key

SEALED = ("--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges:true")


def smoke(image: str) -> None:
    """Tries an image.

    Raises:
        ReleaseError: If it gives no prediction; with the log of the service.
    """
    docker = os.environ.get("DOCKER") or "docker"
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder)
        keys.chmod(0o755)
        key = create_key(keys / "keys.json", "smoke", ["predict"])
        (keys / "keys.json").chmod(0o644)  # the container is another user
        words = ("--detach", "--publish=127.0.0.1::8080", *SEALED, f"--volume={keys}:/run/serving:ro", image)
        container = capture(docker, "run", *words)
        try:
            answer = _predict(f"http://{capture(docker, 'port', container, '8080/tcp').splitlines()[0]}", key)
            say(f"{image} predicts {answer['predictions'][0]} with {answer['model']}")
        except (OSError, KeyError, ReleaseError) as error:
            msg = f"{image} gives no prediction: {error}\n{_log(docker, container)}"
            raise ReleaseError(msg) from error
        finally:
            capture(docker, "rm", "--force", "--volumes", container)


def _predict(url: str, key: str) -> dict[str, Any]:
    """What the service answers to the example of its own documentation."""
    service.await_ready(url)
    kinds = service.ask(f"{url}/openapi.json")["components"]["schemas"].values()
    row = next(kind["example"] for kind in kinds if "example" in kind and "required" in kind)
    return service.ask(f"{url}/invocations", {"dataframe_records": [row]}, key)


def _log(docker: str, container: str) -> str:
    command = (docker, "logs", container)  # the service logs to both streams
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout  # noqa: S603
