"""What was found, as a table, as JSON and as a page without anything from elsewhere."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import jinja2
from rich.table import Table

from fleet.examination import WORRYING, Row

UNKNOWN = "?"


def write(rows: list[Row], wanted: str, folder: Path) -> Path:
    """Writes `fleet.json` and `fleet.html`.

    Args:
        rows: Of all projects.
        wanted: Name of the template's version.
        folder: Where to.

    Returns:
        The page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = {"version": wanted, "projects": [row.as_json() for row in rows]}
    (folder / "fleet.json").write_text(json.dumps(found, indent=2, ensure_ascii=False), "utf-8")
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True)
    page = environment.get_template("report.html.j2").render(
        rows=sorted(rows, key=lambda row: (-len(row.needs_a_look), -(row.behind or 0), row.name)),
        wanted=wanted,
        now=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        behind=[row for row in rows if row.behind],
        in_the_way=[row for row in rows if row.conflicts or row.problems],
        models=[row for row in rows if row.monitoring in WORRYING],
    )
    (folder / "fleet.html").write_text(page, "utf-8")
    return folder / "fleet.html"


def table(rows: Iterable[Row]) -> Table:
    """A line for each project."""
    shown = Table(box=None, pad_edge=False)
    for heading in ("project", "ring", "version", "behind", "update", "rules", "score", "champion", "trained"):
        shown.add_column(heading, justify="right" if heading in {"behind", "rules", "score"} else "left")
    for row in rows:
        shown.add_row(*map(str, cells(row)))
    return shown


def cells(row: Row) -> list[str]:
    """What the table says of a project."""
    update = {None: UNKNOWN, "conflicts": f"conflicts: {len(row.conflicts)}"}.get(row.update, row.update)
    champion = f"{row.champion or UNKNOWN} {row.monitoring or ''}".strip()
    return [
        row.name,
        row.ring,
        row.version or UNKNOWN,
        UNKNOWN if row.behind is None else str(row.behind),
        f"{update}, branch is there" if row.proposed and row.update != "none" else str(update),
        UNKNOWN if row.rules is None else f"{row.kept}/{row.rules}",
        UNKNOWN if row.score is None else f"{row.score:g}",
        champion,
        UNKNOWN if row.trained_days is None else f"{row.trained_days} days ago",
    ]
