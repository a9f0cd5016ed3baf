"""`make log-in`: what a job has in its environment afterwards, and what its cloud is told."""

import json
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from baking import PLUGIN, RELEASE, run
from runner import pairs


class Tokens(BaseHTTPRequestHandler):
    """GitHub's service for tokens, which says for whom a token is."""

    def do_GET(self) -> None:
        assert self.headers["Authorization"] == "Bearer of-the-job"
        (audience,) = parse_qs(urlparse(self.path).query)["audience"]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"value": f"token for {audience}"}).encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def github() -> Iterator[dict[str, str]]:
    """What GitHub tells a job with the permission `id-token: write`."""
    with HTTPServer(("127.0.0.1", 0), Tokens) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/?api-version=2"
        yield {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job"}
        server.shutdown()


def log_in(home: Path, told: dict[str, str], **variables: str) -> dict[str, str]:
    """Environment that a job's later steps have."""
    (home / "env").touch()
    env = PLUGIN | {"GITHUB_ENV": str(home / "env"), "RUNNER_TEMP": str(home), "VARIABLES": json.dumps(variables)}
    run(*RELEASE, "log-in", cwd=home, env=env | told)
    return pairs((home / "env").read_text("utf-8"))


def test_variables_are_taken_over_whatever_they_hold(tmp_path: Path) -> None:
    hosts = "one\ntwo=2\n<<END"
    assert log_in(tmp_path, {}, KNOWN=hosts, EMPTY="") == {"KNOWN": hosts, "EMPTY": ""}


def test_a_fork_gets_no_token_and_goes_on_without(tmp_path: Path) -> None:
    assert log_in(tmp_path, {}, AWS_ROLE="arn") == {"AWS_ROLE": "arn"}


def test_aws_gets_a_token_in_a_file_for_this_user_alone(tmp_path: Path, github: dict[str, str]) -> None:
    found = log_in(tmp_path, github, AWS_ROLE="arn", AWS_REGION="eu-west-1")
    assert (found["AWS_ROLE_ARN"], found["AWS_DEFAULT_REGION"]) == ("arn", "eu-west-1")
    token = Path(found["AWS_WEB_IDENTITY_TOKEN_FILE"])
    assert token.read_text("utf-8") == "token for sts.amazonaws.com"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600


def test_google_cloud_fetches_its_tokens_itself(tmp_path: Path, github: dict[str, str]) -> None:
    provider = "projects/1/locations/global/workloadIdentityPools/a/providers/b"
    found = log_in(tmp_path, github, GCP_PROVIDER=provider, GCP_SERVICE_ACCOUNT="data@p.iam.gserviceaccount.com")
    credentials = json.loads(Path(found["GOOGLE_APPLICATION_CREDENTIALS"]).read_text("utf-8"))
    assert credentials["audience"] == f"//iam.googleapis.com/{provider}"
    source = credentials["credential_source"]
    assert parse_qs(urlparse(source["url"]).query)["audience"] == [f"https://iam.googleapis.com/{provider}"]
    assert source["headers"] == {"Authorization": "Bearer of-the-job"}
    assert "data@p.iam.gserviceaccount.com" in credentials["service_account_impersonation_url"]


def test_azure_gets_a_token_beside_who_asks(tmp_path: Path, github: dict[str, str]) -> None:
    found = log_in(tmp_path, github, AZURE_CLIENT_ID="client", AZURE_TENANT_ID="tenant")
    assert (found["AZURE_CLIENT_ID"], found["AZURE_TENANT_ID"]) == ("client", "tenant")
    assert Path(found["AZURE_FEDERATED_TOKEN_FILE"]).read_text("utf-8") == "token for api://AzureADTokenExchange"
