"""Tables can be read in 80 columns, and are whole where they are piped."""

import re

import pytest
from kedro_modelops.terminal_tables import print_table

METRICS = [f"test_neg_mean_absolute_error_{number}" for number in range(5)]
COLUMNS = ["version", "alias", *METRICS, "registered (UTC)", "commit"]
ROWS = [["2", "challenger, champion, staging", *[0.123456] * 5, "2026-11-26 07:00", "0123456789"]]


def test_what_is_piped_stands_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_table("ours", COLUMNS, [*ROWS, ["1", "", *[0.5] * 5, "2026-11-25 07:00", "abc"]])
    told = capsys.readouterr().out.splitlines()
    assert [name for name in COLUMNS if name not in told[2]] == []
    assert "challenger, champion, staging" in told[4]
    assert "…" not in "".join(told)


def test_a_narrow_terminal_shows_each_row_below_the_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"COLUMNS": "80", "TTY_COMPATIBLE": "1", "NO_COLOR": "1", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    assert print_table("ours", COLUMNS, [*ROWS, ["1", "", *[0.5] * 5, "2026-11-25 07:00", "a" * 90]])
    told = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    assert max(map(len, told.splitlines())) <= 80
    assert "…" not in told
    assert all(told.count(name) == 2 for name in METRICS)
    assert told.count("alias") == 1
    assert "0.1235" in told


def test_no_rows_are_told() -> None:
    assert not print_table("ours", COLUMNS, [])
