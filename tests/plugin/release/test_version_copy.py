"""`kedro model copy`: a version on another server is the same, sealed there, and none that was tampered with goes."""

from pathlib import Path
from typing import Any

import mlflow
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.registry import model_registry as registry
from kedro_modelops.registry import promotion, seals
from kedro_modelops.registry.ledger import entries as ledger
from kedro_modelops.registry.ledger.moves import REGISTRY
from kedro_modelops.release.deployment.version_copy import copy_version
from mlflow import MlflowClient
from versions import NAME, Register, empty_registry


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    """The registry of this machine."""
    return empty_registry(tmp_path, monkeypatch)


@pytest.fixture
def server(tmp_path: Path) -> str:
    """Another registry, which is empty."""
    return f"sqlite:///{tmp_path / 'server.db'}"


def copy(version: str, uri: str, project: Path) -> Any:
    """Copies a version, as the command does."""
    settings = {"tracking_uri": "sqlite:///mlflow.db", "experiment": NAME, "artifact_root": "mlartifacts-there"}
    return copy_version(NAME, version, uri, settings, project)


def test_a_copy_has_model_lineage_and_evidence_and_may_serve(register: Register, server: str, tmp_path: Path) -> None:
    version, here = registry.find(NAME, register()), mlflow.get_tracking_uri()
    run = registry.run_of(version)
    copy(str(version.version), server, tmp_path)
    assert mlflow.get_tracking_uri() == here
    mlflow.set_tracking_uri(server)
    there = registry.find(NAME, "challenger")
    assert registry.lineage_in(there.tags) == registry.lineage_in(version.tags)
    assert seals.evidence(there) == seals.evidence(version) != []
    assert seals.broken(there) + seals.changed(there) == []
    copied = registry.run_of(there)
    assert (copied.data.params, copied.data.metrics) == (run.data.params, run.data.metrics)
    (entry,) = ledger.read(NAME, REGISTRY)
    assert f"copied from {here}, version {version.version}" in entry.reason
    assert version.tags[seals.SEAL] in entry.reason
    promotion.promote(NAME, "challenger", "production", "it was copied")
    assert registry.load(NAME, "champion").version == "1"


def test_what_was_copied_is_not_copied_again(register: Register, server: str, tmp_path: Path) -> None:
    version = register()
    assert copy(version, server, tmp_path).version == copy(version, server, tmp_path).version
    mlflow.set_tracking_uri(server)
    assert len(registry.versions(NAME)) == len(ledger.read(NAME, REGISTRY)) == 1


def test_what_is_not_as_it_was_registered_is_not_copied(register: Register, server: str, tmp_path: Path) -> None:
    version = register()
    MlflowClient().set_model_version_tag(NAME, version, "lineage.git.commit", "0" * 40)
    with pytest.raises(RefusedError, match="is not what the ledger has of its registration"):
        copy(version, server, tmp_path)
    assert not (tmp_path / "server.db").exists()


def test_a_server_that_is_not_there_or_the_same_is_said(register: Register, tmp_path: Path) -> None:
    version = register()
    with pytest.raises(RefusedError, match=r"MLflow at http://127\.0\.0\.1:1 does not answer"):
        copy(version, "http://127.0.0.1:1", tmp_path)
    with pytest.raises(RefusedError, match="already: --to is to name another server"):
        copy(version, mlflow.get_tracking_uri(), tmp_path)
