"""An update: two versions of the template rendered, merged with the project, and put in its place."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from kedro_modelops.errors import RefusedError
from kedro_modelops.updates.delivery import renew_delivery
from kedro_modelops.updates.merging import Merged, merge, put_in_place
from kedro_modelops.updates.ownership import Notes, prepare, settle
from kedro_modelops.updates.record import FILE, Record
from kedro_modelops.updates.repository import Entry, Repository
from kedro_modelops.updates.thresholds import Threshold, changed_thresholds
from kedro_modelops.updates.versions.answers import Answers, answer, fitting, parse
from kedro_modelops.updates.versions.changelog import news
from kedro_modelops.updates.versions.migrations import migrate
from kedro_modelops.updates.versions.rendering import Apart, render, start_python
from kedro_modelops.updates.versions.template import Template


@dataclass(frozen=True)
class Wish:
    """What a person wants."""

    version: str | None = None
    """Tag, branch or commit of the template."""
    template: str | None = None
    """Where the template is taken from, this time."""
    since: str | None = None
    """The version that the project has, where it is not recorded."""
    answers: tuple[str, ...] = ()
    """To questions, as NAME=VALUE."""
    defaults: bool = False
    """Whether new questions are answered by their defaults."""


@dataclass(frozen=True)
class Update:
    """What was done; nothing, where the project has the version already."""

    name: str
    answers: Answers
    notes: Notes
    before: dict[str, Entry]
    """The project's files."""
    merged: Merged | None = None
    news: list[str] = field(default_factory=list)
    """What the template's changelog says of the way."""
    thresholds: list[Threshold] = field(default_factory=list)
    """Parameters that have another value now."""


def update(project: Path, wish: Wish) -> Update:
    """Brings a version of the template to a project; what has to be decided lies in the working tree and the index.

    Args:
        project: Its folder.
        wish: What is wanted.

    Raises:
        RefusedError: If the project has changes that no commit holds, or something is not as it has to be; nothing is
            written then.
    """
    repository, record = Repository(project), Record.read(project)
    _refuse_changes(repository)
    with TemporaryDirectory() as scratch:
        template = Template(origin(record, wish)[0], project, Path(scratch), record.state.get("directory"))
        done = plan(repository, template, wish, Path(scratch))
    if done.merged:
        put_in_place(repository, done.merged)
    return done


def plan(repository: Repository, template: Template, wish: Wish, scratch: Path, apart: Apart = start_python) -> Update:
    """What an update of the last commit comes to; nothing is put in its place.

    Args:
        repository: Of the project.
        template: Cloned.
        wish: What is wanted.
        scratch: An empty folder.
        apart: How processes come about that render the versions.

    Raises:
        RefusedError: If something is not as it has to be.
    """
    record = Record.read(repository.project)
    address, since = origin(record, wish)
    old, new = template.find(since), template.find(wish.version, record.state.get("checkout"))
    answered = answer(new.folder, record.answers, parse(wish.answers), defaults=wish.defaults)
    done = Update(new.name, answered, Notes(), repository.files(), news=news(old.folder, new.folder))
    if old.commit == new.commit == record.state.get("commit") and answered.values == record.answers:
        return done
    named, recorded = record.state.get("template", address), record.answers or answered.values
    rendered, _ = render(old, fitting(old.folder, recorded), named, scratch / "old", apart)
    base = repository.take_in(rendered)
    rendered, context = render(new, answered.values, named, scratch / "new", apart)
    theirs = repository.take_in(rendered)
    trees = (base, done.before)
    base, ours, done.notes.migrations = migrate(old, new, repository, trees, scratch / "migrated")
    before, after = prepare(base, ours, theirs, record.skip, done.notes)
    done.notes.versions = repository.commit(base), repository.commit(theirs)
    merged = merge(repository, before, ours, after, f"template-{done.name}")
    settle(merged, before, ours, done.notes)
    renew_delivery(repository, (base, ours, theirs), merged)
    merged.tree[FILE] = repository.store(record.updated(named, new.commit, context))
    return replace(done, merged=merged, thresholds=changed_thresholds(repository, ours, merged.tree))


def _refuse_changes(repository: Repository) -> None:
    if changed := repository.changes():
        msg = (
            f"the project has {len(changed)} files that differ from the last commit, such as {changed[0]}: commit or "
            "stash them first, so that git can bring back what an update changes"
        )
        raise RefusedError(msg)


def origin(record: Record, wish: Wish) -> tuple[str, str]:
    """Address of the template, and the version of it that the project has."""
    address, since = wish.template or record.state.get("template"), wish.since or record.state.get("commit")
    if not address or not since:
        msg = (
            f"{FILE} does not say which template the project was made from, and which version: "
            "say --template ADDRESS and --from VERSION"
        )
        raise RefusedError(msg)
    return address, since
