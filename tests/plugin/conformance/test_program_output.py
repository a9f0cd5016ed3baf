"""What commands answer to programs: JSON alone on standard output, and an exit code."""

import json
from typing import Any

import pytest
from kedro_modelops.release import doctor
from kedro_modelops.testing.project import Kedro


def asked(kedro: Kedro, *words: str) -> Any:
    """The answer of `kedro model`."""
    done = kedro("model", *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.usefixtures("ran")
def test_programs_are_told_of_versions_and_the_ledger(kedro: Kedro) -> None:
    (listed,) = asked(kedro, "list")
    assert (listed["version"], listed["aliases"], listed["broken"]) == ("1", ["challenger"], [])
    assert listed["lineage"]["git.clean"] == "true"
    assert listed["metrics"]["test_roc_auc"] > 0
    assert asked(kedro, "card", "1")["card"].startswith("# ")
    assert [move["action"] for move in asked(kedro, "history")] == ["register"]
    assert len(asked(kedro, "history")[0]["seal"]) > 12
    assert kedro("model", "promote", "1", "--to", "staging").exit_code == 0
    served = asked(kedro, "history", "--at", "2100-01-01T00:00")["served"]
    assert (served["staging"]["version"], served["production"]) == ("1", None)
    compared = asked(kedro, "compare", "1", "challenger")
    assert [version["version"] for version in compared["versions"]] == ["1", "1"]
    assert compared["Parameters that differ"] == {}


@pytest.mark.usefixtures("ran")
def test_a_program_is_refused_by_an_exit_code(kedro: Kedro) -> None:
    for words in (("card", "9"), ("compare", "1", "9"), ("history", "--at", "yesterday")):
        done = kedro("model", *words, "--json")
        assert done.exit_code == 1
        assert done.stdout == ""


UNSET = "not set: packages come from the public index"
LOOKS = [
    ([("git", "")], ["good"]),
    ([("Docker", "no engine answers"), ("variable UV_INDEX", UNSET)], ["optional", "optional"]),
    ([("secret UV_INDEX", "any branch can read it")], ["missing"]),
    ([("variable MLFLOW_TRACKING_URI", "not set: a push starts no training")], ["missing"]),
    ([("git", ""), ("data", "data/01_raw/flights is missing: make data")], ["good", "missing"]),
]


@pytest.mark.usefixtures("spoilable")
@pytest.mark.parametrize(("looks", "verdicts"), LOOKS)
def test_the_doctor_tells_what_is_missing_from_what_is_not_wanted(
    looks: list[tuple[str, str]], verdicts: list[str], kedro: Kedro, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda *_: iter(looks))
    told, as_json = kedro("doctor"), kedro("doctor", "--json")
    assert told.exit_code == as_json.exit_code == int("missing" in verdicts)
    assert [look["verdict"] for look in json.loads(as_json.stdout)] == verdicts
    marks = [line.partition(" ")[0] for line in told.output.splitlines()]
    assert marks == [doctor.MARKS[verdict][0] for verdict in verdicts]
