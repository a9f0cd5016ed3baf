"""What a later version does not know is told with its edit, breaks nothing, and leaves the list in time."""

import json
from importlib.metadata import version
from pathlib import Path

import pytest
from kedro_modelops import deprecations
from kedro_modelops.deprecations import DEPRECATIONS, Deprecation
from kedro_modelops.testing.project import Kedro
from packaging.version import Version

CHANGES = Path(__file__).parents[3] / "CHANGELOG.md"
SEED = Deprecation("parameters", "training.seed", "7.0", "8.0", "write training.random_state")
SETTING = Deprecation("settings", "problem", "7.0", "8.0", "write border")
ARGUMENT = Deprecation("problem", "complete", "7.0", "8.0", "write complete_with")
UNUSED = [Deprecation(place, "training.sown", "7.0", "8.0", "-") for place in ("parameters", "settings", "problem")]
TOLD = "training.seed in conf/ is deprecated since 7.0 and gone in 8.0: write training.random_state."


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deprecations, "DEPRECATIONS", (SEED, SETTING, ARGUMENT, *UNUSED))


def out_of_place(listed: tuple[Deprecation, ...], now: str, changes: str) -> list[str]:
    """Names that should have left the list with the version of now, or are not announced a version ahead."""

    def is_in_place(one: Deprecation) -> bool:
        announced = Version(one.since) > Version(now) or f"\n## {one.since}\n" in changes
        return Version(now) < Version(one.gone_in) > Version(one.since) and announced and f"`{one.name}`" in changes

    return [one.name for one in listed if not is_in_place(one)]


def test_the_list_has_what_is_announced_and_not_gone_yet() -> None:
    assert out_of_place(DEPRECATIONS, version("kedro-modelops"), CHANGES.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("now", "changes", "fits"),
    [
        ("6.1", "## Unreleased\n\n- `training.seed`\n", True),
        ("7.0", "\n## 7.0\n\n- `training.seed`\n", True),
        ("7.0", "\n## 6.9\n\n- `training.seed`\n", False),
        ("7.0", "\n## 7.0\n\n- Another.\n", False),
        ("8.0", "\n## 8.0\n\n## 7.0\n\n- `training.seed`\n", False),
    ],
)
def test_an_entry_that_is_not_announced_or_is_gone_is_found(now: str, changes: str, *, fits: bool) -> None:
    assert out_of_place((SEED,), now, changes) == ([] if fits else ["training.seed"])


@pytest.mark.usefixtures("planted")
def test_the_rules_are_kept_and_the_edits_are_told(spoilable: Path, kedro: Kedro) -> None:
    words = ("modelops", "conventions", "--without", "dvc_yaml", "--without", "no_secret")
    quiet, as_json = kedro(*words, "--quiet"), kedro(*words, "--json")
    assert (quiet.exit_code, as_json.exit_code) == (0, 0)
    told = json.loads(as_json.stdout)["deprecated"]
    assert quiet.output == "".join(f"! {sentence}\n" for sentence in told)
    assert told == [TOLD, str(SETTING), str(ARGUMENT)]
    assert "[tool.kedro_modelops] of pyproject.toml" in told[1]


@pytest.mark.usefixtures("planted")
def test_a_run_tells_them_and_goes_on(project: Path, kedro: Kedro, caplog: pytest.LogCaptureFixture) -> None:
    done = kedro("run", "--env", "ci", "--nodes", "index_weather")
    assert done.exit_code == 0, done.output
    assert TOLD in caplog.messages
    assert list(project.glob("data/**/reference.*"))
