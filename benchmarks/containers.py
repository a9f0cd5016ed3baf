"""The image of the service beside the image that `mlflow models build-docker` describes for the same model.

Both are built here, on the same base if the one that MLflow names cannot be pulled. Without a Docker engine there is
nothing to measure.
"""

import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from contest import ENVIRONMENT

from images import BASE, DOCKER, docker, take_what_is_here

OURS, THEIRS = "bench-serve", "bench-mlflow"
MB = 1e6


def table(project: Path, folder: Path) -> Iterator[str]:
    """Rows of the benchmark table, for a project that has been trained; the folder has the service's `keys.json`."""
    take_what_is_here(project)
    names = {"SERVE_IMAGE": OURS, "TRAIN_IMAGE": "bench-train", "DOCKER": DOCKER, "VERSION": "challenger"}
    subprocess.run(["make", "image"], cwd=project, env={**ENVIRONMENT, **names}, check=True, capture_output=True)
    mlflow = [str(project / ".venv/bin/python"), "-m", "mlflow", "models", "generate-dockerfile"]
    model = project / "build/bundle/model"
    subprocess.run([*mlflow, "-m", str(model), "-d", str(folder / "image")], check=True, capture_output=True)
    dockerfile = folder / "image" / "Dockerfile"
    dockerfile.write_text(re.sub(r"(?m)^FROM python:\S+", f"FROM {BASE}", dockerfile.read_text("utf-8")), "utf-8")
    _ask("build", "--tag", THEIRS, str(folder / "image"))
    ours, theirs, base = (int(_ask("image", "inspect", "--format={{.Size}}", name)) for name in (OURS, THEIRS, BASE))
    against = "the image of `mlflow models build-docker`"
    yield (
        f"| image of the service, {base / MB:.0f} MB of it the base | {against} | {ours / MB:.0f} MB "
        f"| {theirs / MB:.0f} MB | **{ours / theirs:.2f}** | ≤ 0.3, and ≤ 260 MB above the base |"
    )
    (folder / "keys.json").chmod(0o644)
    begin = _seconds_until_ready(OURS, "/ready", "--read-only", "--tmpfs=/tmp", f"--volume={folder}:/run/serving:ro")
    peer = _seconds_until_ready(THEIRS, "/ping")
    yield f"| container start to ready | {against} | {begin:.1f} s | {peer:.1f} s | {begin / peer:.2f} | |"
    _ask("image", "rm", "--force", OURS, THEIRS, "bench-train")


def _seconds_until_ready(image: str, path: str, *options: str) -> float:
    begin = time.perf_counter()
    container = _ask("run", "--detach", "--rm", "--publish=127.0.0.1::8080", *options, image)
    try:
        published = json.loads(_ask("inspect", "--format={{json .NetworkSettings.Ports}}", container))["8080/tcp"][0]
        while time.perf_counter() < begin + 120:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{published['HostPort']}{path}", timeout=5):
                    return time.perf_counter() - begin
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        message = f"{image} does not answer: {_ask('logs', container)}"
        raise RuntimeError(message)
    finally:
        _ask("kill", container)


def _ask(*words: str) -> str:
    return docker(*words).stdout.strip()
