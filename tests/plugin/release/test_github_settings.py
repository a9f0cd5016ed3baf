import json
import re
from pathlib import Path

import pytest
import yaml
from kedro_modelops.errors import RefusedError
from kedro_modelops.release.github_settings import (
    OPEN,
    PROTECTED,
    SETTINGS,
    check,
    relevant,
)

PROJECT = Path.cwd()


def test_the_documentation_lists_every_setting_that_concerns_this_project() -> None:
    documented = (PROJECT / "docs" / "operate.md").read_text(encoding="utf-8")
    rows = [f"| `{known.name}` | {known.kind} | {known.place} | {known.without_it} |" for known in relevant(PROJECT)]
    assert [row for row in rows if row not in documented] == []


def test_workflows_read_each_secret_in_its_environments_and_nowhere_else() -> None:
    read: dict[str, set[str]] = {}
    for path in (PROJECT / ".github" / "workflows").glob("*.yml"):
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert "secrets." not in json.dumps({key: value for key, value in workflow.items() if key != "jobs"})
        for job in workflow["jobs"].values():
            for name in re.findall(r"secrets\.(\w+)", json.dumps(job)):
                read.setdefault(name, set()).add(job["environment"])
    assert read == {known.name: set(known.environments) for known in SETTINGS if known.kind == "secret"}


def test_no_secret_is_in_the_environment_that_any_branch_enters() -> None:
    secrets = [known for known in SETTINGS if known.kind == "secret"]
    assert all(known.environments for known in secrets)
    assert {name for known in secrets for name in known.environments} <= set(PROTECTED)
    assert OPEN not in PROTECTED


def test_a_job_does_not_begin_without_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in SETTINGS:
        monkeypatch.setenv(setting.name, "")
    with pytest.raises(RefusedError, match="the job deploy needs what is not set") as refusal:
        check(PROJECT, "deploy")
    assert "  - variable MLFLOW_TRACKING_URI: a push starts no training" in str(refusal.value)
    assert "  - secret SERVING_KEY: " in str(refusal.value)
