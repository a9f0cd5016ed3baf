"""Whoever changes a file, a tag or the evidence of a registered version is noticed wherever it is used."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import mlflow
import pytest
from click.testing import CliRunner
from kedro.io import DatasetError
from kedro_modelops.cli import deployment
from kedro_modelops.errors import RefusedError
from kedro_modelops.gates import Champion
from kedro_modelops.predictions.trace import VERDICTS
from kedro_modelops.registry import export as exported
from kedro_modelops.registry import model_registry as registry
from kedro_modelops.registry import promotion, seals
from kedro_modelops.registry import reproduction as reproduce
from kedro_modelops.registry.datasets import ChampionDataset, ServingModelDataset
from kedro_modelops.registry.registration import register_challenger
from kedro_modelops.serving.scoring.sources import (
    BundleSource,
    RegistrySource,
    write_bundle,
)
from kedro_modelops.tracking import commits
from mlflow import MlflowClient
from versions import LINEAGE, NAME, Register, empty_registry, fit, save


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    return empty_registry(tmp_path, monkeypatch)


def verify(version: str) -> None:
    console = SimpleNamespace(name=NAME)
    done = CliRunner().invoke(deployment.model.commands["verify"], [version], obj=lambda: console)
    if done.exit_code:
        raise RefusedError(done.output)


def champion() -> None:
    found = ChampionDataset(NAME).load()
    assert isinstance(found, Champion)
    if found.model is None:
        raise RefusedError(found.refusal)


def rebuild(version: str) -> None:
    reproduce.reproduce(Path.cwd(), NAME, version, lambda _: None)


LOADS: dict[str, Callable[[str], object]] = {
    "promote": lambda version: promotion.promote(NAME, version, "staging", ""),
    "verify": verify,
    "load": lambda version: registry.load(NAME, version),
    "serve": lambda version: RegistrySource(NAME, registry.CHAMPION).load(version),
    "bundle": lambda version: write_bundle(NAME, version, None, Path("bundle")),
    "export": lambda version: exported.export(NAME, version, Path("copy")),
    "score a batch": lambda _: ServingModelDataset(NAME).load(),
    "compare with the champion": lambda _: champion(),
    "reproduce": rebuild,
}
"""Everything that takes a registered model into its hands."""


@contextmanager
def changed(file: Path, content: bytes) -> Iterator[None]:
    before = file.read_bytes()
    file.write_bytes(content)
    try:
        yield
    finally:
        file.write_bytes(before)


def stored(version: str, name: str) -> Path:
    """A file of a version, where MLflow keeps it."""
    model_id = registry.find(NAME, version).source.rpartition("/")[2]
    return next(path for path in Path("artifacts").rglob(name) if model_id in path.parts)


def test_a_model_whose_files_were_changed_is_used_nowhere(register: Register) -> None:
    version = register()
    promotion.promote(NAME, version, "production", "")
    before = registry.aliases(NAME)
    for name in ("model.skops", "MLmodel", "input_example.json", "requirements.txt"):
        file = stored(version, name)
        loads = LOADS if name == "model.skops" else {"verify": verify, "load": LOADS["load"]}
        for what, use in loads.items():
            with changed(file, file.read_bytes() + b"\n"), pytest.raises((RefusedError, DatasetError)) as refusal:
                use(version)
            assert "are not those that were registered" in str(refusal.value), what
    more = stored(version, "MLmodel").parent / "model.pkl"
    more.write_bytes(b"")
    with pytest.raises(RefusedError, match="are not those that were registered"):
        verify(version)
    more.unlink()
    assert registry.aliases(NAME) == before
    assert not Path("copy").exists()
    verify(version)


def test_edited_lineage_is_noticed_and_named(register: Register) -> None:
    version, client = register(), MlflowClient()
    promotion.promote(NAME, version, "production", "")
    for tag in ("lineage.parameters", "lineage.data.rows", "lineage.model.digest", "evidence", "evidence.golden.json"):
        before = registry.find(NAME, version).tags[tag]
        client.set_model_version_tag(NAME, version, tag, before + "0")
        uses = LOADS.items() if tag == "lineage.parameters" else [("verify", verify)]
        for what, use in uses:
            with pytest.raises((RefusedError, DatasetError)) as refusal:
                use(version)
            assert "is not what the ledger has of its registration" in str(refusal.value), what
            named = f"{tag} differs from its run" in str(refusal.value)
            assert named == (tag in {"lineage.parameters", "lineage.data.rows"})
        client.set_model_version_tag(NAME, version, tag, before)
    client.set_model_version_tag(NAME, version, "lineage.kedro.params", '{"training": {}}')
    with pytest.raises(RefusedError, match=r"cannot be reproduced: .*lineage\.kedro\.params differs from its run"):
        rebuild(version)


def test_a_seal_that_fits_the_edited_tags_does_not_fit_the_ledger(register: Register) -> None:
    version, client = register(), MlflowClient()
    client.set_model_version_tag(NAME, version, "lineage.kedro.params", "{}")
    found = registry.find(NAME, version)
    (seal,) = seals.seal(found.tags, str(found.run_id)).items()
    client.set_model_version_tag(NAME, version, *seal)
    with pytest.raises(RefusedError, match="is not what the ledger has of its registration"):
        verify(version)


def test_an_image_that_nobody_noted_is_noticed(register: Register) -> None:
    version = register()
    registry.set_image(NAME, version, "registry.example/serve@sha256:1")
    verify(version)
    MlflowClient().set_model_version_tag(NAME, version, "lineage.image", "registry.example/serve@sha256:2")
    with pytest.raises(RefusedError, match="its image is not what `kedro model set-image` noted in the ledger"):
        verify(version)


def test_evidence_that_was_changed_is_noticed(register: Register) -> None:
    version = register()
    run = str(registry.find(NAME, version).run_id)
    for name in (registry.GOLDEN, registry.CARD, VERDICTS):
        before = Path(mlflow.artifacts.download_artifacts(f"runs:/{run}/{name}")).read_text()
        MlflowClient().log_text(run, before + " ", name)
        with pytest.raises(RefusedError, match=rf"{re.escape(name)} in the run of version 1 is not what it was reg"):
            verify(version)
        MlflowClient().log_text(run, before, name)
    MlflowClient().log_text(run, "{}", "later.json")
    with pytest.raises(RefusedError, match=r"had no later\.json when it was registered"):
        seals.read_evidence(registry.find(NAME, version), "later.json")
    verify(version)


@pytest.mark.parametrize("commit", ["f" * 40, "HEAD", "main", "--help", "f" * 41, "0" * 7])
def test_a_commit_that_is_none_of_this_repository_is_refused(register: Register, commit: str) -> None:
    version = register(**{"git.commit": commit})
    with pytest.raises(RefusedError, match=f"commit {commit} is not in this clone: `git fetch --all` may bring it"):
        verify(version)


@pytest.mark.usefixtures("register")
def test_without_the_repository_or_its_history_it_is_said_where_to_go(tmp_path: Path) -> None:
    commit, outside = LINEAGE["git.commit"], tmp_path / "outside"
    outside.mkdir()
    (tmp_path / ".git").rename(tmp_path / "away")
    assert commits.lost_commit(outside, commit) == [
        f"{outside} is no clone of the repository, which has to have commit {commit}: go to one"
    ]
    (tmp_path / "away").rename(tmp_path / ".git")
    assert commits.lost_commit(tmp_path, commit) == []
    (tmp_path / ".git/shallow").write_text(f"{commit}\n")
    assert commits.lost_commit(tmp_path, commit) == []
    assert "shallow: `git fetch --unshallow`" in commits.lost_commit(tmp_path, "f" * 40)[0]


def test_a_version_of_before_there_were_seals_is_refused_with_the_way_out(register: Register) -> None:
    version, client = register(), MlflowClient()
    client.set_registered_model_alias(NAME, registry.CHAMPION, version)
    for tag in ("seal", "lineage.model.digest"):
        client.delete_model_version_tag(NAME, version, tag)
    for what in ("verify", "load", "serve", "score a batch", "compare with the champion"):
        with pytest.raises(
            (RefusedError, DatasetError), match="registered without a seal over its files and lineage: train it anew"
        ):
            LOADS[what](version)


@pytest.mark.usefixtures("register")
def test_what_mlflow_holds_is_what_the_gates_judged() -> None:
    with mlflow.start_run() as run:
        save(Path("model"), fit())
    Path("model/model.skops").write_bytes(b"another")
    gates = {"verdict": "passed", "gates": {}, "run": run.info.run_id}
    with pytest.raises(RefusedError, match="is not the one in model, which the gates judged"):
        register_challenger(NAME, Path("model"), {"metrics": {}, "gates": gates, "card": ""})
    assert registry.aliases(NAME) == {}


def test_a_bundle_that_was_changed_does_not_start(register: Register, tmp_path: Path) -> None:
    write_bundle(NAME, register(), None, bundle := tmp_path / "bundle")
    source = BundleSource(bundle)
    assert source.load(source.newest()).registered.version == "1"
    note = (bundle / "model/version.json").read_bytes()
    for file, content in (
        (bundle / "model/model.skops", b"another"),
        (bundle / "model/MLmodel", b"flavors: {}"),
        (bundle / "model/version.json", note.replace(b'"trusted_types": []', b'"trusted_types": ["builtins.eval"]')),
        (bundle / "model/version.json", note.replace(b'"version": "1"', b'"version": "2"')),
        (bundle / "model/version.json", note.replace(LINEAGE["data.rows"].encode(), b"0")),
    ):
        assert file.read_bytes() != content
        with changed(file, content), pytest.raises(RefusedError, match="is not what was exported as version"):
            source.load("1")
