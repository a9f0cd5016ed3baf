"""No key, no answer."""

import json
import time
from pathlib import Path

import pytest
import requests
from kedro_modelops.errors import RefusedError
from kedro_modelops.serving.access.key_ring import KeyRing
from kedro_modelops.serving.access.keys import create_key, read_keys, revoke_key
from service import Server, Start

PATHS = [("POST", "invocations", "predict"), ("POST", "reload", "operate"), ("GET", "metrics", "operate")]
WRONG = [
    None,
    "",
    "Bearer",
    "Bearer ",
    "Bearer .",
    "Bearer nobody.secret",
    "Basic !!!",
    "Basic dXNlcjo=",
    "Digest x",
    "Bearer é",
]


@pytest.mark.parametrize(("method", "path", "scope"), PATHS)
@pytest.mark.parametrize("header", WRONG)
def test_without_a_key_that_is_known_nothing_is_answered(
    server: Server, method: str, path: str, scope: str, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header.encode()}
    response = requests.request(method, f"{server.url}/{path}", headers=headers, timeout=600)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path", "scope"), PATHS)
def test_a_key_for_something_else_is_refused(server: Server, method: str, path: str, scope: str) -> None:
    other = {"predict": "operate", "operate": "predict"}[scope]
    headers = {"Authorization": f"Bearer {create_key(server.keys, 'other', [other])}"}
    time.sleep(1.1)
    response = requests.request(method, f"{server.url}/{path}", headers=headers, timeout=600)
    assert response.status_code == 403
    assert f"does not have the scope '{scope}'" in response.json()["message"]


def test_a_right_id_with_a_wrong_secret_is_refused(server: Server) -> None:
    key = str(server.session.headers["Authorization"])
    response = requests.post(f"{server.url}/reload", headers={"Authorization": key[:-1] + "~"}, timeout=600)
    assert response.status_code == 401


def test_keys_rotate_without_a_restart(start: Start, plan: dict[str, object]) -> None:
    server = start()
    old = read_keys(server.keys)[0].id
    new = create_key(server.keys, "next", ["predict"])
    time.sleep(1.1)
    assert server.ask(plan).status_code == 200
    revoke_key(server.keys, old)
    time.sleep(1.1)
    assert server.ask(plan).status_code == 401
    server.session.headers["Authorization"] = f"Bearer {new}"
    assert server.ask(plan).status_code == 200
    good = server.keys.read_text()
    server.keys.write_text("spoiled")
    time.sleep(1.1)
    assert server.ask(plan).status_code == 200
    server.keys.unlink()
    time.sleep(1.1)
    assert server.ask(plan).status_code == 200
    told = [line["problem"] for line in server.log() if line["message"] == "the last good keys stay"]
    assert len(told) == 2
    server.keys.write_text(good)
    revoke_key(server.keys, read_keys(server.keys)[0].id)
    time.sleep(1.1)
    assert server.ask(plan).status_code == 401


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"keys_file": ""}, "no API keys: set SERVING_KEYS_FILE"),
        ({"keys_file": "/nowhere/keys.json"}, "there is no file /nowhere/keys.json"),
        ({"bundle": ""}, "no model: set SERVING_BUNDLE"),
        ({"bundle": "/nowhere"}, "holds no registered version"),
        ({"max_rows": 0}, "SERVING_MAX_ROWS is .0.: Input should be greater than 0"),
        ({"workers": 0}, "SERVING_WORKERS is .0.: Input should be greater than 0"),
        ({"workers": "two"}, "SERVING_WORKERS is .two.: Input should be a valid integer"),
        ({"PREDICTION_STORE_URL": "sqlite:////nowhere/at/all.db"}, "does not answer"),
    ],
)
def test_what_is_not_configured_does_not_start(start: Start, settings: dict[str, object], told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        start(**settings)


def test_secrets_are_not_kept(server: Server) -> None:
    secret = str(server.session.headers["Authorization"]).partition(".")[2]
    assert secret not in server.keys.read_text()
    first, second = (json.loads(server.keys.read_text())[0][name] for name in ("salt", "hash"))
    assert len(first) == 32
    assert len(second) == 64
    assert server.keys.stat().st_mode & 0o077 == 0


def test_who_could_read_the_keys_can_read_the_new_ones(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    create_key(keys, "first", ["predict"])
    keys.chmod(0o644)
    create_key(keys, "second", ["predict"])
    assert keys.stat().st_mode & 0o777 == 0o644


def test_a_file_that_holds_no_keys_is_named(server: Server) -> None:
    with pytest.raises(RefusedError, match="is no file of keys"):
        KeyRing(server.keys.parent / "key")
