from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from kedro_modelops.cli import retraining as watching
from kedro_modelops.registry import promotion
from kedro_modelops.registry.ledger import entries as ledger
from kedro_modelops.registry.ledger import retraining
from kedro_modelops.registry.ledger.moves import serving
from kedro_modelops.registry.ledger.retraining import TRAINING, Bounds, ask, refuse
from versions import NAME, Register, empty_registry

BOUNDS = Bounds(cool_down_days=3, most_per_week=2)
NOW = datetime(2026, 3, 31, tzinfo=UTC)


def asked(days_ago: float, findings: str = "drift", champion: str = "1") -> ledger.Move:
    return ledger.Move("retrain", TRAINING, champion, "", "", findings, "", "", at=NOW - timedelta(days=days_ago))


@pytest.mark.parametrize(
    ("before", "findings", "champion", "told"),
    [
        ([], ["drift"], "1", ""),
        ([], [], "1", "nothing asks"),
        ([asked(2)], ["performance"], "2", "the next may be 3 days later"),
        ([asked(-2)], ["performance"], "2", "the next may be 3 days later"),  # a clock that went back
        ([asked(6, "a"), asked(4, "b")], ["c"], "1", "2 trainings were asked for within seven days"),
        ([asked(8, "a"), asked(4, "b")], ["c"], "1", ""),
        ([asked(30, "drift; shift")], ["shift"], "1", "the same reasons, and brought no better model"),
        ([asked(30, "drift; shift")], ["shift"], "2", ""),  # another champion: it is another finding
        ([asked(30, "drift")], ["drift", "shift"], "1", ""),
    ],
)
def test_a_training_is_asked_for_within_bounds(
    before: list[ledger.Move], findings: list[str], champion: str, told: str
) -> None:
    refusal = refuse(before, findings, champion, BOUNDS, NOW)
    assert told in refusal
    assert bool(told) == bool(refusal)


@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens_trainings_stay_within_bounds(seed: int) -> None:
    rng, now, started = np.random.default_rng(seed), NOW, list[ledger.Move]()
    for _ in range(300):
        now += timedelta(hours=int(rng.integers(72)))
        findings, champion = rng.permutation(["a", "b", "c"])[: rng.integers(4)].tolist(), str(rng.integers(3))
        if not refuse(started, findings, champion, BOUNDS, now):
            started.append(asked(0, retraining.BETWEEN.join(findings), champion)._replace(at=now))
    times = [move.at for move in started]
    assert len(times) > 10
    assert all(later - earlier >= timedelta(days=BOUNDS.cool_down_days) for earlier, later in pairwise(times))
    assert all(sum(time <= other < time + retraining.WEEK for other in times) <= BOUNDS.most_per_week for time in times)


def test_findings_at_once_start_one_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register: Register = empty_registry(tmp_path, monkeypatch)
    promotion.promote(NAME, register(), "production", "")
    now = datetime.now(UTC)
    started = [not ask(NAME, [f"finding {number}"], BOUNDS, now) for number in range(4)]
    assert started == [True, False, False, False]
    (move,) = ledger.read(NAME, TRAINING)
    assert (move.action, move.before, move.reason) == ("retrain", "1", "finding 0")
    assert [move.after for move in serving(ledger.read(NAME, "production"))] == ["1"]


def test_the_answer_stands_in_a_file_that_a_workflow_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register: Register = empty_registry(tmp_path, monkeypatch)
    promotion.promote(NAME, register(), "production", "")
    catalog = SimpleNamespace(load=lambda _: {"findings": ["shift/actual", "drift"]})
    context = SimpleNamespace(catalog=catalog, params={"retraining": BOUNDS.model_dump()})
    console = SimpleNamespace(name=NAME, context=context)
    command = watching.model.commands["ask-training"]
    for _ in range(2):
        told = CliRunner().invoke(command, ["--output", "answer"], obj=lambda: console)
        assert told.exit_code == 0
    first, second = (tmp_path / "answer").read_text().splitlines()
    assert first == "training=drift, shift/actual"
    assert second.startswith("refused=a training was asked for on ")
