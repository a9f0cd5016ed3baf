"""Takes over the repository's variables, and logs in to the cloud that they name, with the token of GitHub's job.

No key of a cloud is kept anywhere: AWS, Google Cloud and Azure trust GitHub's tokens (OpenID Connect). What this leaves
in the environment of the steps that follow is understood by the libraries that DVC uses. Tokens live for minutes.
"""

import json
import os
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kedro_modelops.release.programs import ReleaseError, append, say, setting

Variables = Mapping[str, str]


@dataclass(frozen=True)
class JobIdentity:
    """GitHub's service that says to others which repository and branch a job belongs to.

    Attributes:
        url: Of the service.
        bearer: Token with which the job asks it.
        folder: Where tokens are written, for this user alone.
    """

    url: str
    bearer: str
    folder: Path

    def fetch(self, audience: str) -> str:
        """A token for `audience`."""
        headers = {"Authorization": f"Bearer {self.bearer}"}
        request = urllib.request.Request(f"{self.url}&audience={audience}", headers=headers)  # noqa: S310  (GitHub's)
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            token: str = json.load(response)["value"]
            return token

    def write(self, name: str, content: str) -> str:
        """Writes a file that nobody else may read; its path."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(content, encoding="utf-8")
        return str(path)


def main() -> None:
    """Logs in; `VARIABLES` holds the repository's variables as JSON, as a workflow's `toJSON(vars)` gives them."""
    known = os.environ.get("VARIABLES") or "{}"
    try:
        variables: dict[str, str] = json.loads(known)
    except ValueError as error:
        msg = f"VARIABLES is no JSON object of the repository's variables: {error}"
        raise ReleaseError(msg) from error
    setting("GITHUB_ENV", "this is for a job of GitHub Actions; at home log in with the tool of your cloud")
    remember(variables)
    url, bearer = (os.environ.get(f"ACTIONS_ID_TOKEN_REQUEST_{name}", "") for name in ("URL", "TOKEN"))
    if not url:
        say("GitHub gives this job no token, as for forks: it is not logged in anywhere.")
        return
    identity = JobIdentity(
        url, bearer, Path(setting("RUNNER_TEMP", "GitHub names there a folder of the job"), "identity")
    )
    identity.folder.mkdir(mode=0o700, exist_ok=True)
    for role, log_in in CLOUDS.items():
        if variables.get(role):
            remember(log_in(identity, variables))
            say(f"Logged in as {variables[role]}.")


def remember(values: Variables) -> None:
    """Puts values into the environment of the steps that follow."""
    for name, value in values.items():
        end = f"END-{os.urandom(8).hex()}"
        append("GITHUB_ENV", f"{name}<<{end}\n{value}\n{end}\n")


def aws(identity: JobIdentity, variables: Variables) -> Variables:
    """What boto3 wants: https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html."""
    token = identity.write("aws", identity.fetch("sts.amazonaws.com"))
    region = variables.get("AWS_REGION", "us-east-1")
    return {"AWS_ROLE_ARN": variables["AWS_ROLE"], "AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_DEFAULT_REGION": region}


def google(identity: JobIdentity, variables: Variables) -> Variables:
    """What google-auth wants, which fetches tokens itself: https://google.aip.dev/auth/4117."""
    audience = f"//iam.googleapis.com/{variables['GCP_PROVIDER']}"
    if not (account := variables.get("GCP_SERVICE_ACCOUNT")):
        raise ReleaseError("GCP_PROVIDER is set, and GCP_SERVICE_ACCOUNT is not: name the account that reads the data")
    accounts = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts"
    credentials = {
        "type": "external_account",
        "audience": audience,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "service_account_impersonation_url": f"{accounts}/{account}:generateAccessToken",
        "credential_source": {
            "url": f"{identity.url}&audience=https:{audience}",
            "headers": {"Authorization": f"Bearer {identity.bearer}"},
            "format": {"type": "json", "subject_token_field_name": "value"},
        },
    }
    return {"GOOGLE_APPLICATION_CREDENTIALS": identity.write("google.json", json.dumps(credentials))}


def azure(identity: JobIdentity, _: Variables) -> Variables:
    """What azure-identity wants: WorkloadIdentityCredential, beside AZURE_CLIENT_ID and AZURE_TENANT_ID."""
    return {"AZURE_FEDERATED_TOKEN_FILE": identity.write("azure", identity.fetch("api://AzureADTokenExchange"))}


CLOUDS: dict[str, Callable[[JobIdentity, Variables], Variables]] = {
    "AWS_ROLE": aws,
    "GCP_PROVIDER": google,
    "AZURE_CLIENT_ID": azure,
}
"""Variables that name who is logged in, and how."""
