"""Stands in for cosign, which signs without a key in workflows; who signed what lands in GH_STATE, as with `gh`."""

import argparse
import json
import os
import sys
from pathlib import Path

STATE = Path(os.environ["GH_STATE"])
ISSUER = "https://token.actions.githubusercontent.com"


def main(verb: str, *words: str) -> None:
    """Signs images as the workflow whose job this is, or ends with 1 unless one of an identity has signed them all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("images", nargs="+")
    options = {"sign": ("yes",), "verify": ("certificate-identity", "certificate-oidc-issuer")}[verb]
    for option in options:
        parser.add_argument(f"--{option}", required=True, **({"action": "store_true"} if option == "yes" else {}))
    asked = parser.parse_args(words)
    state = json.loads(STATE.read_text("utf-8")) if STATE.exists() else {}
    signed = state.setdefault("signed", [])
    if verb == "sign":
        signer = f"https://github.com/{os.environ['GITHUB_WORKFLOW_REF']}"
        signed += [{"image": image, "signer": signer, "issuer": ISSUER} for image in asked.images]
        STATE.write_text(json.dumps(state, indent=2), "utf-8")
        return
    who = {"signer": asked.certificate_identity, "issuer": asked.certificate_oidc_issuer}
    if any({"image": image, **who} not in signed for image in asked.images):
        sys.exit("cosign: none of the expected identities matched what was in the certificate, or nobody signed")


if __name__ == "__main__":
    main(*sys.argv[1:])
