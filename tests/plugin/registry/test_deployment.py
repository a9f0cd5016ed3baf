import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from kedro_modelops.cli import deployment
from kedro_modelops.errors import RefusedError
from kedro_modelops.registry import model_registry as registry
from kedro_modelops.registry import promotion
from kedro_modelops.registry.ledger import entries as ledger
from versions import NAME, Register, empty_registry

IMAGE = f"registry.example/serve@sha256:{'1' * 64}"


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    return empty_registry(tmp_path, monkeypatch)


def say(command: str, *words: str) -> Result:
    console = SimpleNamespace(name=NAME)
    return CliRunner().invoke(deployment.model.commands[command], words, obj=lambda: console)


def test_only_a_version_that_passed_its_gates_is_deployed(register: Register) -> None:
    assert say("verify", register()).stdout == "1\n"
    refused = say("verify", register({"floor": "failed"}))
    assert refused.exit_code == 1
    assert "gate floor refused it" in refused.output


def test_golden_answers_are_those_of_the_run(register: Register) -> None:
    assert "gate floor refused it" in say("golden", register({"floor": "failed"})).output
    version = register()
    assert json.loads(say("golden", version).stdout) == {"rows": []}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "GOLDEN", "answers.json")
        assert "had no answers.json when it was registered: train it anew" in say("golden", version).output


def test_an_image_is_named_by_its_digest(register: Register) -> None:
    version = register()
    assert "names no digest" in say("set-image", version, "registry.example/serve:latest").output
    assert "image" not in registry.lineage_in(registry.find(NAME, version).tags)
    assert say("set-image", version, IMAGE).exit_code == 0
    assert registry.lineage_in(registry.find(NAME, version).tags)["image"] == IMAGE


def test_the_same_version_in_another_image_is_another_deployment(register: Register) -> None:
    version = register()
    promotion.promote(NAME, version, "production", "", "hubot")
    with pytest.raises(RefusedError, match="already"):
        promotion.promote(NAME, version, "production", "")
    say("set-image", version, IMAGE)
    promotion.promote(NAME, version, "production", "")
    assert [(move.image, move.approved_by) for move in ledger.read(NAME)] == [("", "hubot"), (IMAGE, "")]


def test_a_rollback_brings_back_version_and_image(register: Register) -> None:
    assert "there is nothing to go back to" in say("previous").output
    first, second = register(), register()
    say("set-image", first, IMAGE)
    for version in (first, second):
        promotion.promote(NAME, version, "production", "")
    assert say("previous").output == f"{first} {IMAGE}\n"
    say("set-image", first, f"{IMAGE[:-1]}2")
    assert promotion.rollback(NAME, "production", "").image == IMAGE
    promotion.promote(NAME, second, "staging", "")
    promotion.promote(NAME, first, "staging", "")
    assert "without an image" in say("previous", "--in", "staging").output
