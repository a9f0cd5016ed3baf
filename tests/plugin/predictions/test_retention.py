"""What is older than it may be is deleted, its space is given back, and a service writes on meanwhile."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
import store_before_revisions
import yaml
from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.prediction_store import TRIAL, PredictionStore
from kedro_modelops.predictions.tables import OUTCOMES, PREDICTIONS
from kedro_modelops.serving import retention
from kedro_modelops.testing.project import PROJECT, Kedro
from sqlalchemy import insert, make_url, select, text, update

OLD = datetime.now(UTC) - timedelta(days=400)
MANY = 3000


def predictions(time: datetime, count: int) -> list[dict[str, object]]:
    same = TRIAL | {"time": time, "inputs": {"text": "x" * 500}, "output": 0}
    return [same | {"prediction_id": f"{time:%Y-%m-%d}-{number}"} for number in range(count)]


def size(url: str) -> int:
    """Of the files of a database that has some, with what is not in its main file yet."""
    file = Path(make_url(url).database or "")
    return sum(path.stat().st_size for path in file.parent.glob(f"{file.name}*")) if file.is_file() else 0


@pytest.fixture
def store(store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[PredictionStore]:
    """With many old predictions, a new one, and an outcome of each time."""
    monkeypatch.setenv("PREDICTION_STORE_URL", store_url)
    with closing(PredictionStore(store_url)) as opened:
        opened.add_outcomes(pd.Series({"old": True}))
        with opened._engine.begin() as connection:
            connection.execute(insert(PREDICTIONS), predictions(OLD, MANY) + predictions(datetime.now(UTC), 1))
            connection.execute(update(OUTCOMES).values(time=OLD))
        opened.add_outcomes(pd.Series({"new": True}))
        yield opened


def test_what_is_old_goes_and_its_space_is_given_back(store: PredictionStore, store_url: str, kedro: Kedro) -> None:
    before = size(store_url)
    result = kedro("predictions", "retain", "--days", "365")
    assert result.exit_code == 0, result.output
    assert f"{MANY} predictions older than 365 days deleted" in result.output
    assert len(store.read()) == 1
    with store._engine.connect() as connection:
        assert connection.execute(select(OUTCOMES.c.key)).scalars().all() == ["new"]
        if before:
            assert size(store_url) < before / 4
        else:
            dead = "SELECT n_dead_tup, last_vacuum FROM pg_stat_user_tables WHERE relname = 'predictions'"
            assert connection.execute(text(dead)).one().last_vacuum
    store.try_to_write()  # the connection of before, as a running service has it
    assert "0 predictions older" in kedro("predictions", "retain", "--days", "365").output


@pytest.mark.usefixtures("store")
def test_the_job_of_a_host_deletes_by_its_setting_once_a_day(tmp_path: Path) -> None:
    job = yaml.safe_load((PROJECT / "compose.yaml").read_text())["services"]["retention"]
    assert job["profiles"] == ["retention"]
    assert job["environment"]["PREDICTION_DAYS"] == "${PREDICTION_DAYS:-}"
    sleep = tmp_path / "bin" / "sleep"
    sleep.parent.mkdir()
    sleep.write_text('#!/bin/sh\necho "slept $1"\nkill $PPID\n')
    sleep.chmod(0o755)
    path = f"{sleep.parent}:{os.environ['PATH']}"
    command = [word.replace("/opt/venv/bin/python", sys.executable) for word in job["entrypoint"]]

    def run(days: str) -> str:
        env = os.environ | {"PATH": path, "PREDICTION_DAYS": days}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=600)
        return done.stdout + done.stderr

    assert run("365") == f"{MANY} predictions older than 365 days deleted\nslept 86400\n"
    assert run("") == "PREDICTION_DAYS is '': set it to the days for which predictions are kept, such as 365\n"


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "a year", "²"])
def test_the_setting_is_a_number_of_days(monkeypatch: pytest.MonkeyPatch, days: str) -> None:
    monkeypatch.setenv("PREDICTION_DAYS", days)
    with pytest.raises(RefusedError, match="such as 365"):
        retention.main()


def test_outcomes_of_an_older_service_are_kept_from_now_on(
    store: PredictionStore, kedro: Kedro, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_before_revisions.write(store._engine, "unknown")
    assert kedro("predictions", "retain", "--days", "365").exit_code == 0
    with store._engine.connect() as connection:
        (time,) = connection.execute(select(OUTCOMES.c.time).where(OUTCOMES.c.key == "unknown")).scalars()
    assert datetime.now(UTC) - time.replace(tzinfo=UTC) < timedelta(hours=1)


@pytest.mark.parametrize("days", ["0", "-1", "many"])
def test_days_are_a_number_of_them(kedro: Kedro, days: str) -> None:
    assert kedro("predictions", "retain", "--days", days).exit_code == 2
    assert kedro("predictions", "retain").exit_code == 2
