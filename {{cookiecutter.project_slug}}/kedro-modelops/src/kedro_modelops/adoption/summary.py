"""What is said at the end: what was assumed, what to look at, and what to type."""

from collections.abc import Iterator
from pathlib import Path

import click

from kedro_modelops.adoption.judging.judge import CLEAR, Judged, quality
from kedro_modelops.adoption.judging.measures import Measures
from kedro_modelops.adoption.proposing.groups import find_group
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.metrics import find_metric

WORTH = 5
"""Lines of `schemas.py` that are named."""
GUESS, LEAK = "It is hardly more than a guess", "One column alone tells nearly all"
WAYS = {GUESS: "columns that say more", LEAK: "what is known only later (--after)"}
"""Why gates may refuse a model, and what helps."""


def summarize(proposal: Proposal, judged: Judged, schemas: Path) -> None:
    """Prints it."""
    whole = judged.whole
    click.echo(f"{proposal.place} is the project's table now: {proposal.target} is predicted ({proposal.kind}).")
    metric = find_metric(judged.training["scoring"], proposal.goal.unit)
    reached = f"the first model reaches {metric.title} {metric.tell(whole.score)} on {whole.rows:,} held-out rows"
    better = metric.amount(whole.over_dummy)
    click.echo(f"From {len(proposal.features)} columns {reached}, {better} better than a guess.")
    if quality(judged.whole) < 1:
        click.echo(f"{doubt(judged.whole)}: the gates may refuse it. Look for {WAYS[doubt(judged.whole)]}.")
    elif quality(judged.sample) < 1:
        click.echo(f"{doubt(judged.sample)} on the rows of the tests: some tests of the gates may fail there.")
    for sentence in assumed(proposal):
        click.echo(f"  - {sentence}")
    click.echo(f"Worth a minute in {schemas}:")
    for number, line in worth_a_look(proposal, schemas.read_text("utf-8")):
        click.echo(f"  {number:>4}  {line}")
    if lags := lags_of(proposal):
        click.echo(f"Worth a try: {lags} as a feature; kedro-modelops/docs/lags.md says how.")
    click.echo(
        "Next: git add --all && git commit, make check test, make run; docs/make-it-yours.md says where things are."
    )


def doubt(measures: Measures) -> str:
    """Why no threshold tells a good model from a bad one."""
    return GUESS if measures.over_dummy < CLEAR else LEAK


def assumed(proposal: Proposal) -> Iterator[str]:
    """Sentences on what nobody has said."""
    if proposal.time:
        yield f"times are of the clock of {proposal.zone}; {proposal.time} says when a row was (--time-zone, --time)"
    if proposal.given:
        yield f"rows look alike, so each was given a {proposal.key_column}; callers send one of their own (--key)"
    if len(proposal.key) > 1:
        yield f"{' and '.join(proposal.key)} together are the key of a row (--key)"
    if not proposal.key:
        yield "the key of a row is made of what callers send of it: rows that are equal in that are one (--key)"
    if proposal.group:
        yield f"rows of one {proposal.group} stay together, in the split and in the cross-validation (--group)"
    if proposal.max_rows:
        yield f"the training set and the test set have {proposal.max_rows:,} rows at most: split.max_rows (--max-rows)"
    for name, why in proposal.after.items():
        yield f"{name} {why}: taken as known only later (--keep)"
    if proposal.personal:
        names = ", ".join(proposal.personal)
        yield f"personal data: {names}; made up in tests/data, to be justified in parameters_registration.yml"
    if proposal.written:
        names = ", ".join(proposal.written)
        yield f"free text: {names}; some of it goes into git, in tests/data: see whether it tells of people (--drop)"
    if proposal.left_out:
        yield f"no features: {', '.join(f'{name} ({why})' for name, why in proposal.left_out.items())} (--keep)"
    if proposal.kind == "binary":
        yield f"looked for is {proposal.target} = {proposal.classes[-1]}"


def lags_of(proposal: Proposal) -> str:
    """What past outcomes could tell of a row: where rows of one thing, or of a series, follow each other in time."""
    if not proposal.time:
        return ""
    parts = [name for name in proposal.key if len(proposal.key) > 1 and name != proposal.time]
    if thing := next(iter(parts), None) or find_group(proposal):
        return f"the last known {proposal.target} of the same {thing}"
    one_each = proposal.columns[proposal.time].unique and not proposal.key_column
    return f"the last known {proposal.target}" if one_each and proposal.kind == "regression" else ""


def worth_a_look(proposal: Proposal, schemas: str) -> Iterator[tuple[int, str]]:
    """Lines of `schemas.py` that follow from a guess: what leaks, what is personal, what is often null, ranges."""
    lines = [(number, line.strip()) for number, line in enumerate(schemas.splitlines(), 1) if "pa.Field(" in line]

    def weight(line: str) -> int:
        marks = (
            "metadata=AFTER",
            "metadata=PERSONAL",
            "metadata=CLOCK",
            "nullable=True",
            "different values",
            "isin=",
            "ge=",
        )
        return next((rank for rank, mark in enumerate(marks) if mark in line), len(marks))

    seen: set[str] = set()
    for number, line in sorted(lines, key=lambda found: weight(found[1])):
        name = line.partition(":")[0]
        if name not in {"prediction", "score", *seen}:
            seen.add(name)
            yield number, line
        if len(seen) == WORTH:
            return
