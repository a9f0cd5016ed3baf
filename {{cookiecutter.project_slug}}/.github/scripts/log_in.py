"""Takes over the repository's variables, and logs in to the cloud that they name, with the token of GitHub's job.

    make log-in

No key of a cloud is kept anywhere: AWS, Google Cloud and Azure trust GitHub's tokens (OpenID Connect). What this leaves
in the environment of the steps that follow is understood by the libraries that DVC uses. Tokens live for minutes.
"""

import json
import os
import urllib.request
from pathlib import Path

VARIABLES: dict[str, str] = json.loads(os.environ.get("VARIABLES") or "{}")
URL, BEARER = (os.environ.get(f"ACTIONS_ID_TOKEN_REQUEST_{name}", "") for name in ("URL", "TOKEN"))


def main() -> None:
    """Says what it does."""
    remember(VARIABLES)
    if not URL:
        print("GitHub gives this job no token, as for forks: it is not logged in anywhere.")
        return
    folder = Path(os.environ["RUNNER_TEMP"], "identity")
    folder.mkdir(mode=0o700, exist_ok=True)
    for role, log_in in (("AWS_ROLE", aws), ("GCP_PROVIDER", google), ("AZURE_CLIENT_ID", azure)):
        if VARIABLES.get(role):
            remember(log_in(folder))
            print(f"Logged in as {VARIABLES[role]}.")


def aws(folder: Path) -> dict[str, str]:
    """What boto3 wants: https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html."""
    token = write(folder / "aws", fetch_token("sts.amazonaws.com"))
    region = VARIABLES.get("AWS_REGION", "us-east-1")
    return {"AWS_ROLE_ARN": VARIABLES["AWS_ROLE"], "AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_DEFAULT_REGION": region}


def google(folder: Path) -> dict[str, str]:
    """What google-auth wants, which fetches tokens itself: https://google.aip.dev/auth/4117."""
    audience = f"//iam.googleapis.com/{VARIABLES['GCP_PROVIDER']}"
    account = VARIABLES["GCP_SERVICE_ACCOUNT"]
    accounts = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts"
    credentials = {
        "type": "external_account",
        "audience": audience,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "service_account_impersonation_url": f"{accounts}/{account}:generateAccessToken",
        "credential_source": {
            "url": f"{URL}&audience=https:{audience}",
            "headers": {"Authorization": f"Bearer {BEARER}"},
            "format": {"type": "json", "subject_token_field_name": "value"},
        },
    }
    return {"GOOGLE_APPLICATION_CREDENTIALS": write(folder / "google.json", json.dumps(credentials))}


def azure(folder: Path) -> dict[str, str]:
    """What azure-identity wants: WorkloadIdentityCredential, beside AZURE_CLIENT_ID and AZURE_TENANT_ID."""
    return {"AZURE_FEDERATED_TOKEN_FILE": write(folder / "azure", fetch_token("api://AzureADTokenExchange"))}


def fetch_token(audience: str) -> str:
    """A token that says to `audience` which repository and branch this job belongs to."""
    request = urllib.request.Request(f"{URL}&audience={audience}", headers={"Authorization": f"Bearer {BEARER}"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)["value"]


def write(path: Path, content: str) -> str:
    """Writes a file that nobody else may read; its path."""
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
    return str(path)


def remember(values: dict[str, str]) -> None:
    """Puts values into the environment of the steps that follow."""
    with Path(os.environ["GITHUB_ENV"]).open("a", encoding="utf-8") as file:
        for name, value in values.items():
            end = f"END-{os.urandom(8).hex()}"
            file.write(f"{name}<<{end}\n{value}\n{end}\n")


if __name__ == "__main__":
    main()
