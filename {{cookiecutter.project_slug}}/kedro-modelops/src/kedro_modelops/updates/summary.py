"""What an update tells people: what became of the project, and what is left to do."""

from collections.abc import Iterable, Iterator

from kedro_modelops.updates.layers import within
from kedro_modelops.updates.merging import OURS, THEIRS
from kedro_modelops.updates.updating import Update

SHOWN = 12
INSTALLED = ("requirements/*", "pyproject.toml", "kedro-modelops/pyproject.toml", ".python-version")
TRAINED = ("kedro-modelops/src/*", "src/*", "conf/base/*", "requirements/train.txt", "dvc.yaml")
DELETED: dict[tuple[int, ...], str] = {
    (1, THEIRS): ": you have deleted it, the template has changed it",
    (1, OURS): ": the template has deleted it, you have changed it",
}


def summarize(update: Update) -> Iterator[str]:
    """Paragraphs, for people."""
    if update.merged is None:
        yield f"The project has {update.name} of the template already: there is nothing to do."
        return
    merged, notes = update.merged, update.notes
    changed = merged.changed(update.before)
    yield f"{update.name} of the template is in the working tree and the index: {len(changed)} files differ."
    yield from _listed("New in the template:", update.news, in_order=True)
    yield from edits(update)
    changes = [f"{row.name}: {row.before} -> {row.after} ({row.file})" for row in update.thresholds]
    yield from _listed("Parameters that have another value now:", changes)
    told = [f"{path}{DELETED.get(tuple(sorted(stages)), '')}" for path, stages in merged.conflicts.items()]
    yield from _listed("In conflict; decide, then git add:", told, most=len(told))
    yield "Left to do:"
    steps = _steps(update.name, len(told), set(notes.derived.values()), changed)
    yield from (f"  {number}. {step}" for number, step in enumerate(steps, 1))
    yield "To take it all back: git restore --staged --worktree ."


def edits(update: Update) -> Iterator[str]:
    """What became of the team's own: answers, files that were migrated, kept, or stay away."""
    notes = update.notes
    yield from _answers(update)
    yield from (f"Migrated your files, {name}: {told}" for name, told in notes.migrations.items())
    yield from _listed("You have changed files that are the platform's; your changes were merged:", notes.touched)
    yield from _listed("Your table is not the example's: what the template changed there has not come in:", notes.kept)
    if notes.kept:
        before, now = (commit[:12] for commit in notes.versions)
        yield f"    git diff {before} {now} shows it."
    yield from _listed("You had deleted these, or their folder: they stay away.", notes.stay_away)


def _answers(update: Update) -> Iterator[str]:
    for name, value in update.answers.new.items():
        yield f"New question {name}: answered with {value!r}; for another, take it back, and say --answer {name}=…"
    for name in update.answers.gone:
        yield f"{name} is not asked any more."


def _steps(name: str, conflicts: int, commands: set[str], changed: list[str]) -> Iterator[str]:
    if conflicts:
        yield f"decide {conflicts} conflicts: git status lists them, git diff shows them"
    if "make lock" in commands:
        yield "make lock: both sides have changed what is installed"
    if any(within(path, INSTALLED) for path in changed):
        yield "make setup"
    yield "make fix check test"
    yield f'git add --all && git commit -m "Update the template to {name}"'
    if any(within(path, TRAINED) for path in changed):
        yield "make repro, and commit dvc.lock: code or parameters have changed, and the next champion is made of them"


def _listed(title: str, lines: Iterable[str], *, most: int = SHOWN, in_order: bool = False) -> Iterator[str]:
    names = list(lines) if in_order else sorted(lines)
    if names:
        more = [f"    and {len(names) - most} more"] if len(names) > most else []
        yield "\n".join([title, *(f"    {name}" for name in names[:most]), *more])
