"""Starts the image of the service, sealed as it will be where it serves, and asks it for the prediction of its example.

    make smoke        or: python docker/smoke.py IMAGE

The environment's DOCKER is the engine's client. Ends with 1, and the service's log, if there is no prediction.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

DOCKER = os.environ.get("DOCKER", "docker")
SEALED = ["--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges:true"]
PATIENCE = 60
"""Seconds until it has to be ready."""


def main(image: str) -> None:
    """Tries an image."""
    with tempfile.TemporaryDirectory() as folder:
        key, keys = make_key(Path(folder))
        words = ["run", "--detach", "--publish=127.0.0.1::8080", *SEALED, f"--volume={keys}:/run/serving:ro", image]
        container = docker(*words)
        try:
            answer = predict(f"http://{docker('port', container, '8080/tcp').splitlines()[0]}", key)
            print(f"{image} predicts {answer['predictions'][0]} with {answer['model']}")
        except (OSError, KeyError, TimeoutError) as error:
            sys.exit(f"{image} gives no prediction: {error}\n{docker('logs', container)}")
        finally:
            docker("rm", "--force", "--volumes", container)


def make_key(folder: Path) -> tuple[str, Path]:
    """An API key, and the folder that holds its hash and that the container can read."""
    folder.chmod(0o755)
    file = folder / "keys.json"
    words = ["kedro", "keys", "create", "smoke", "--scope", "predict"]
    told = subprocess.check_output(words, env={**os.environ, "SERVING_KEYS_FILE": str(file)}, text=True)
    file.chmod(0o644)
    return told.split()[-1], folder


def predict(url: str, key: str) -> dict:
    """Waits until the service is ready; its answer to the example of its own documentation."""
    deadline = time.monotonic() + PATIENCE
    while not is_ready(url):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ready within {PATIENCE} s")
        time.sleep(0.2)
    kinds = ask(f"{url}/openapi.json")["components"]["schemas"].values()
    row = next(kind["example"] for kind in kinds if "example" in kind and "required" in kind)
    return ask(f"{url}/invocations", {"dataframe_records": [row]}, key)


def is_ready(url: str) -> bool:
    """Whether the service answers requests."""
    try:
        return bool(ask(f"{url}/ready"))
    except OSError:
        return False


def ask(url: str, body: object = None, key: str = "") -> dict:
    """The content of an answer in JSON; OSError for one that is a refusal."""
    return json.loads(fetch(url, body, key))


def fetch(url: str, body: object = None, key: str = "") -> str:
    """The text of an answer; OSError for one that is a refusal."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=10) as response:
        return response.read().decode()


def docker(*words: str) -> str:
    """What the engine's client answers, both streams."""
    done = subprocess.run([DOCKER, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f"docker {words[0]} failed: {done.stdout}")
    return done.stdout.strip()


if __name__ == "__main__":
    main(*sys.argv[1:])
