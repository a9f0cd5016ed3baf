"""Brings a registered version to an environment, or back what served there before, and notes it in the ledger."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from kedro_modelops.release.deployment import signatures
from kedro_modelops.release.programs import ReleaseError, capture, say
from kedro_modelops.release.registry_login import log_in

ROLLBACK = "rollback"
"""Named in the place of a version: what served before."""
UNKNOWN_BUILDER = "nobody knows who built the image (UNSIGNED)"


class Versions(Protocol):
    """The registry, as far as a deployment asks it; see `RegisteredVersions`."""

    def previous(self, environment: str) -> tuple[str, str]:
        """The version that served before, and its image."""

    def number(self, wanted: str) -> str:
        """Number of the version that has this number or alias, if it may serve."""

    def image(self, version: str) -> str:
        """The image that was built with a version; empty if none was."""

    def note_image(self, version: str, image: str) -> None:
        """Makes an image part of the lineage of a version."""

    def golden(self, version: str) -> str:
        """What a version that may serve answered when it was trained, as JSON."""

    def promote(self, version: str, environment: str, reason: str, approved_by: str) -> str:
        """Makes a version the one that serves; what has changed, in a sentence."""

    def rollback(self, environment: str, reason: str, approved_by: str) -> str:
        """Makes the version serve that served before; what has changed, in a sentence."""


Release = Callable[[str, str, dict[str, Any]], None]
"""Takes the image, that of the pipelines, and the golden answers."""
Build = Callable[[str], tuple[str, str]]
"""Takes a version."""


@dataclass(frozen=True)
class Order:
    """What is to be deployed.

    Attributes:
        environment: `staging` or `production`.
        version: Number or alias, or `ROLLBACK`.
        reason: For the ledger.
        image: Named by its digest; otherwise the one that was built with the version and, at home, one that is built.
            Of a rollback the ledger knows it.
        pipelines_image: Deployed beside it, if any.
        unsigned: At home: let an image pass that deploy.yml did not build; the ledger says so.
    """

    environment: str
    version: str
    reason: str
    image: str = ""
    pipelines_image: str = ""
    unsigned: bool = False


def deploy(order: Order, versions: Versions, release: Release, build: Build) -> None:
    """Builds where need be, verifies, tries and notes what is deployed, in this order.

    Args:
        order: What is to be deployed.
        versions: The registry.
        release: Brings an image to the environment, if it gives the golden answers.
        build: Builds and pushes the image of a version, and that of the pipelines.

    Raises:
        ReleaseError: If there is no image, it is not signed and attested, or does not serve; nothing has changed then.
    """
    approved_by, trusted = approvers(), order.unsigned and not os.environ.get("GITHUB_ACTIONS")
    pipelines, reason = order.pipelines_image, order.reason
    if order.version == ROLLBACK:
        version, image = versions.previous(order.environment)
    else:
        version = versions.number(order.version)
        image = order.image or versions.image(version)
    if not image:
        if not trusted:
            msg = f"version {version} has no image yet: let deploy.yml build it or, at home, say UNSIGNED=yes to do so"
            raise ReleaseError(msg)
        image, pipelines = build(version)
    if trusted:
        reason = f"{reason}; {UNKNOWN_BUILDER}"
        say(f"{image}: {UNKNOWN_BUILDER}")
    else:
        log_in(image)
        signatures.main(*filter(None, [image, pipelines]))
    if order.version != ROLLBACK and versions.image(version) != image:
        versions.note_image(version, image)
    release(image, pipelines, json.loads(versions.golden(version)))
    if order.version == ROLLBACK:
        say(versions.rollback(order.environment, reason, approved_by))
    else:
        say(versions.promote(version, order.environment, reason, approved_by))


def approvers() -> str:
    """Who approved the run of the workflow, as GitHub knows it; empty at home."""
    run = os.environ.get("GITHUB_RUN_ID")
    if not run or not os.environ.get("GH_TOKEN"):
        return ""
    approvals = f"repos/{{owner}}/{{repo}}/actions/runs/{run}/approvals"
    return capture("gh", "api", approvals, "--jq", '[.[].user.login] | unique | join(", ")')
