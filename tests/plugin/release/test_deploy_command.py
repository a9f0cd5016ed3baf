"""`kedro release deploy`: what is verified, tried and written into the ledger, and in which order."""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project
from kedro_modelops.cli import deployment, release
from kedro_modelops.release import images
from kedro_modelops.release.deployment import canary, registered_versions, target

STAND_INS = Path(__file__).parents[2] / "workflows"
REPOSITORY = "example-org/project"
SIGNER = f"https://github.com/{REPOSITORY}/.github/workflows/deploy.yml@refs/heads/main"
ISSUER = "https://token.actions.githubusercontent.com"
NEW, OLD, PIPELINES = (f"registry.example/{name}@sha256:{name * 64}" for name in ("a", "b", "c"))


@dataclass
class Desk:
    """A person's machine, or a runner, with the tools that a deployment types; registry and target only take notes.

    Attributes:
        home: Where `gh` and `cosign` keep what they know.
        done: What was asked of the registry, and what was released, until now.
    """

    home: Path
    done: list[str]

    def deploy(self, **env: str) -> Result:
        """Types `make deploy`."""
        settings = {"PATH": str(self.home / "tools"), "TO": "production", "GITHUB_REPOSITORY": REPOSITORY}
        settings |= {"GH_STATE": str(self.home / "state.json"), "GH_TOKEN": "a-token", "GITHUB_ACTIONS": "true"} | env
        return CliRunner().invoke(release.release, [str(deployment.deploy.name)], env=settings)

    def vouch(self, image: str, **otherwise: str) -> None:
        """Signs and attests an image as deploy.yml does on main, or otherwise."""
        who = {"signer": SIGNER, "repository": REPOSITORY, "issuer": ISSUER} | otherwise
        state = self.state
        state.setdefault("signed", []).append({"image": image, "signer": who["signer"], "issuer": who["issuer"]})
        entry = {"image": image, "signer": who["signer"], "repository": who["repository"]}
        state.setdefault("attested", []).append(entry)
        self.write(state)

    def write(self, state: dict[str, Any]) -> None:
        """Says what `gh` and `cosign` know."""
        (self.home / "state.json").write_text(json.dumps(state), "utf-8")

    @property
    def state(self) -> dict[str, Any]:
        """What `gh` and `cosign` know."""
        path = self.home / "state.json"
        state: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return state


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A machine on which nothing has been deployed yet."""
    bootstrap_project(Path.cwd())
    done: list[str] = []
    built = {"2": NEW}

    class Versions:
        def __init__(self, _: str) -> None: ...

        def previous(self, environment: str) -> tuple[str, str]:
            assert environment == "production"
            return "1", OLD

        def number(self, wanted: str) -> str:
            return wanted

        def image(self, version: str) -> str:
            return built.get(version, "")

        def note_image(self, version: str, image: str) -> None:
            built[version] = image
            done.append(f"{image} holds {version}")

        def golden(self, version: str) -> str:
            done.append(f"golden {version}")
            return json.dumps({"rows": [version]})

        def promote(self, *words: str) -> str:
            done.append(" | ".join(["promote", *words]))
            return "It serves."

        def rollback(self, *words: str) -> str:
            done.append(" | ".join(["rollback", *words]))
            return "It serves again."

    def bring(place: str, image: str, trial: canary.Trial) -> None:
        done.append(f"release {image} in {place} with {trial.golden['rows']} for {trial.seconds:.0f} s")

    class Opened:
        def __init__(self, name: str, pipelines: str) -> None:
            self.name = name + (f" beside {pipelines}" if pipelines else "")

        def __enter__(self) -> str:
            return self.name

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(registered_versions, "RegisteredVersions", Versions)
    monkeypatch.setattr(canary, "release", bring)
    monkeypatch.setattr(target, "open_target", Opened)
    monkeypatch.setattr(images, "build", lambda version: (done.append(f"build {version}") or NEW, ""))
    monkeypatch.setattr(release, "open_console", lambda _: SimpleNamespace(name="model"))
    for name in ("VERSION", "IMAGE", "PIPELINES_IMAGE", "REASON", "UNSIGNED", "CANARY_SECONDS", "GITHUB_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "tools").mkdir()
    for program in ("gh", "cosign"):
        command = tmp_path / "tools" / program
        command.write_text(f'#!/bin/sh\nexec {sys.executable} {STAND_INS}/{program}.py "$@"\n', "utf-8")
        command.chmod(0o755)
    return Desk(tmp_path, done)


def test_what_is_signed_is_tried_with_the_golden_answers_of_its_version_and_then_promoted(desk: Desk) -> None:
    desk.vouch(NEW)
    result = desk.deploy(VERSION="2", IMAGE=NEW)
    assert result.exit_code == 0, result.output
    assert f"{NEW} was built by {SIGNER}." in result.output
    assert desk.done == [
        "golden 2",
        f"release {NEW} in production with ['2'] for 300 s",
        "promote | 2 | production | it passed its gates | ",
    ]


def test_a_rollback_is_verified_and_tried_like_a_deployment(desk: Desk) -> None:
    desk.vouch(OLD)
    result = desk.deploy(VERSION="rollback", REASON="Complaints")
    assert result.exit_code == 0, result.output
    assert f"{OLD} was built by {SIGNER}." in result.output
    assert desk.done == [
        "golden 1",
        f"release {OLD} in production with ['1'] for 300 s",
        "rollback | production | Complaints | ",
    ]


def test_nobody_asks_staging_yet_so_that_its_canary_is_looked_at_once(desk: Desk) -> None:
    desk.vouch(NEW)
    assert desk.deploy(VERSION="2", IMAGE=NEW, TO="staging", CANARY_SECONDS="60").exit_code == 0
    assert desk.done[1].endswith("in staging with ['2'] for 0 s")
    assert desk.deploy(VERSION="2", IMAGE=NEW, CANARY_SECONDS="60").exit_code == 0
    assert desk.done[4].endswith("in production with ['2'] for 60 s")


def test_the_ledger_learns_who_approved_it(desk: Desk) -> None:
    desk.vouch(NEW)
    desk.write(desk.state | {"kept": {f"repos/{REPOSITORY}/actions/runs/7/approvals": "hubot"}})
    result = desk.deploy(VERSION="2", IMAGE=NEW, GITHUB_RUN_ID="7")
    assert result.exit_code == 0, result.output
    assert desk.done[-1].endswith(" | hubot")


OTHERWISE = {
    "signed by another workflow": {"signer": SIGNER.replace("deploy.yml", "ci.yml")},
    "signed on a branch": {"signer": SIGNER.replace("main", "main-2")},
    "signed on a tag of that name": {"signer": SIGNER.replace("heads", "tags")},
    "signed in a fork": {"signer": SIGNER.replace("example-org", "somebody")},
    "signed by who only calls itself so": {"issuer": "https://accounts.example"},
    "attested for another repository": {"repository": "somebody/project"},
}


@pytest.mark.parametrize("version", ["2", "rollback"])
@pytest.mark.parametrize("fault", ["by nobody", "not attested", "not signed", *OTHERWISE])
def test_an_image_of_anybody_else_is_refused_before_anything_is_touched(desk: Desk, fault: str, version: str) -> None:
    image = {"2": NEW, "rollback": OLD}[version]
    if fault != "by nobody":
        desk.vouch(image, **OTHERWISE.get(fault, {}))
    if fault.startswith("not "):
        desk.write({name: known for name, known in desk.state.items() if name != fault.removeprefix("not ")})
    result = desk.deploy(VERSION=version, IMAGE=image)
    assert result.exit_code
    assert f"\nError: {image} is refused: it has no " in f"\n{result.stderr}"
    assert desk.done == []


def test_the_image_of_the_pipelines_is_verified_too(desk: Desk) -> None:
    desk.vouch(NEW)
    result = desk.deploy(VERSION="2", IMAGE=NEW, PIPELINES_IMAGE=PIPELINES)
    assert result.exit_code
    assert f"{PIPELINES} is refused" in result.output
    assert desk.done == []


@pytest.mark.parametrize("name", [NEW.partition("@")[0] + ":2", NEW[:-1], f"{NEW}0", f"{NEW}\n"])
def test_a_name_without_a_digest_may_become_another_image_and_is_refused(desk: Desk, name: str) -> None:
    desk.vouch(name)
    result = desk.deploy(VERSION="2", IMAGE=name)
    assert result.exit_code
    assert f"{name} names no digest" in result.output
    assert desk.done == []


@pytest.mark.parametrize("missing", ["cosign", "gh"])
def test_without_the_tools_nothing_is_deployed(desk: Desk, missing: str) -> None:
    desk.vouch(NEW)
    (desk.home / "tools" / missing).unlink()
    assert shutil.which(missing, path=str(Path(sys.executable).parent)) is None
    result = desk.deploy(VERSION="2", IMAGE=NEW, GH_TOKEN="")
    assert result.exit_code
    assert f"without {missing}: install it" in result.output
    assert desk.done == []


def test_at_home_an_unsigned_image_passes_where_somebody_says_so_and_the_ledger_knows(desk: Desk) -> None:
    result = desk.deploy(VERSION="2", IMAGE=NEW, UNSIGNED="yes", GITHUB_ACTIONS="", REASON="To try it")
    assert result.exit_code == 0, result.output
    assert "| To try it; nobody knows who built the image (UNSIGNED) |" in desk.done[-1]


def test_at_home_one_command_builds_notes_and_deploys_what_has_no_image_yet(desk: Desk) -> None:
    for place in ("staging", "production"):
        result = desk.deploy(VERSION="3", UNSIGNED="yes", GITHUB_ACTIONS="", TO=place, CANARY_SECONDS="1")
        assert result.exit_code == 0, result.output
    reason = "it passed its gates; nobody knows who built the image (UNSIGNED)"
    assert desk.done == [
        "build 3",
        f"{NEW} holds 3",
        "golden 3",
        f"release {NEW} in staging with ['3'] for 0 s",
        f"promote | 3 | staging | {reason} | ",
        "golden 3",
        f"release {NEW} in production with ['3'] for 1 s",
        f"promote | 3 | production | {reason} | ",
    ]


def test_the_image_that_was_built_with_a_version_is_taken_and_another_one_is_noted(desk: Desk) -> None:
    desk.vouch(NEW)
    desk.vouch(OLD)
    assert desk.deploy(VERSION="2").exit_code == 0
    assert desk.done[1].startswith(f"release {NEW} ")
    assert desk.deploy(VERSION="2", IMAGE=OLD).exit_code == 0
    assert desk.done[3] == f"{OLD} holds 2"


def test_a_workflow_takes_no_word_for_it(desk: Desk) -> None:
    result = desk.deploy(VERSION="2", IMAGE=NEW, UNSIGNED="yes")
    assert result.exit_code
    assert desk.done == []


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"VERSION": "3"}, "version 3 has no image yet: let deploy.yml build it or, at home, say UNSIGNED=yes"),
        ({"VERSION": "3", "UNSIGNED": "yes"}, "version 3 has no image yet"),  # a workflow takes no word for it
        ({"VERSION": "2", "IMAGE": NEW, "TO": "moon"}, "'moon' is not one of"),
        ({"IMAGE": NEW}, "Missing option '--version' (env var: 'VERSION')"),
    ],
)
def test_what_is_not_said_is_asked_for(desk: Desk, env: dict[str, str], sentence: str) -> None:
    result = desk.deploy(**env)
    assert result.exit_code
    assert sentence in result.output
    assert desk.done == []


@pytest.mark.parametrize("share", ["0", "100"])
def test_both_sides_share_the_requests(desk: Desk, share: str) -> None:
    found = desk.deploy(VERSION="2", CANARY_PERCENT=share)
    assert found.exit_code == 2
    assert f"{share} is not in the range 1<=x<=99" in found.output
    assert desk.done == []
