"""What an update leaves for a pull request, which another job opens: a patch, and what is to be said of it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from kedro_modelops.updates.repository import run_git
from kedro_modelops.updates.summary import edits
from kedro_modelops.updates.updating import Update

PATCH, SUMMARY, VERSION, CONFLICTS = "update.patch", "summary.md", "version", "conflicts"


def leave(update: Update, project: Path, folder: Path) -> None:
    """Writes it; nothing, where the project has the version already.

    Args:
        update: What was done.
        project: Its folder, with what was merged.
        folder: Where the files go: `update.patch` (from the last commit, conflicts with their marks), `summary.md`,
            `version`, and `conflicts`, a path in each line, if there are any.
    """
    if update.merged is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        index = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
        run_git(project, "read-tree", "HEAD", variables=index)
        run_git(project, "add", "--all", "--", ".", variables=index)
        patch = f"--output={(folder / PATCH).resolve()}"
        run_git(project, "diff", "--cached", "--binary", "--full-index", patch, "HEAD", variables=index)
    (folder / SUMMARY).write_text(describe(update), "utf-8", newline="\n")
    (folder / VERSION).write_text(update.name + "\n", "utf-8", newline="\n")
    if update.merged.conflicts:
        (folder / CONFLICTS).write_text("\n".join([*sorted(update.merged.conflicts), ""]), "utf-8", newline="\n")


def describe(update: Update) -> str:
    """What is to be said of it, in Markdown."""
    return "\n".join(_paragraphs(update))


def _paragraphs(update: Update) -> Iterator[str]:
    assert update.merged is not None  # noqa: S101  (the caller has looked)
    yield from (f"Brings the project to **{update.name}** of the template.", "")
    if conflicts := sorted(update.merged.conflicts):
        yield from ("### Conflicts", "", "The files have both sides, with git's marks: decide, and commit here.", "")
        yield from (*(f"- `{path}`" for path in conflicts), "")
    if update.thresholds:
        yield from ("### Thresholds that change", "", "| parameter | now | with this |", "| --- | --- | --- |")
        yield from (f"| `{row.name}` in `{row.file}` | {row.before} | {row.after} |" for row in update.thresholds)
        yield ""
    if update.news:
        yield from ("### What the template says", "", *(f"- {entry}" for entry in update.news), "")
    if told := list(edits(update)):
        yield from ("### What became of your edits", "", "```text", *told, "```", "")
