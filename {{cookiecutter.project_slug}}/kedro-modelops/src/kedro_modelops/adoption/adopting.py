"""Takes a table for a project's own: reads, proposes, asks, measures, writes; or leaves everything as it was."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from pyarrow import parquet

from kedro_modelops.adoption import questions
from kedro_modelops.adoption.changes import Changes, all_or_none, undo
from kedro_modelops.adoption.data_files import of_tests, stored_files
from kedro_modelops.adoption.image_package import add_image_package
from kedro_modelops.adoption.judging.judge import Judged, judge
from kedro_modelops.adoption.programs import NOTEBOOK, finish, refuse_changes
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.proposing.roles import propose
from kedro_modelops.adoption.proposing.wishes import Wishes
from kedro_modelops.adoption.record import FILE, Record, digests, load_record
from kedro_modelops.adoption.summary import summarize
from kedro_modelops.adoption.tables import Header, read_source, refuse_idle
from kedro_modelops.adoption.writing.context import context_of
from kedro_modelops.adoption.writing.project_words import CATALOG, ProjectWords
from kedro_modelops.adoption.writing.rendering import render, render_catalog, render_notebook
from kedro_modelops.conformance import shipped
from kedro_modelops.files.images import ImageRules
from kedro_modelops.files.rules import TextRules
from kedro_modelops.project_settings import team_package

OUTPUTS = "data/0[2-8]_*/[!.]*"


def adopt(project: Path, place: str, query: str | None, said: Mapping[str, Any], *, yes: bool) -> None:
    """Takes a table for the project's own.

    Args:
        project: Its folder.
        place: File, folder or URL of a database.
        query: What the database is asked.
        said: What a person says, by the names of `Wishes`; what is not said holds as it was said the last time.
        yes: Whether nothing is asked.

    Raises:
        RefusedError: If the project has changes that git does not hold, or the table cannot be taken.
    """
    if undo(project):
        click.echo("An earlier kedro adopt was not finished: everything is back where it was.")
    refuse_changes(project, place)
    record = load_record(project)
    wishes = Wishes(**{**(record.options if record else {}), **said})
    source = read_source(place, query, wishes.sheet, Header(wishes.header, wishes.names))
    refuse_idle(source, {"query": query, **said})
    proposal = propose(source, wishes)
    questions.show(proposal, differences(project, proposal) if record else ())
    while not yes and (other := questions.ask(proposal, wishes)):
        wishes, proposal = other, propose(source, other)
        questions.show(proposal)
    click.echo("Training the first models, from which the thresholds of the gates follow …")
    judged = judge(proposal)
    edited = record.edited(project) if record else set()
    with all_or_none(project) as changes:
        if record is None:
            take_example_away(project, changes)
        files = write(project, changes, proposal, judged, first=record is None, but=edited)
        if isinstance(proposal.rules, ImageRules):
            add_image_package(project, changes)
        foreign = "tests/data/*" if isinstance(proposal.rules, TextRules) else "*.parquet"
        finish(project, changes, proposal.stored, foreign)
        if record is None and (project / shipped.FILE).is_file():
            changes.write(shipped.FILE, shipped.renew_limits(project))
        known = {path: record.files[path] for path in edited} if record else {}
        changes.write(FILE, Record(wishes.said(), digests(project, files) | known).text())
    summarize(proposal, judged, Path("src", team_package(), "schemas.py"))
    if edited:
        click.echo(f"Left as they are, for somebody has edited them: {', '.join(sorted(edited))}. See git diff.")


def differences(project: Path, proposal: Proposal) -> Iterator[tuple[str, str]]:
    """Columns that the table has now and had not the last time, and the other way round."""
    if proposal.rules:
        return
    place = project / proposal.stored
    file = next(iter(sorted(place.glob("*.parquet"))), place)
    before = parquet.read_schema(file).names if file.is_file() else []
    if new := [name for name in proposal.columns if name not in before]:
        yield "new", ", ".join(new)
    if gone := [name for name in before if name not in proposal.columns]:
        yield "gone", ", ".join(gone)


def write(
    project: Path, changes: Changes, proposal: Proposal, judged: Judged, *, first: bool, but: set[str]
) -> list[str]:
    """Writes the files of a table.

    Args:
        project: The project's folder.
        changes: By which they are written.
        proposal: What the table is taken for.
        judged: What was measured.
        first: Whether the project still speaks of its example.
        but: Files that are left as they are.

    Returns:
        Their paths, without those of the project that were adapted, and without the data.
    """
    words = ProjectWords(project, proposal)
    context = context_of(proposal, judged, team_package(), words.owner())
    files: dict[str, str | bytes] = {**render(context), CATALOG: render_catalog(context, words.catalog_tail())}
    files[NOTEBOOK] = render_notebook(context, context["notebook"])
    tests = of_tests(proposal.stored)
    files |= stored_files(proposal, judged.rows, tests)
    written = {path: content for path, content in files.items() if path not in but}
    adapted = words.adapted() if first else {}
    plain = proposal.but(rules=None)
    others = {plain.but(every=every).stored for every in (None, "M")} - {proposal.stored}
    gone = [path for other in sorted(others) for path in (other, f"{other}.dvc", of_tests(other))]
    for path in (proposal.stored, tests, *gone):
        changes.remove(path)
    if proposal.rules:
        changes.expect(proposal.stored)
        changes.expect(tests)
    table = stored_files(proposal, proposal.table, proposal.stored)
    for path, content in (written | adapted | table).items():
        changes.write(path, content)
    return list(written)


def take_example_away(project: Path, changes: Changes) -> None:
    """Data, pointers, outputs and tests of what was there before."""
    pointers = sorted([*project.glob("data/*.dvc"), *project.glob("data/*/*.dvc")])
    outputs = sorted(project.glob(OUTPUTS))
    tests = [*(project / "tests/data").iterdir(), *(project / "tests/contracts").glob("*.py")]
    for path in [*(pointer.with_suffix("") for pointer in pointers), *pointers, *outputs, *tests]:
        changes.remove(path.relative_to(project).as_posix())
    for name in ("dvc.lock", "data/quarantine", "data/incoming"):
        changes.remove(name)
