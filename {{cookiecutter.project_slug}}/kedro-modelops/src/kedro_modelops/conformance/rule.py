"""What a rule is, and what becomes of it in a project."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from kedro_modelops.conformance.project_facts import ProjectFacts
from kedro_modelops.errors import RefusedError
from kedro_modelops.sessions.tracebacks import own_lines


class Finding(NamedTuple):
    """A place where a rule is broken.

    Attributes:
        subject: What breaks it: a path, a dataset, a parameter. A reason is declared under this name.
        sentence: What is wrong, and the way out.
    """

    subject: str
    sentence: str


@dataclass(frozen=True)
class Rule:
    """A convention, by the name under which people and programs know it.

    Attributes:
        name: Of the rule.
        title: What holds where it is kept, as a sentence.
        check: Finds where it is broken.
        declarable: Whether `pyproject.toml` can say of a finding that it is meant so, and why.
    """

    name: str
    title: str
    check: Callable[[ProjectFacts], Iterable[Finding]]
    declarable: bool = True


class Verdict(StrEnum):
    """What becomes of a rule."""

    PASSED = "passed"
    FAILED = "failed"
    CRASHED = "crashed"


@dataclass(frozen=True)
class Judged:
    """A rule, as it was found in a project; `declared` are findings with the reasons that the team gives."""

    name: str
    title: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    declared: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        found = [finding._asdict() for finding in self.findings]
        return asdict(self) | {"verdict": str(self.verdict), "findings": found}


def judge(rule: Rule, facts: ProjectFacts, reasons: Mapping[str, Any]) -> Judged:
    """Judges a rule.

    Args:
        rule: The rule.
        facts: Of the project.
        reasons: Why findings are meant so, by subject.

    Returns:
        What was found. A rule that fails by itself is `crashed`, which says nothing of the project.
    """
    try:
        found = sorted(set(rule.check(facts)))
    except RefusedError as error:
        return Judged(rule.name, rule.title, Verdict.FAILED, (Finding("", error.message),), {})
    except Exception as error:  # whatever it is, the other rules are judged
        told = own_lines(error) or f"{type(error).__name__}: {error}"
        sentence = f"the check {rule.check.__module__}.{rule.check.__name__} fails by itself: {told}"
        return Judged(rule.name, rule.title, Verdict.CRASHED, (Finding("", sentence),), {})
    declared = {
        one.subject: str(reasons[one.subject]).strip()
        for one in found
        if rule.declarable and str(reasons.get(one.subject) or "").strip()
    }
    left = tuple(one for one in found if one.subject not in declared)
    return Judged(rule.name, rule.title, Verdict.FAILED if left else Verdict.PASSED, left, declared)
