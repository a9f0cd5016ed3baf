"""What rows are completed with is refreshed without another model, and nothing that is unfit takes its place."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.digests import hash_table
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.predictions.records import read_inputs
from kedro_modelops.serving.scoring.reference_files import form_of, read_reference, read_table, write_table
from kedro_modelops.serving.scoring.references import Reference
from kedro_modelops.testing.project import Kedro
from service import Server, Start

TEMPERATURE = 99.0
"""Of the example's hour and airport, in the newer table alone."""


@pytest.fixture(scope="module")
def bundled(bundle: Path) -> pd.DataFrame:
    table = read_reference(bundle)
    assert table is not None
    return table


@pytest.fixture
def newer(bundled: pd.DataFrame, plan: dict[str, Any]) -> pd.DataFrame:
    """The bundle's table, with what was observed where and when the example departs."""
    example = pd.Timestamp(plan["time_hour"]).tz_convert("UTC"), plan["origin"]
    flat = bundled.drop(index=[example], errors="ignore").reset_index()
    observed = flat.tail(1).assign(time_hour=example[0], origin=example[1], temp=TEMPERATURE).astype(flat.dtypes)
    return pd.concat([flat, observed]).set_index(bundled.index.names)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """What `SERVING_REFERENCE` names."""
    return tmp_path / "newer.csv.gz"


def temperature(server: Server, plan: dict[str, Any]) -> float:
    """What the example is completed with, as the prediction store has it."""
    (asked,) = server.ask(plan).json()["prediction_ids"]
    with closing(PredictionStore(server.store_url)) as store:
        stored = store.read().set_index("prediction_id").loc[[asked]]
    return float(read_inputs(stored["inputs"])["temp"].iloc[0])


def reload(server: Server) -> Any:
    return server.session.post(f"{server.url}/reload", timeout=600)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_newer_table_completes_rows_after_a_reload(
    start: Start, plan: dict[str, Any], newer: pd.DataFrame, file: Path, workers: int
) -> None:
    server = start(reference=file, workers=workers)
    assert temperature(server, plan) != TEMPERATURE
    write_table(newer, file)
    assert reload(server).json()["switched"] is True
    assert reload(server).json()["switched"] is False
    for _ in range(4 * workers):
        server.session.close()  # any worker may take the next connection
        assert temperature(server, plan) == TEMPERATURE
    page = server.session.get(f"{server.url}/metrics").text
    (newest,) = (line for line in page.splitlines() if line.startswith("prediction_service_reference_newest"))
    assert float(newest.split()[-1]) == newer.index.get_level_values("time_hour").max().timestamp()
    taken = [line["reference"] for line in server.log() if line["message"] == "another reference completes rows"]
    assert taken == [hash_table(newer)] * workers


def test_a_newer_table_is_found_without_being_told(
    start: Start, plan: dict[str, Any], newer: pd.DataFrame, file: Path
) -> None:
    server = start(reference=file, poll_seconds=0.1)
    write_table(newer, file)
    deadline = time.monotonic() + 600
    while temperature(server, plan) != TEMPERATURE:
        assert time.monotonic() < deadline


def truncate(table: pd.DataFrame, file: Path) -> None:
    write_table(table, file)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


UNFIT: dict[str, tuple[Callable[[pd.DataFrame, Path], Any], str]] = {
    "half of it": (truncate, "Compressed file ended before the end-of-stream marker was reached"),
    "no gzip": (lambda _, file: file.write_text("time_hour,origin\n"), "Not a gzipped file"),
    "gone": (lambda _, file: file.unlink(), "No such file or directory"),
    "no rows": (lambda table, file: write_table(table.head(0), file), "it has no rows"),
    "a column less": (lambda table, file: write_table(table.drop(columns="temp"), file), "'temp' is missing"),
    "a column more": (lambda table, file: write_table(table.assign(late=1), file), "'late' is unknown"),
    "other types": (lambda table, file: write_table(table.assign(temp="warm"), file), "could not convert string"),
    "rows twice": (
        lambda table, file: write_table(pd.concat([table, table]), file),
        "the example of FlightPlan cannot be completed with it: cannot handle a non-unique multi-index",
    ),
}


@pytest.fixture(scope="module")
def refreshed(nursery: Any, bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A service, and the file that it reads anew."""
    folder = tmp_path_factory.mktemp("refreshed")
    settings = {"SERVING_BUNDLE": str(bundle), "SERVING_REFERENCE": str(folder / "newer.csv.gz")}
    server = Server(nursery, folder, settings)
    yield server, folder / "newer.csv.gz"
    server.stop()


@pytest.mark.parametrize("fault", UNFIT)
def test_an_unfit_table_is_refused_and_the_last_good_one_serves_on(
    refreshed: tuple[Server, Path], plan: dict[str, Any], newer: pd.DataFrame, fault: str
) -> None:
    (server, file), (spoil, sentence) = refreshed, UNFIT[fault]
    write_table(newer, file)
    reload(server)
    assert temperature(server, plan) == TEMPERATURE
    spoil(newer.assign(temp=newer["temp"] + 1), file)
    for _ in range(2):  # somebody insists
        refused = reload(server)
        assert refused.status_code == 409
        assert f"{file} cannot complete rows: " in refused.json()["message"]
        assert sentence in refused.json()["message"]
    assert temperature(server, plan) == TEMPERATURE


def test_a_service_that_starts_with_an_unfit_table_has_that_of_its_bundle(
    bundled: pd.DataFrame, newer: pd.DataFrame, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    truncate(newer, file)
    reference = Reference(bundled, file)
    assert "cannot complete rows" in caplog.records[0].problem  # type: ignore[attr-defined]
    assert reference.table is bundled
    assert not reference.refresh(insist=False), "what was refused is read again whenever somebody looks"
    write_table(newer, file)
    assert reference.refresh(insist=False)
    pd.testing.assert_frame_equal(reference.table, newer)


def test_a_table_that_nothing_can_be_compared_with_is_refused(file: Path) -> None:
    with pytest.raises(RefusedError, match="no reference came with the model: set SERVING_BUNDLE"):
        Reference(None, file)


def test_the_catalog_s_table_is_written_by_command(trained: Path, kedro: Kedro, file: Path, bundled: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(trained)
        result = kedro("model", "--env", "ci", "reference", str(file.parent / "new" / file.name))
    assert result.exit_code == 0, result.output
    assert hash_table(bundled) in result.output
    written = read_table(file.parent / "new" / file.name, form_of(bundled))
    pd.testing.assert_frame_equal(written, bundled, check_exact=True)


@pytest.mark.parametrize("index", [["day", "store"], []])
def test_a_table_comes_back_as_it_was(file: Path, index: list[str]) -> None:
    days = pd.date_range("2024-01-01", periods=3, tz="UTC").as_unit("us")
    table = pd.DataFrame({"day": days, "store": ["007", "NA", "x"], "rentals": [0.1 + 0.2, 1 / 3, None], "open": True})
    table = table.set_index(index) if index else table
    write_table(table, file)
    first = file.read_bytes()
    pd.testing.assert_frame_equal(read_table(file, form_of(table)), table, check_exact=True)
    write_table(table, file)
    assert file.read_bytes() == first
    assert list(file.parent.iterdir()) == [file]
