"""How one logs in to a registry of images: with the token of a cloud or of GitHub's job, or with a password.

A cloud's registry takes the identity that `kedro release log-in`, or its own tool at home, has left: no password is
kept. What is passed on to a host lives as long as a pull.
"""

import os
import re
from collections.abc import Callable
from typing import NamedTuple

from kedro_modelops.release.programs import capture, is_installed, setting


class Login(NamedTuple):
    """Who asks a registry for images."""

    registry: str
    user: str
    password: str


def find_login(image: str) -> Login | None:
    """The login for the registry of an image; None where none is known here, as for public images.

    Whoever types this may be logged in by `docker login` already.
    """
    registry = image.partition("/")[0]
    if password := os.environ.get("REGISTRY_PASSWORD"):
        user = setting("REGISTRY_USERNAME", f"REGISTRY_PASSWORD is of a user of {registry}: name that user")
        return Login(registry, user, password)
    for pattern, (program, ask) in CLOUDS.items():
        if (named := re.fullmatch(pattern, registry)) and is_installed(program):
            return Login(registry, *ask(named))
    actor, token = os.environ.get("GITHUB_ACTOR"), os.environ.get("GH_TOKEN")
    return Login(registry, actor, token) if registry == "ghcr.io" and actor and token else None


def log_in(image: str) -> None:
    """Lets Docker, cosign and gh here into the registry of an image."""
    if found := find_login(image):
        docker = os.environ.get("DOCKER") or "docker"
        capture(docker, "login", "--username", found.user, "--password-stdin", found.registry, content=found.password)


def _amazon(registry: re.Match[str]) -> tuple[str, str]:
    return "AWS", capture("aws", "ecr", "get-login-password", "--region", registry["region"])


def _google(_: re.Match[str]) -> tuple[str, str]:
    return "oauth2accesstoken", capture("gcloud", "auth", "application-default", "print-access-token")


CLOUDS: dict[str, tuple[str, Callable[[re.Match[str]], tuple[str, str]]]] = {
    r"\d+\.dkr\.ecr(-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?": ("aws", _amazon),
    r"[a-z0-9-]+-docker\.pkg\.dev|([a-z]+\.)?gcr\.io": ("gcloud", _google),
}
"""Names of clouds' registries, the program that knows the cloud, and what it is asked for."""
