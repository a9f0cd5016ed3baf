"""Whether a clone keeps the conventions. Import this in a process that forks others: it imports all that they need."""

import gc
import inspect
import logging
import os
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from kedro_modelops.errors import RefusedError

from fleet.examination import Row

JUDGED_ELSEWHERE = ("no_secret", "dvc_yaml", "supported_version")
"""Rules that each project's own CI judges: one takes seconds, two ask for the packages that the project installs."""


def judge(row: Row, clone: Path) -> None:
    """Judges the rules, in a process that is of no use afterwards: Kedro's settings and modules are the clone's.

    Raises:
        RefusedError: If there are no rules to judge by.
    """
    from kedro.framework.startup import bootstrap_project  # noqa: PLC0415  (imported already, see below)
    from kedro_modelops.conformance.conventions import judge_conventions  # noqa: PLC0415  (the same)
    from kedro_modelops.conformance.project_facts import ProjectFacts  # noqa: PLC0415  (the same)

    if not (clone / "kedro-modelops").exists() and "kedro-modelops" not in (clone / "pyproject.toml").read_text(
        "utf-8"
    ):
        msg = "is older than the plugin, so that no rules are judged: docs/migrate-to-plugin.md brings it over"
        raise RefusedError(msg)
    os.chdir(clone)
    bootstrap_project(clone)
    judged = judge_conventions(ProjectFacts(clone), JUDGED_ELSEWHERE)
    row.rules, row.kept = len(judged), sum(one.verdict == "passed" for one in judged)
    row.broken = {one.name: [found.sentence for found in one.findings] for one in judged if one.verdict != "passed"}


def _import_all() -> None:
    """Does once what each judgement would do: imports, what asks which modules there are, what looks for garbage."""
    logging.disable(logging.WARNING)  # Kedro tells on standard output which settings of its own it uses
    gc.disable()
    from kedro_modelops import pipelines  # noqa: PLC0415  (takes seconds, and has to be quiet)
    from kedro_modelops.conformance import conventions  # noqa: F401, PLC0415  (the same)

    for found in iter_modules(pipelines.__path__):
        import_module(f"{pipelines.__name__}.{found.name}")
    inspect.stack()  # Dynaconf asks for it in each project
    gc.freeze()


_import_all()
