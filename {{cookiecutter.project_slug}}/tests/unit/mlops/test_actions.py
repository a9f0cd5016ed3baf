from pathlib import Path

import pytest

from {{cookiecutter.package_name}}.errors import RefusedError
from {{cookiecutter.package_name}}.mlops.actions import SETTINGS, check, relevant

PROJECT = Path(__file__).parents[3]


def test_the_documentation_lists_every_setting_that_concerns_this_project() -> None:
    documented = (PROJECT / "docs" / "operate.md").read_text(encoding="utf-8")
    rows = [f"| `{known.name}` | {known.kind} | {known.without_it} |" for known in relevant(PROJECT)]
    assert [row for row in rows if row not in documented] == []


def test_a_job_does_not_begin_without_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in SETTINGS:
        monkeypatch.setenv(setting.name, "")
    with pytest.raises(RefusedError, match="the job deploy needs what is not set") as refusal:
        check(PROJECT, "deploy")
    assert "  - variable MLFLOW_TRACKING_URI: a push starts no training" in str(refusal.value)
    assert "  - secret SERVING_KEY: " in str(refusal.value)
