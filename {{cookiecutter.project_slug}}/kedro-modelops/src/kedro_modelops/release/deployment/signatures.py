"""Refuses images that deploy.yml did not build on main of this repository.

Such an image carries a signature and an attestation by the identity of that workflow, which no branch and no person can
have.
"""

import os
import re
from pathlib import Path

from kedro_modelops.release.programs import ReleaseError, capture, is_installed, say, succeeds
from kedro_modelops.shared_repository.project_folder import workflow_name

ISSUER = "https://token.actions.githubusercontent.com"
REMEDY = "Let deploy.yml build it, or, at home, say UNSIGNED=yes"


def main(*images: str) -> None:
    """Verifies images.

    Raises:
        ReleaseError: For the first image whose name has no digest, that has no signature, or no attestation.
    """
    for tool in ("cosign", "gh"):
        if not is_installed(tool):
            msg = (
                f"Nobody can say who built the image without {tool}: install it. "
                "For an image that was built at home: UNSIGNED=yes"
            )
            raise ReleaseError(msg)
    repository = os.environ.get("GITHUB_REPOSITORY") or capture(
        "gh", "repo", "view", "--json", "nameWithOwner", "--jq", ".nameWithOwner"
    )
    server = os.environ.get("GITHUB_SERVER_URL") or "https://github.com"
    signer = f"{server}/{repository}/.github/workflows/{workflow_name(Path.cwd(), 'deploy.yml')}@refs/heads/main"
    for image in images:
        verify(image, repository, signer)
        say(f"{image} was built by {signer}.")


def verify(image: str, repository: str, signer: str) -> None:
    """Refuses an image, named by its digest, that `signer` did not sign and attest."""
    if not re.search(r"@sha256:[0-9a-f]{64}\Z", image):
        msg = f"{image} names no digest, so that what is verified may not be what is deployed: write NAME@sha256:…"
        raise ReleaseError(msg)
    identity = ("--certificate-identity", signer, "--certificate-oidc-issuer", ISSUER)
    if not succeeds("cosign", "verify", *identity, image):
        msg = f"{image} is refused: it has no signature of {signer}. {REMEDY}"
        raise ReleaseError(msg)
    attester = ("--repo", repository, "--cert-identity", signer, "--cert-oidc-issuer", ISSUER)
    if not succeeds("gh", "attestation", "verify", f"oci://{image}", *attester):
        msg = f"{image} is refused: it has no attestation of {signer}. {REMEDY}"
        raise ReleaseError(msg)
