"""What every project agrees on of its own code; `make check` judges all rules, by `kedro modelops conventions`."""

import pytest
from kedro.framework.startup import bootstrap_project

from kedro_modelops.conformance.conventions import RULES
from kedro_modelops.conformance.project_facts import ProjectFacts
from kedro_modelops.conformance.rule import judge
from kedro_modelops.testing.commands import PROJECT

OF_CODE = (
    "contracts",
    "features_known_before",
    "personal_data_marked",
    "dvc_yaml",
    "nodes_tested",
    "node_names",
    "safe_loading",
    "short_code",
)


class ConventionTests:
    """The catalog, the contracts and the team's sources."""

    @pytest.fixture
    def facts(self) -> ProjectFacts:
        """Of this project."""
        bootstrap_project(PROJECT)
        return ProjectFacts(PROJECT)

    @pytest.mark.parametrize("name", OF_CODE)
    def test_a_rule_is_kept(self, name: str, facts: ProjectFacts, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each finding says what to do."""
        monkeypatch.chdir(PROJECT)
        (rule,) = (rule for rule in RULES if rule.name == name)
        assert [finding.sentence for finding in judge(rule, facts, {}).findings] == []
