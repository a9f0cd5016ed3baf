import multiprocessing
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import pytest
from filelock import FileLock
from kedro_modelops.errors import RefusedError
from kedro_modelops.models import datasets
from kedro_modelops.registry import model_registry as registry
from kedro_modelops.registry import promotion, seals
from kedro_modelops.registry.ledger import audit
from kedro_modelops.registry.ledger import entries as ledger
from kedro_modelops.registry.ledger import lock as locking
from kedro_modelops.tracking.lineage import REQUIRED
from mlflow import MlflowClient
from versions import LINEAGE, NAME, Register, copies, empty_registry, state


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    return empty_registry(tmp_path, monkeypatch)


def production() -> list[ledger.Move]:
    return ledger.read(NAME, "production")


def test_a_promoted_version_serves_and_stands_in_the_ledger(register: Register) -> None:
    first, second = register(), register()
    promotion.promote(NAME, first, "production", "the first")
    promotion.promote(NAME, "challenger", "staging", "to try it")
    promotion.promote(NAME, second, "production", "better")
    assert registry.aliases(NAME) == {"challenger": "2", "champion": "2", "staging": "2"}
    assert [(move.before, move.after) for move in ledger.read(NAME, "staging")] == [("", "2")]
    assert [(move.before, move.after) for move in production()] == [("", "1"), ("1", "2")]
    move = production()[0]
    assert move.reason == "the first"
    assert move.who
    assert move.evidence == registry.find(NAME, first).tags[seals.EVIDENCE]


def test_a_version_that_lacks_any_piece_of_its_lineage_is_refused(register: Register) -> None:
    version, client = register(), MlflowClient()
    for piece in REQUIRED:
        tags = {tag: f"{registry.LINEAGE}{tag}" for tag in (["data", "data.rows"] if piece == "data" else [piece])}
        for tag in tags.values():
            client.delete_model_version_tag(NAME, version, tag)
        before = state()
        lacks = rf"its lineage lacks {re.escape(piece)}; its lineage or evidence is not what the ledger has of its "
        with pytest.raises(RefusedError, match=rf"{lacks}registration: .*{re.escape([*tags.values()][-1])} differs"):
            promotion.promote(NAME, version, "production", "")
        assert state() == before
        for name, tag in tags.items():
            client.set_model_version_tag(NAME, version, tag, LINEAGE[name])
    assert ledger.read(NAME) == []
    promotion.promote(NAME, version, "production", "nothing is lacking")


def test_a_version_of_what_no_commit_holds_is_refused(register: Register) -> None:
    version = register(**{"git.clean": "false", "data.clean": "false", "data.rows": "none"})
    with pytest.raises(RefusedError) as refusal:
        promotion.promote(NAME, version, "staging", "")
    told = ("lacks data.rows", "changes that were not committed", "data differed from its DVC pointers")
    assert all(sentence in refusal.value.message for sentence in told)


def test_a_version_that_a_gate_refused_is_refused(register: Register) -> None:
    version = register(verdicts={"calibration": "failed"})
    with pytest.raises(RefusedError, match="gate calibration refused it"):
        promotion.promote(NAME, version, "production", "")


def test_verdicts_that_were_changed_after_registration_are_noticed(register: Register) -> None:
    version = register(verdicts={"calibration": "failed"})
    with mlflow.start_run(registry.find(NAME, version).run_id):
        mlflow.log_dict({"verdict": "passed", "gates": {"floor": "passed"}}, "passed_gates.json")
    with pytest.raises(RefusedError, match="is not what it was registered with"):
        promotion.promote(NAME, version, "production", "")


def test_a_version_that_was_registered_by_hand_is_refused(register: Register) -> None:
    by_hand = mlflow.register_model(f"models:/{NAME}/{register()}", NAME)
    with pytest.raises(
        RefusedError, match=r"lacks git\.commit; .*registered without a seal.*; its run has no passed_gates\.json"
    ):
        promotion.promote(NAME, str(by_hand.version), "production", "")


def test_what_serves_already_is_not_promoted_again(register: Register) -> None:
    version = register()
    promotion.promote(NAME, version, "production", "")
    with pytest.raises(RefusedError, match="version 1 serves in production already"):
        promotion.promote(NAME, "champion", "production", "")
    assert len(production()) == 1


def test_rollbacks_go_back_step_by_step(register: Register) -> None:
    for version in (register(), register(), register()):
        promotion.promote(NAME, version, "production", "")
    assert [promotion.rollback(NAME, "production", "").after for _ in range(2)] == ["2", "1"]
    assert registry.aliases(NAME)["champion"] == "1"
    with pytest.raises(RefusedError, match="there is nothing to go back to"):
        promotion.rollback(NAME, "production", "")
    promotion.promote(NAME, "3", "production", "")
    assert promotion.rollback(NAME, "production", "").after == "1"


