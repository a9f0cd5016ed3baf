"""`kedro modelops conventions` and `score`: whether the project keeps the rules, and how far its model is."""

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kedro_modelops.contracts.explanations import Explained
from kedro_modelops.program_output import AS_JSON, answer, only_answers

if TYPE_CHECKING:
    from kedro_modelops.conformance.rule import Judged


@click.command(cls=Explained)
@AS_JSON
@click.option("--without", multiple=True, metavar="RULE", help="Leave a rule out; may stand repeatedly.")
@click.option("--quiet", is_flag=True, help="Tell of broken rules and deprecated names alone.")
@click.option("--take-limits", is_flag=True, help="Compare with the limits as they stand now: your table is another.")
@click.pass_context
def conventions(ctx: click.Context, as_json: bool, without: tuple[str, ...], quiet: bool, take_limits: bool) -> None:
    """Judge the project by the platform's rules and the organization's own; exit code 1 where one is broken."""
    from kedro_modelops.conformance import conventions as judging  # noqa: PLC0415  (kedro --help does not need it)
    from kedro_modelops.conformance.platform_rules import take_limits as take  # noqa: PLC0415  (the same)
    from kedro_modelops.conformance.project_facts import ProjectFacts  # noqa: PLC0415  (the same)

    facts = ProjectFacts(Path.cwd())
    if take_limits:
        take(facts)
    with only_answers(as_json):
        judged = judging.judge_conventions(facts, without)
    broken = [one for one in judged if one.verdict != "passed"]
    if as_json:
        answer(judging.describe(facts, judged))
    else:
        for one in broken if quiet else judged:
            _tell(one)
        for sentence in judging.deprecated(facts):
            click.secho(f"! {sentence}", fg="yellow")
        if broken or not quiet:
            click.echo(f"{len(judged) - len(broken)} of {len(judged)} rules are kept.")
    ctx.exit(int(bool(broken)))


@click.command(cls=Explained)
@AS_JSON
@click.option(
    "--badge", type=click.Path(dir_okay=False, path_type=Path), help="Write a badge for shields.io to this file."
)
@click.option(
    "--at-least", type=click.IntRange(0, 7), default=7, show_default=True, help="Below it, the exit code is 1."
)
@click.pass_context
def score(ctx: click.Context, as_json: bool, badge: Path | None, at_least: int) -> None:
    """Judge the last run by the 28 points of The ML Test Score: the lowest of four sections counts, of 7."""
    from kedro_modelops.conformance.score import rubric  # noqa: PLC0415  (kedro --help does not need it)
    from kedro_modelops.conformance.score.last_run import Evidence  # noqa: PLC0415  (the same)

    logging.getLogger("kedro").setLevel(logging.WARNING)  # what is loaded is no answer
    evidence = Evidence(Path.cwd())
    with only_answers(as_json):
        scored = rubric.judge_score(evidence)
    reached = rubric.sections(scored)
    if badge:
        badge.write_text(json.dumps(rubric.badge(scored)) + "\n", "utf-8")
    if as_json:
        answer(rubric.describe(evidence, scored))
    else:
        for section, points in reached.items():
            click.echo(f"{section}: {points} of 7")
            for one in (one for one in scored if one.section == section):
                good = one.verdict == "passed"
                click.secho(f"  {'✓' if good else '✗'} {one.title}", fg="green" if good else "red")
                click.echo(f"      {one.sentence} [{one.where}]")
        click.echo(f"ML Test Score: {min(reached.values())} of 7, that of the lowest section.")
    ctx.exit(int(min(reached.values()) < at_least))


def _tell(one: "Judged") -> None:
    """A line for each rule, and below it what breaks it and what is meant so."""
    good = one.verdict == "passed"
    click.secho(f"{'✓' if good else '✗'} {one.title} ({one.name})", fg="green" if good else "red")
    for finding in one.findings:
        click.echo(f"    {finding.sentence}")
    for subject, reason in one.declared.items():
        click.echo(f"    {subject}: meant so, {reason}")
