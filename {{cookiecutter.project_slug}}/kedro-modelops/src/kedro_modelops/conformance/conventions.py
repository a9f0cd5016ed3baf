"""All rules of a project: the platform's, and those that an organization adds."""

import importlib.util
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kedro_modelops.conformance import catalog_rules, platform_rules, repository_rules, source_rules
from kedro_modelops.conformance.project_facts import ProjectFacts
from kedro_modelops.conformance.rule import Judged, Rule, Verdict, judge
from kedro_modelops.deprecations import announcements
from kedro_modelops.errors import RefusedError

RULES = (
    Rule("raw_data", "Git keeps no data", repository_rules.raw_data),
    Rule("no_secret", "Git keeps no secret", repository_rules.no_secret, declarable=False),
    Rule("pinned", "Actions and base images are pinned to digests", repository_rules.pinned),
    Rule("locks_hashed", "Locks have the hash of each package", repository_rules.locks_hashed),
    Rule("dvc_yaml", "dvc.yaml follows the pipelines", catalog_rules.dvc_yaml, declarable=False),
    Rule("contracts", "Each table has a contract", catalog_rules.contracts),
    Rule("features_known_before", "Features are known before the answer", catalog_rules.features_known_before),
    Rule("personal_data_marked", "Each field says whether it is personal", catalog_rules.personal_data_marked),
    Rule("nodes_tested", "Each function of the pipelines is tested", source_rules.nodes_tested),
    Rule("node_names", "A node is named after its function", source_rules.node_names),
    Rule("safe_loading", "No module makes objects of files", source_rules.safe_loading),
    Rule("short_code", "Modules and functions are short", source_rules.short_code),
    Rule("gates_on", "All gates are on", platform_rules.gates_on),
    Rule("limits_kept", "No limit is looser than it was delivered", platform_rules.limits_kept),
    Rule("platform_files", "The platform's files are as they were delivered", platform_rules.platform_files),
    Rule("supported_version", "Plugin and packages are of supported versions", platform_rules.supported_version),
)
TABLE = "[tool.kedro_modelops.conventions]"


def judge_conventions(facts: ProjectFacts, but: Iterable[str] = ()) -> list[Judged]:
    """Judges all rules.

    Args:
        facts: Of the project.
        but: Names of rules that something else judges.

    Raises:
        RefusedError: If a rule is named that there is not, or the organization's rules cannot be loaded.
    """
    rules, stated = all_rules(facts), facts.settings.get("conventions", {})
    reasons: dict[str, dict[str, Any]] = stated.get("reasons", {})
    known = {rule.name for rule in rules}
    if unknown := sorted({*reasons, *but} - known):
        msg = f"there is no rule {unknown[0]} ({TABLE} reasons, --without): there are {', '.join(sorted(known))}"
        raise RefusedError(msg)
    return [judge(rule, facts, reasons.get(rule.name, {})) for rule in rules if rule.name not in set(but)]


def all_rules(facts: ProjectFacts) -> list[Rule]:
    """The platform's rules, then those of the modules that `pyproject.toml` names."""
    named = facts.settings.get("conventions", {}).get("rules", [])
    rules = [*RULES, *(rule for place in named for rule in _load(facts.project, str(place)))]
    names = [rule.name for rule in rules]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        msg = f"two rules are called {twice[0]}: {TABLE} rules names modules whose rules need names of their own"
        raise RefusedError(msg)
    return rules


def describe(facts: ProjectFacts, judged: list[Judged]) -> dict[str, Any]:
    """What was judged, for programs: the share of rules that are kept, and each rule with its findings."""
    kept = sum(one.verdict == Verdict.PASSED for one in judged)
    return {
        "project": facts.project.name,
        "plugin": version("kedro-modelops"),
        "kept": kept,
        "rules": len(judged),
        "score": round(kept / len(judged), 4),
        "conventions": [one.as_json() for one in judged],
        "without_contract": catalog_rules.without_contract(facts),
        "deprecated": deprecated(facts),
    }


def deprecated(facts: ProjectFacts) -> list[str]:
    """Announcements of what a later version does not know, and any environment of the project still uses."""
    return announcements(map(facts.parameters_of, facts.environments))


def _load(project: Path, place: str) -> Iterator[Rule]:
    """Rules of a file of the project, or of what a dotted path names: a rule, or several in a row."""
    try:
        found = _of_file(project / place) if place.endswith(".py") else _of_path(place)
    except Exception as error:
        msg = f"{TABLE} rules names {place}, which cannot be loaded: {type(error).__name__}: {error}"
        raise RefusedError(msg) from error
    rules = [found] if isinstance(found, Rule) else found
    if not isinstance(rules, list | tuple) or not all(isinstance(rule, Rule) for rule in rules):
        msg = f"{TABLE} rules names {place}, which holds no kedro_modelops.conformance.rule.Rule, nor a list of them"
        raise RefusedError(msg)
    yield from rules


def _of_file(file: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"organization_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ImportError(file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.RULES


def _of_path(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)
