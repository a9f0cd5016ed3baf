"""What a point of the score is, and what becomes of it in a project."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kedro_modelops.conformance.rule import Verdict
from kedro_modelops.conformance.score.last_run import Evidence, NotProvenError, Proof
from kedro_modelops.errors import RefusedError
from kedro_modelops.sessions.tracebacks import own_lines

Check = Callable[[Evidence], Proof]


@dataclass(frozen=True)
class Point:
    """One of the rubric's points.

    Attributes:
        section: Of the rubric.
        name: For people and programs.
        title: What the rubric asks, as a sentence.
        where: Paths where the proof stands, from the project's folder; `{package}` is the team's.
        check: Proves it, or raises `NotProvenError`.
    """

    section: str
    name: str
    title: str
    where: str
    check: Check


@dataclass(frozen=True)
class Scored:
    """A point, as it was found in a project."""

    section: str
    name: str
    title: str
    where: str
    verdict: Verdict
    sentence: str
    measured: dict[str, Any]


def judge_point(point: Point, evidence: Evidence) -> Scored:
    """Judges a point; a check that fails by itself is `crashed`, gives no point, and says nothing of the project."""
    verdict, measured = Verdict.FAILED, {}
    try:
        proof = point.check(evidence)
        verdict, sentence, measured = Verdict.PASSED, proof.sentence, proof.measured
    except (NotProvenError, RefusedError) as error:
        sentence = str(getattr(error, "message", error))
    except Exception as error:  # whatever it is, the other points are judged
        told = own_lines(error) or f"{type(error).__name__}: {error}"
        verdict, sentence = Verdict.CRASHED, f"the check {point.check.__name__} fails by itself: {told}"
    where = point.where.format(package=evidence.package)
    return Scored(point.section, point.name, point.title, where, verdict, sentence, measured)
