"""Pushes images that were built here to the team's repository of images."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from kedro_modelops.release.programs import ReleaseError, capture, say, setting
from kedro_modelops.release.registry_login import log_in
from kedro_modelops.tracking.commits import folder_in_repository


def main(*images: str) -> None:
    """Pushes images by their names, such as `serve` and `train`, tagged with `VERSION` and the time.

    A version that is built again gets another tag, since registries may let nobody change what a tag names.
    `IMAGE_REPOSITORY` is where to; in GitHub Actions it is ghcr.io by default. `SERVE_IMAGE` and `TRAIN_IMAGE` are the
    names under which they were built. Prints the name of each there, with its digest, and both parts of it.
    """
    docker, version = os.environ.get("DOCKER") or "docker", setting("VERSION", "name the version of the model")
    repository, tag = place(), f"{version}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    log_in(repository)
    for image in images:
        name = f"{repository.lower()}/{image}"
        built = setting(f"{image.upper()}_IMAGE", "name the image that was built")
        capture(docker, "tag", built, f"{name}:{tag}")
        sys.stderr.write(capture(docker, "push", "--quiet", f"{name}:{tag}") + "\n")
        form = r'{{join .RepoDigests "\n"}}'
        known = capture(docker, "image", "inspect", "--format", form, f"{name}:{tag}").splitlines()
        pushed = next((one for one in known if one.startswith(f"{name}@")), None)
        if pushed is None:
            msg = f"{name}:{tag} was pushed, but {docker} knows no digest of it"
            raise ReleaseError(msg)
        for line in (f"{image}={pushed}", f"{image}-name={name}", f"{image}-digest={pushed.partition('@')[2]}"):
            say(line)


def build(version: str) -> tuple[str, str]:
    """Builds the image of the service with a version and, for a cluster, that of the pipelines, and pushes them.

    Returns:
        Their names, with digests; the second one is empty where no cluster runs pipelines.
    """
    place()  # before minutes of work
    told = capture("make", "--silent", "image-serve", "push", f"VERSION={version}")
    pushed = dict(line.split("=", 1) for line in told.splitlines() if line.startswith(("serve=", "train=")))
    return pushed["serve"], pushed.get("train", "")


def place() -> str:
    """Where images are pushed to."""
    if known := os.environ.get("IMAGE_REPOSITORY"):
        return known
    owner = setting("GITHUB_REPOSITORY", "at home name IMAGE_REPOSITORY, where images are pushed to")
    return "/".join(["ghcr.io", owner, *PurePosixPath(folder_in_repository(Path.cwd())).parts])
