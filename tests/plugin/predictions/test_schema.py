"""The store's tables are brought up to date in place, whatever wrote to them before, and while it still does."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import kedro_modelops
import pandas as pd
import pytest
import store_before_revisions
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions import schema
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.predictions.tables import METADATA
from kedro_modelops.testing.project import Kedro
from service import STORES
from sqlalchemy import Engine, NullPool, create_engine, inspect, text

ON_A_SERVER = pytest.mark.parametrize("store_url", STORES[1:], indirect=True)
"""SQLite has no roles, and its readers stop nobody."""


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    """As another program opens the database of the store."""
    opened = create_engine(store_url, poolclass=NullPool)
    yield opened
    opened.dispose()


def set_revision(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {schema.TABLE} SET version_num = :it"), {"it": revision})  # noqa: S608  (a constant)


def test_the_newest_revision_is_named_and_makes_the_tables_of_the_code(store_url: str, engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", "kedro_modelops.predictions:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.REVISION
    PredictionStore(store_url).close()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": schema.TABLE})
        assert compare_metadata(context, METADATA) == []


def test_a_store_from_before_revisions_is_brought_up_to_date_in_place(store_url: str, engine: Engine) -> None:
    store_before_revisions.make(engine)
    with closing(PredictionStore(store_url)) as store:
        (found,) = store.read().to_dict("records")
        assert found["prediction_id"] == "first-0"
        assert found["inputs"] == {"origin": "JFK"}
        assert found["outcome"] is False
        store.add_outcomes(pd.Series({"first": True}))
        store_before_revisions.write(engine, "second")  # the service of before still runs
        assert store.read()["outcome"].tolist() == [True, False]
        assert set(store.requests(["first", "second"])) == {"first", "second"}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": schema.TABLE})
        assert compare_metadata(context, METADATA) == []


def test_a_store_that_lacks_later_tables_gets_them(store_url: str, engine: Engine) -> None:
    store_before_revisions.make(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE row_claims"))
        connection.execute(text("DROP TABLE idempotent_requests"))
    PredictionStore(store_url).close()
    assert set(METADATA.tables) < set(inspect(engine).get_table_names())


def test_what_a_challenger_said_goes_with_the_prediction_whoever_deletes_it(store_url: str, engine: Engine) -> None:
    store_before_revisions.make(engine)
    said = {"model": "model", "version": "4", "run_id": "run", "output": False, "probabilities": [0.75, 0.25]}
    with closing(PredictionStore(store_url)) as store:
        assert store.add_shadow([said | {"prediction_id": name} for name in ("first-0", "deleted meanwhile")]) == 1
        (found,) = store.read().to_dict("records")
        assert (found["version"], found["output"], found["shadow_version"]) == ("3", True, "4")
        assert (found["shadow_output"], found["shadow_probabilities"]) == (False, [0.75, 0.25])
        with store._engine.begin() as connection:
            connection.execute(text("DELETE FROM predictions"))  # as older code does
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM shadow_predictions")).scalar_one() == 0


def test_an_old_service_writes_on_while_it_changes(store_url: str, engine: Engine) -> None:
    store_before_revisions.make(engine)
    written, done = ["first"], threading.Event()

    def write() -> None:
        while not done.is_set() or len(written) < 20:
            store_before_revisions.write(engine, name := f"written{len(written)}")
            written.append(name)
            time.sleep(0.005)  # in which others may write

    with ThreadPoolExecutor(1) as pool:
        service = pool.submit(write)
        try:
            while len(written) < 5 and not service.done():
                time.sleep(0.005)
            PredictionStore(store_url).close()
        finally:
            done.set()
        service.result()
    with closing(PredictionStore(store_url)) as store:
        assert set(store.read()["prediction_id"]) == {f"{name}-0" for name in written}


@pytest.mark.parametrize("before", [True, False])
def test_services_that_start_at_once_change_it_once(
    store_url: str, engine: Engine, caplog: pytest.LogCaptureFixture, *, before: bool
) -> None:
    if before:
        store_before_revisions.make(engine)
    caplog.set_level("INFO", "alembic")
    with ThreadPoolExecutor(4) as pool:
        for store in pool.map(PredictionStore, [store_url] * 4):
            store.close()
    assert caplog.text.count("Running upgrade 1_1 -> 1_2") == 1


@pytest.mark.parametrize("revision", ["2_1", "10_1", "4c1f2a"])
def test_a_store_of_newer_code_is_refused_in_a_sentence(store_url: str, engine: Engine, revision: str) -> None:
    PredictionStore(store_url).close()
    set_revision(engine, revision)
    with pytest.raises(RefusedError, match=f"has revision {revision}, of a newer version of this code"):
        PredictionStore(store_url)


def test_what_only_adds_lets_older_code_write_on_as_after_a_rollback(
    store_url: str, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    PredictionStore(store_url).close()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE predictions ADD COLUMN of_the_future VARCHAR(20)"))
    set_revision(engine, "1_99")
    with closing(PredictionStore(store_url)) as store:
        store.try_to_write()
    assert "has revision 1_99" in caplog.text


@ON_A_SERVER
def test_a_role_that_may_not_change_tables_is_told_who_has_to(engine: Engine) -> None:
    store_before_revisions.make(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS writer"))
        connection.execute(text("CREATE ROLE writer LOGIN"))
    with pytest.raises(RefusedError, match="let a role that owns them run `kedro predictions upgrade`"):
        PredictionStore(engine.url.set(username="writer").render_as_string(hide_password=False))


@ON_A_SERVER
def test_a_long_query_delays_the_change_and_no_writer(
    store_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_before_revisions.make(engine)
    monkeypatch.setattr(schema, "PATIENCE", 1)
    with ThreadPoolExecutor(1) as pool, engine.connect() as reader:
        reader.execute(text("SELECT * FROM outcomes"))
        opening = pool.submit(PredictionStore, store_url)
        for number in range(5):
            store_before_revisions.write(engine, f"meanwhile{number}")
        reader.rollback()
        with closing(opening.result()) as store:
            assert len(store.read()) == 6
        monkeypatch.setattr(schema, "TRIES", 1)
        set_revision(engine, "1_1")
        reader.execute(text("SELECT * FROM outcomes"))
        with pytest.raises(RefusedError, match="pg_stat_activity shows them"):
            PredictionStore(store_url)


def test_a_folder_with_a_percent_sign_is_a_folder(tmp_path: Path) -> None:
    sources = tmp_path / "100%(here)s of %s" / "src"
    shutil.copytree(Path(kedro_modelops.__file__).parent, sources / "kedro_modelops")
    script = (
        "import kedro_modelops; from kedro_modelops.predictions.prediction_store import PredictionStore as S;"
        "S().try_to_write(); print(kedro_modelops.__file__)"
    )
    environment = os.environ | {"PYTHONPATH": str(sources)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=sources, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(sources))
    assert (sources / "predictions.db").exists()


def test_a_person_can_bring_it_up_to_date(
    kedro: Kedro, store_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREDICTION_STORE_URL", store_url)
    result = kedro("predictions", "upgrade")
    assert result.exit_code == 0, result.output
    assert f"has revision {schema.REVISION}" in result.output
    with engine.connect() as connection:
        assert schema.current(connection) == schema.REVISION
