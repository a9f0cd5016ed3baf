"""What a person is shown and asked: the proposal, as a table that is read in ten seconds."""

from collections.abc import Iterable, Iterator

import click

from kedro_modelops.adoption.judging.model_input import calendar_of
from kedro_modelops.adoption.proposing.groups import find_group
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.proposing.wishes import NONE, Wishes
from kedro_modelops.adoption.tables.periods import WORDS
from kedro_modelops.files.images import ImageRules

SHOWN = 20
"""Features, and columns with nulls, that are named."""


def show(proposal: Proposal, differences: Iterable[tuple[str, str]] = ()) -> None:
    """Prints it, with what differs from the last time."""
    click.echo()
    for title, said in [*lines(proposal), *differences]:
        click.echo(click.style(f"{title:<14}", bold=True) + said)
    click.echo()


def lines(proposal: Proposal) -> Iterator[tuple[str, str]]:
    """What it says, line by line: a title, and a sentence."""
    yield "table", f"{proposal.place}: {proposal.rows:,} rows, {len(proposal.columns)} columns"
    yield from proposal.notes[:SHOWN]
    yield "predicts", f"{proposal.target} ({proposal.kind}{_balance(proposal)})"
    given = ": a number given to each row, as rows look alike; callers send their own" if proposal.given else ""
    made = "none: made of what callers send of a row"
    yield "key", f"{' and '.join(proposal.key)}{given}" if proposal.key else made
    of_parts = f" (made of {proposal.time_parts.told})" if proposal.time_parts else ""
    clock = f"{proposal.time}{of_parts}, clock of {proposal.zone}; the newest rows are the test set"
    drawn = "whole groups" if proposal.group else "rows"
    yield "time", clock if proposal.time else f"none: the test set is drawn at random, by {drawn}"
    if proposal.max_rows:
        yield "sets", f"training and test have {proposal.max_rows:,} rows at most, which are drawn (--max-rows)"
    if proposal.every:
        yield "files", f"one for each {WORDS[proposal.every]}: later ones can be taken in beside them"
    elif proposal.undivided:
        yield "files", f"become one table, as {proposal.undivided}"
    if proposal.group:
        yield "group", f"{proposal.group}: its rows stay together, in the split and in the cross-validation"
    elif proposal.time and (again := find_group(proposal)):
        yield "comes again", f"{again}: in training and test alike; --group {again} keeps its rows together instead"
    features = [*proposal.features, *(f"{name} (of the time)" for name in calendar_of(proposal))]
    yield "features", _first(features)
    if isinstance(proposal.rules, ImageRules):
        yield "images", f"{proposal.content}: its pixels are features; callers send the base64 of a file"
    if words := proposal.written:
        yield "free text", f"{', '.join(words)}: its words are features"
    if units := [f"{name} in {column.unit}" for name, column in proposal.columns.items() if column.unit]:
        yield "units", f"{', '.join(units)}: callers send the numbers alone"
    yield from _warnings(proposal)


def _first(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _warnings(proposal: Proposal) -> Iterator[tuple[str, str]]:
    for name, why in proposal.after.items():
        yield "known later", f"{name}: {why}"
    for name, what in proposal.personal.items():
        yield "personal", f"{name}: {what}{'' if name in proposal.features else ', not a feature'}"
    for name, why in proposal.left_out.items():
        yield "not a feature", f"{name} {why}"
    for name, why in proposal.dropped.items():
        yield "not kept", f"{name}: {why}"
    if nulls := [f"{name} {100 * column.nulls:.2g} %" for name, column in proposal.columns.items() if column.nulls]:
        yield "nulls", _first(nulls)
    if unknown := int(proposal.goal.content.isna().sum()):
        yield "unknown", f"{unknown:,} rows without {proposal.target} are not learned from"
    if proposal.rare:
        yield "too rare", f"{', '.join(map(str, proposal.rare))}: not learned"
    if proposal.repeated:
        yield "repeated", f"{proposal.repeated:,} rows repeat another one, and are left out"


def _balance(proposal: Proposal) -> str:
    if proposal.kind == "regression":
        values = proposal.goal.known
        return f", {values.min():.6g} to {values.max():.6g}"
    shares = proposal.goal.known.value_counts(normalize=True)
    if proposal.kind == "binary":
        return f": {proposal.classes[-1]} in {100 * shares[proposal.classes[-1]]:.3g} %"
    return f", {len(proposal.classes)} classes"


def ask(proposal: Proposal, wishes: Wishes) -> Wishes | None:
    """Asks what should be otherwise.

    Args:
        proposal: What the table is taken for.
        wishes: What was said so far.

    Returns:
        What is said now; None where the proposal is taken as it is.
    """
    answer = click.prompt(
        "Right? [y]es, or what is wrong",
        type=click.Choice(["y", "target", "kind", "key", "time", "zone", "group", "after", "keep", "drop", "personal"]),
        default="y",
        show_choices=True,
    )
    if answer == "y":
        return None
    said = wishes.said()
    if answer in {"after", "keep", "drop", "personal"}:
        said[answer] = (*said.get(answer, ()), click.prompt("Column"))
    elif answer == "kind":
        said[answer] = click.prompt("Kind", type=click.Choice(["binary", "multiclass", "regression"]))
    else:
        said[answer] = click.prompt("Time zone" if answer == "zone" else f"Column ({NONE} for none)")
    return Wishes(**said)
