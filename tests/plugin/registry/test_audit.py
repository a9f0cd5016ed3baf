"""Ledger and alias say the same, or it is said where they do not, and what to do."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from kedro_modelops.cli import deployment
from kedro_modelops.errors import RefusedError
from kedro_modelops.registry import model_registry as registry
from kedro_modelops.registry import promotion
from kedro_modelops.registry.datasets import ServingModelDataset
from kedro_modelops.registry.ledger import audit, history
from kedro_modelops.registry.ledger import entries as ledger
from kedro_modelops.release import doctor
from mlflow import MlflowClient
from versions import NAME, copies, empty_registry


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_registry(tmp_path, monkeypatch)


def promote(*versions: str) -> None:
    for version in versions:
        promotion.promote(NAME, version, "production", f"promote {version}")


def move(version: str) -> None:
    """Moves the champion by hand."""
    MlflowClient().set_registered_model_alias(NAME, registry.CHAMPION, version)


def delete(version: str) -> str:
    """Deletes the entry of a promotion, as MLflow's page does."""
    found = next(e for e in ledger.entries(NAME) if (e.fields["action"], e.fields["after"]) == ("promote", version))
    MlflowClient().delete_run(found.run_id)
    return found.run_id


def champion() -> str:
    return registry.aliases(NAME)[registry.CHAMPION]


def test_a_promotion_that_was_killed_counts_before_anything_is_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = copies(3)
    promote(*versions[:2])
    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "set_terminated", lambda *_: None)  # killed between the alias and the ledger
        promote(versions[2])
    assert audit.audit(NAME) == []
    assert "version 3" in [*history.served_at(NAME, "9999-12-31")][1]
    assert [promotion.rollback(NAME, "production", "").after for _ in range(2)] == ["2", "1"]
    with pytest.raises(RefusedError, match="there is nothing to go back to"):
        promotion.rollback(NAME, "production", "")


def test_an_alias_that_was_moved_by_hand_is_told_and_taken_in_by_a_promotion(
    caplog: pytest.LogCaptureFixture,
) -> None:
    promote(*copies(3)[:2])
    assert audit.audit(NAME) == []
    move("3")
    (sentence,) = audit.audit(NAME)
    assert (
        "production: the alias 'champion' is at version 3, the ledger has version 2: it was moved without" in sentence
    )
    assert "`kedro model promote VERSION --to production --reason …` makes them the same, with 2 or 3 or an" in sentence
    for refused in (promotion.rollback, lambda *_: promotion.previous(NAME, "production")):
        with pytest.raises(RefusedError, match=r"nobody knows what to go back to\. production: the alias"):
            refused(NAME, "production", "")
    assert sentence in history.doubts(NAME)
    assert doctor._ledger(NAME) == sentence
    ServingModelDataset(NAME).load()
    assert sentence in caplog.text

    taken = promotion.promote(NAME, "3", "production", "it is better, after all")
    assert (taken.before, taken.found, taken.after) == ("2", "3", "3")
    assert "The alias was at 3, without the ledger, which is noted." in history.moved(taken)
    assert audit.audit(NAME) == []
    move("1")
    promotion.promote(NAME, "3", "production", "back again")
    assert [promotion.rollback(NAME, "production", "").after for _ in range(2)] == ["2", "1"]


def test_an_alias_that_was_deleted_is_told() -> None:
    promote(*copies(2))
    MlflowClient().delete_registered_model_alias(NAME, registry.CHAMPION)
    assert "the alias 'champion' is at no version, the ledger has version 2" in audit.audit(NAME)[0]
    assert promotion.promote(NAME, "2", "production", "").found == "none"
    assert promotion.rollback(NAME, "production", "").after == "1"


def test_a_challenger_that_was_moved_by_hand_is_told() -> None:
    copies(2)
    MlflowClient().set_registered_model_alias(NAME, registry.CHALLENGER, "1")
    assert "the alias 'challenger' is at version 1, the ledger has version 2 registered last" in audit.audit(NAME)[0]


def test_an_entry_that_is_gone_is_told_by_all_and_stops_what_would_change_something() -> None:
    versions = copies(4)
    promote(*versions[:3])
    run = delete("2")
    gap = f"(promote 2) was deleted: `mlflow runs restore --run-id {run}` brings it back"
    assert gap in audit.audit(NAME)[0]
    before = registry.aliases(NAME)
    for what in (
        lambda: promote(versions[3]),
        lambda: promotion.rollback(NAME, "production", ""),
        lambda: promotion.previous(NAME, "production"),
    ):
        with pytest.raises(RefusedError, match=r"since the ledger is not whole: entry .* was deleted"):
            what()
    assert registry.aliases(NAME) == before
    MlflowClient().restore_run(run)
    assert audit.audit(NAME) == []
    MlflowClient().set_tag(run, "reason", "another one")
    assert "(promote 2) was changed since it was written" in audit.audit(NAME)[0]

    assert "(promote 2) was changed" in audit.settle(NAME, "a typo was mended")[0]
    assert audit.audit(NAME) == []
    with pytest.raises(RefusedError, match="there is nothing to settle"):
        audit.settle(NAME, "again")
    promote(versions[3])
    assert champion() == "4"
    assert [row[1] for row in history.rows(NAME)][-2:] == ["settle", "promote"]


def test_a_ledger_of_which_all_is_gone_is_told_in_a_sentence() -> None:
    promote(*copies(2))
    for found in ledger.entries(NAME):
        MlflowClient().delete_run(found.run_id)
    assert len(audit.audit(NAME)) > 1
    console = SimpleNamespace(name=NAME)
    for command in ("verify", "previous"):
        done = CliRunner().invoke(deployment.model.commands[command], ["2"][: command == "verify"], obj=lambda: console)
        assert (done.exit_code, type(done.exception)) == (1, SystemExit), done.output
    for refused in (promotion.rollback, promotion.promote):
        arguments = (NAME, "production", "") if refused is promotion.rollback else (NAME, "1", "production", "")
        with pytest.raises(RefusedError):
            refused(*arguments)
    assert champion() == "2"

    book = MlflowClient().get_experiment_by_name(f"{NAME}-ledger")
    MlflowClient().delete_experiment(book.experiment_id)
    way_out = f"`mlflow experiments restore --experiment-id {book.experiment_id}` brings it back"
    assert [way_out in sentence for sentence in audit.audit(NAME)] == [True]
    with pytest.raises(RefusedError, match="the ledger was deleted"):
        promotion.rollback(NAME, "production", "")


ODD = ["٣", "²", "9" * 40, "", " ", "-1", "1.0", "a/b", "'; --", "x" * 300, "v1", "champion\n", "ä", "%s"]


def test_what_is_no_version_is_told_in_a_sentence() -> None:
    copies(1)
    for wanted in ODD:
        with pytest.raises(RefusedError, match="`kedro model list` shows what there is"):
            registry.find(NAME, wanted)


def test_a_reason_that_does_not_fit_is_refused() -> None:
    (version,) = copies(1)
    for reason in ("x" * 5001, "\udcff"):
        with pytest.raises(RefusedError, match="reason is longer than 5000 characters, or no text"):
            promotion.promote(NAME, version, "production", reason)
    assert registry.aliases(NAME) == {"challenger": "1"}
    promotion.promote(NAME, version, "production", "ä" * 5000)
    assert audit.audit(NAME) == []