def test_a_rollback_to_a_version_that_was_deleted_says_so(register: Register) -> None:
    for version in (register(), register()):
        promotion.promote(NAME, version, "production", "")
    MlflowClient().delete_model_version(NAME, "1")
    with pytest.raises(RefusedError, match="has no version 1"):
        promotion.rollback(NAME, "production", "")
    assert registry.aliases(NAME)["champion"] == "2"


def test_a_version_promoted_meanwhile_stays(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = register(), register()
    check = promotion.check

    def somebody_else_is_faster(version: Any) -> None:
        monkeypatch.setattr(promotion, "check", check)
        promotion.promote(NAME, second, "production", "faster")
        check(version)

    monkeypatch.setattr(promotion, "check", somebody_else_is_faster)
    with pytest.raises(RefusedError, match="meanwhile that went from version none to 2"):
        promotion.promote(NAME, first, "production", "slower")
    assert registry.aliases(NAME)["champion"] == "2"
    assert [move.reason for move in production()] == ["faster"]


def test_a_promotion_that_hangs_does_not_hold_the_others_for_ever(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = register()
    monkeypatch.setattr(locking, "PATIENCE", 0.1)
    held, done = threading.Event(), threading.Event()

    def hang() -> None:
        with FileLock(f"{tmp_path}/mlflow.db.lock"):
            held.set()
            done.wait(30)

    thread = threading.Thread(target=hang)
    thread.start()
    held.wait(30)
    with pytest.raises(RefusedError, match="another promotion has been at work"):
        promotion.promote(NAME, version, "production", "")
    done.set()
    thread.join()
    assert ledger.read(NAME) == []


def test_an_alias_that_cannot_be_set_leaves_no_entry(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    version = register()

    def fail(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "set_registered_model_alias", fail)
        with pytest.raises(ConnectionError):
            promotion.promote(NAME, version, "production", "")
    assert ledger.read(NAME) == []
    promotion.promote(NAME, version, "production", "")
    assert len(production()) == 1


@pytest.mark.parametrize("had_moved", [True, False])
def test_an_entry_whose_writer_was_killed_counts_if_the_alias_had_moved(
    register: Register, monkeypatch: pytest.MonkeyPatch, had_moved: bool
) -> None:
    first, second = register(), register()
    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "set_terminated", lambda *_: None)
        if not had_moved:
            patch.setattr(MlflowClient, "set_registered_model_alias", lambda *_: None)
        promotion.promote(NAME, first, "production", "killed")
    promotion.promote(NAME, second, "production", "next")
    assert [move.reason for move in production()] == (["killed", "next"] if had_moved else ["next"])


TOGETHER = 20


def promote_together(uri: str, version: str, start: Any, told: Any) -> None:
    mlflow.set_tracking_uri(uri)
    start.wait()
    try:
        promotion.promote(NAME, version, "production", version)
    except RefusedError as error:
        told.put((version, error.message))
    else:
        told.put((version, ""))


@pytest.fixture
def processes() -> Iterator[Any]:
    """Starts real processes quickly: the server that they are forked from has imported what they need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([datasets.__name__, promotion.__name__])
    yield context
    for child in multiprocessing.active_children():
        child.kill()


@pytest.mark.slow
@pytest.mark.usefixtures("register")
def test_twenty_promotions_at_once_leave_one_chain(processes: Any) -> None:
    copies(TOGETHER)
    start, told = processes.Barrier(TOGETHER), processes.Queue()
    arguments = [(mlflow.get_tracking_uri(), str(number), start, told) for number in range(1, TOGETHER + 1)]
    workers = [processes.Process(target=promote_together, args=each) for each in arguments]
    for worker in workers:
        worker.start()
    answers = dict(told.get(timeout=600) for _ in workers)
    for worker in workers:
        worker.join()

    moves = production()
    assert {move.after for move in moves} == {version for version, refusal in answers.items() if not refusal}
    assert [move.before for move in moves] == ["", *(move.after for move in moves[:-1])]
    assert registry.aliases(NAME)["champion"] == moves[-1].after
    assert audit.audit(NAME) == []
    refusals = [refusal for refusal in answers.values() if refusal]
    assert len(moves) + len(refusals) == TOGETHER
    assert refusals
    assert all("meanwhile that went from version" in refusal for refusal in refusals)
