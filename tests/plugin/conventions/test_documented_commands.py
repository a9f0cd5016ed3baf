"""What docs/run-in-production.md says to type can be typed: commands and options exist, and a password is rotated."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.release.deployment.backup import rotate_password
from kedro_modelops.testing.project import PROJECT, Kedro
from sqlalchemy import make_url, text

from postgres import PROGRAMS, running_postgres

DOCUMENT = (PROJECT / "docs" / "run-in-production.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
INLINE = re.findall(r"`((?:[A-Z_]+=\S+ )?kedro [^`]+)`", DOCUMENT)
TYPED = re.findall(
    r"(?:^|[|;&] ?)((?:[A-Z_]+=\S+ )?kedro (?:\"[^\"]*\"|[^\"\n|;&#>])*)", "\n".join(BLOCKS), re.MULTILINE
)
OLD = "the-old-one"  # pragma: allowlist secret


def words(command: str) -> tuple[list[str], list[str]]:
    """Names of commands, and names of options."""
    said = [word for word in shlex.split(command) if "=" not in word or word.startswith("-")][1:]
    names = [word for word in said if re.fullmatch(r"[a-z][a-z-]*", word)]
    return names, [word.partition("=")[0] for word in said if word.startswith("--")]


@pytest.mark.parametrize("command", sorted({*INLINE, *TYPED}))
def test_each_command_of_kedro_has_the_options_that_are_said(command: str, kedro: Kedro) -> None:
    names, options = words(command)
    depth = 2 if names[0] in {"keys", "predictions", "model", "release", "modelops"} else 1
    helped = kedro(*names[:depth], "--help")
    assert helped.exit_code == 0, helped.output
    assert [option for option in options if option not in helped.output] == []


def test_the_document_says_each_kind_of_secret() -> None:
    assert len(TYPED) > 5
    section = DOCUMENT.partition("## Rotation")[2].partition("\n## ")[0]
    for kind in ("API keys", "the database's password", "TLS certificates", "users of MLflow", "secrets on GitHub"):
        assert f"| {kind} |" in section
    assert {verb for names, _ in map(words, INLINE) for verb in names[:2]} >= {"create", "list", "revoke", "retain"}


DOCKER = """#!/bin/sh
case "$1 $2 $5" in
"compose exec wget") echo predictions,serve1,0,UP, ;;
"compose exec"*) while [ "$1" != --username ]; do shift; done; exec "$PSQL" --host "$SERVER" "$@" ;;
"compose ps"*) echo one two ;;
inspect*) echo healthy ;;
restart*) # a service that starts: it logs in as it is told to, and writes
    url=$(sed "s|+psycopg||; s|@postgres/predictions|@/predictions?host=$SERVER|" secrets/predictions_url)
    "$PSQL" "$url" --command "CREATE TABLE written_$(date +%N) (number int)" >/dev/null && echo "$url" >>started ;;
esac
"""


@pytest.fixture
def server() -> Iterator[str]:
    """A PostgreSQL that asks for passwords, but the administrator; the folder of its socket."""
    with running_postgres("local all postgres trust\nlocal all all scram-sha-256") as url:
        yield make_url(url).query["host"]


@pytest.mark.skipif(not PROGRAMS, reason="no PostgreSQL is here; .ci/run installs it")
def test_a_password_of_the_database_is_rotated_while_services_start_and_write(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    psql = [str(PROGRAMS[-1] / "psql"), "--host", server, "--username", "postgres"]
    made = f"CREATE ROLE predictions LOGIN PASSWORD '{OLD}'; CREATE DATABASE predictions OWNER predictions;"
    for statement in made.split("; "):
        subprocess.run([*psql, "--command", statement], check=True)
    subprocess.run([*psql, "--command", "REVOKE CONNECT ON DATABASE predictions FROM PUBLIC"], check=True)

    def url(name: str, password: str) -> str:
        return f"postgresql+psycopg://{name}:{password}@/predictions?host={server}"

    for folder in ("secrets", "bin"):
        (tmp_path / folder).mkdir()
    (tmp_path / "compose.yaml").touch()
    (tmp_path / "bin/docker").write_text(DOCKER)
    (tmp_path / "bin/docker").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DEPLOY_HOST", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    monkeypatch.setenv("PSQL", psql[0])
    monkeypatch.setenv("SERVER", server)
    with closing(PredictionStore(url("predictions", OLD))) as running:
        running.try_to_write()
        for _ in range(2):
            rotate_password()
            running.try_to_write()  # its connections of before stay open
    roles = re.findall("//([a-z_]+):", (tmp_path / "started").read_text())
    assert roles == (["stand_in"] * 2 + ["predictions"] * 2) * 2
    new = (tmp_path / "secrets/predictions_password").read_text()
    assert (
        tmp_path / "secrets/predictions_url"
    ).read_text() == f"postgresql+psycopg://predictions:{new}@postgres/predictions"
    for gone in (url("predictions", OLD), url("stand_in", new)):
        with pytest.raises(RefusedError, match="does not answer"):
            PredictionStore(gone)
    with closing(PredictionStore(url("predictions", new))) as store, store._engine.connect() as connection:
        owners = connection.execute(text("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"))
        assert owners.scalars().all() == ["predictions"]
