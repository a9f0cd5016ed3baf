"""Who logs in to a registry of images: a password, the cloud's own program, the token of GitHub's job, or nobody."""

import os
from pathlib import Path

import pytest
from kedro_modelops.release.programs import ReleaseError
from kedro_modelops.release.registry_login import Login, find_login, log_in

VARIABLES = ("REGISTRY_USERNAME", "REGISTRY_PASSWORD", "GITHUB_ACTOR", "GH_TOKEN")
AMAZON = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
GOOGLE = "europe-west3-docker.pkg.dev"


@pytest.fixture(autouse=True)
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Programs of the clouds, and Docker, which note what is typed."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for program in ("aws", "gcloud", "docker"):
        path = tmp_path / program
        path.write_text(f'#!/bin/sh\necho "$0 $*" | sed "s|.*/||" >>{tmp_path}/typed\n[ $# = 0 ] || echo a-token\n')
        path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delenv("DOCKER", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("image", "user", "typed"),
    [
        (f"{AMAZON}/team/serve@sha256:1", "AWS", "aws ecr get-login-password --region eu-west-1"),
        (f"{GOOGLE}/project/team/serve:1", "oauth2accesstoken", "gcloud auth application-default print-access-token"),
        ("eu.gcr.io/project/serve:1", "oauth2accesstoken", "gcloud auth application-default print-access-token"),
    ],
)
def test_a_cloud_gives_a_token(tools: Path, image: str, user: str, typed: str) -> None:
    assert find_login(image) == Login(image.partition("/")[0], user, "a-token")
    assert (tools / "typed").read_text() == f"{typed}\n"


@pytest.mark.parametrize("image", [f"{AMAZON}.example/serve", "registry.example/amazonaws.com", "127.0.0.1:5000/serve"])
def test_no_other_registry_is_told_the_token_of_a_cloud_or_of_github(
    image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "octocat")
    monkeypatch.setenv("GH_TOKEN", "of-the-job")
    assert find_login(image) is None
    assert find_login("ghcr.io/team/serve:1") == Login("ghcr.io", "octocat", "of-the-job")


def test_a_password_goes_before_and_stands_in_no_argument(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_PASSWORD", "a-password")
    with pytest.raises(ReleaseError, match="REGISTRY_USERNAME is not set: REGISTRY_PASSWORD is of a user of registry"):
        find_login("registry.example/serve")
    monkeypatch.setenv("REGISTRY_USERNAME", "reader")
    log_in("registry.example/serve")
    assert (tools / "typed").read_text() == "docker login --username reader --password-stdin registry.example\n"
