"""Names that teams write and a later version does not know: told, each with its edit, while they still work."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kedro_modelops.project_settings import TABLE, settings

logger = logging.getLogger(__name__)
PLACES = {"parameters": "conf/", "settings": f"{TABLE} of pyproject.toml", "problem": "Problem(...) of problem.py"}


@dataclass(frozen=True)
class Deprecation:
    """A name that is on its way out.

    Attributes:
        where: Among the `parameters`, in the `settings` of `pyproject.toml`, or an argument of the `problem`.
        name: In full, such as `training.search.jobs`; that of a group stands for all that is in it.
        since: Version that announces it.
        gone_in: A later one, which does not know it.
        edit: What to write in its place, as a sentence without its full stop.
    """

    where: Literal["parameters", "settings", "problem"]
    name: str
    since: str
    gone_in: str
    edit: str

    def __str__(self) -> str:
        """The announcement."""
        told = f"{self.name} in {PLACES[self.where]} is deprecated since {self.since} and gone in {self.gone_in}"
        return f"{told}: {self.edit}."


DEPRECATIONS: tuple[Deprecation, ...] = ()
"""All there are. The template's CONTRIBUTING.md says how one comes, and its tests when it has to go."""


def announcements(parameters: Iterable[Mapping[str, Any]]) -> list[str]:
    """What a project still uses of them, in sentences; `parameters` are those of its environments, as far as known."""
    if not DEPRECATIONS:
        return []
    from kedro_modelops.problem import load_problem  # noqa: PLC0415  (imports pandas, and there is rarely an entry)

    problem = {name: value for name, value in vars(load_problem()).items() if value is not None}
    stated: dict[str, list[Mapping[str, Any]]] = {"settings": [settings()], "problem": [problem]}
    stated["parameters"] = list(parameters)
    return [str(one) for one in DEPRECATIONS if any(_holds(values, one.name) for values in stated[one.where])]


def warn(parameters: Mapping[str, Any]) -> None:
    """Logs them before a run; Python's own warnings would be errors in the tests of a project."""
    for sentence in announcements([parameters]):
        logger.warning("%s", sentence)


def _holds(values: Any, name: str) -> bool:
    first, _, rest = name.partition(".")
    found = isinstance(values, Mapping) and first in values
    return found and (not rest or _holds(values[first], rest))
