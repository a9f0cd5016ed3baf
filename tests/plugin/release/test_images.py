"""`kedro release push` and `smoke`, with an engine that takes notes."""

import os
import re
from pathlib import Path

import pytest
from kedro_modelops.release import images, smoke
from kedro_modelops.release.deployment import service
from kedro_modelops.release.programs import ReleaseError

DOCKER = """#!/bin/sh
echo "$*" >>{home}/typed
case $1 in
image) printf 'elsewhere.example/serve@sha256:0\\n%s' "{digests}" ;;
port) echo 127.0.0.1:1 ;;
run) echo container ;;
logs) echo "It cannot start" >&2 ;;
esac
"""


def engine(home: Path, monkeypatch: pytest.MonkeyPatch, digests: str = "") -> None:
    """An engine's client."""
    docker = home / "docker"
    docker.write_text(DOCKER.format(home=home, digests=digests))
    docker.chmod(0o755)
    monkeypatch.setenv("DOCKER", str(docker))
    for name, value in {"VERSION": "3", "SERVE_IMAGE": "built", "GITHUB_REPOSITORY": "Org/Project"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("IMAGE_REPOSITORY", raising=False)


def test_the_name_of_what_was_pushed_has_its_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine(tmp_path, monkeypatch, "ghcr.io/org/project/serve@sha256:1")
    images.main("serve")
    assert capsys.readouterr().out.splitlines() == [
        "serve=ghcr.io/org/project/serve@sha256:1",
        "serve-name=ghcr.io/org/project/serve",
        "serve-digest=sha256:1",
    ]
    typed = (tmp_path / "typed").read_text()
    tag = re.match(r"tag built (ghcr\.io/org/project/serve:3-\d{8}T\d{6})\n", typed)
    assert tag is not None
    assert f"\npush --quiet {tag[1]}\n" in typed


@pytest.mark.parametrize("missing", ["VERSION", "SERVE_IMAGE", "GITHUB_REPOSITORY"])
def test_what_is_not_set_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    engine(tmp_path, monkeypatch)
    monkeypatch.delenv(missing)
    with pytest.raises(ReleaseError, match=f"{missing} is not set: "):
        images.main("serve")


def test_a_push_that_leaves_no_digest_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine(tmp_path, monkeypatch)
    with pytest.raises(ReleaseError, match=r"was pushed, but .* knows no digest of it"):
        images.main("serve")


def test_a_service_that_does_not_answer_shows_its_log_and_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(tmp_path, monkeypatch)
    monkeypatch.setattr(service, "PATIENCE", 0)
    with pytest.raises(ReleaseError, match="built gives no prediction: it is not ready within 0 s\nIt cannot start"):
        smoke.smoke("built")
    typed = (tmp_path / "typed").read_text().splitlines()
    assert typed[0].startswith("run --detach --publish=127.0.0.1::8080 --read-only")
    assert typed[-1] == "rm --force --volumes container"
    assert os.environ["DOCKER"] not in typed[0]
