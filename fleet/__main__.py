"""`make fleet REPOS=...`."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from kedro_modelops.errors import RefusedError
from kedro_modelops.updates.updating import Wish
from kedro_modelops.updates.versions.template import Template
from rich.console import Console
from rich.progress import Progress

from fleet import examination, projects, report
from fleet.rollout import Prepared, Rollout

WORDS = {"current": "has it", "pushed": "branch is pushed", "conflicts": "branch is pushed, in conflict:"}


@click.command()
@click.argument("source", metavar="REPOS")
@click.option("--version", help="Tag, branch or commit of the template; without it, the newest.")
@click.option("--template", default=".", help="Its folder or address.", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default="build/fleet", show_default=True, help="For all files.")
@click.option("--json", "as_json", is_flag=True, help="Print fleet.json, and no table.")
@click.option(
    "--update", "updating", is_flag=True, help="Push a branch with the version to each project that lacks it."
)
@click.option("--ring", "rings", help="Such as canary,early,rest: update one after the other, while CI is green.")
@click.option("--check", default="", help="Command that judges an updated clone, where GitHub cannot be asked.")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count(), show_default="cores", help="At once.")
def main(source: str, version: str | None, template: str, **how: Any) -> None:
    """Look at all projects of REPOS, a file with a folder or an address in each line, or github:ORGANIZATION.

    Exit code 1 where something is in the way of a project.
    """
    found, wish = projects.read(source), Wish(version, defaults=True)
    named = [ring for ring in (how["rings"] or "").split(",") if ring]
    if unknown := sorted({project.ring for project in found} - set(named)) if named else []:
        msg = f"--ring leaves out {', '.join(unknown)}, which {source} has: name all rings, in their order"
        raise RefusedError(msg)
    with TemporaryDirectory() as scratch:
        source_of_all = Template(template, Path.cwd(), Path(scratch), None)
        clones = (how["out"] / "clones").resolve()
        if how["updating"]:
            rollout = Rollout(source_of_all, wish, clones, how["check"], how["jobs"])
            went_well = _roll_out(rollout, found, named)
        else:
            rows = _examine(found, examination.examine_all(found, source_of_all, wish, clones, how["jobs"]))
            _show(rows, report.write(rows, source_of_all.find(version).name, how["out"]), as_json=how["as_json"])
            went_well = not any(row.problems or row.conflicts for row in rows)
    raise SystemExit(int(not went_well))


def _examine(found: list[projects.Project], looked_at: Iterable[examination.Row]) -> list[examination.Row]:
    """All rows, in the order of the list."""
    order = {project.name: number for number, project in enumerate(found)}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        rows = progress.track(looked_at, len(found), description="Looking at projects")
        return sorted(rows, key=lambda row: order[row.name])


def _show(rows: list[examination.Row], page: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([row.as_json() for row in rows], indent=2, ensure_ascii=False))
        return
    console = Console() if Console().is_terminal else Console(width=200)
    console.print(report.table(rows))
    for row in rows:
        for reason in row.needs_a_look:
            click.echo(f"{row.name}: {reason}")
    click.echo(f"{page} shows it all.")


def _roll_out(rollout: Rollout, found: list[projects.Project], rings: list[str]) -> bool:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("Updating projects", total=len(found))

        def tell(done: Prepared) -> None:
            progress.advance(bar)
            told = WORDS.get(done.state, f"{done.state}:")
            line = f"{done.project.ring} {done.project.name}: {told} {done.detail}"
            progress.console.print(line, markup=False, soft_wrap=True)

        went_well = rollout.run(found, rings, tell)
    if not went_well:
        click.echo(
            "Stopped: projects of later rings stay as they are." if rings else "Some failed: see above.", err=True
        )
    return went_well


if __name__ == "__main__":
    main(prog_name="make fleet REPOS=... ARGS=")
