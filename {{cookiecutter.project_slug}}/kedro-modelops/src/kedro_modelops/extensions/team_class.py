"""Classes of the team's own that parameters name: `{class: <package>.gates.NightHours, max_gap: 0.1}`."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

from kedro_modelops.models.class_paths import import_named
from kedro_modelops.project_settings import team_package

T = TypeVar("T", bound=BaseModel)


def of_team(kind: type[T]) -> Callable[[Any], T]:
    """Makes a validator of what parameters say of a class of the team's own.

    Args:
        kind: What the class has to derive from.

    Returns:
        A function from `class`, a dotted path in the team's package, and the settings beside it, to an object of that
        class with these settings. It raises ValueError if there is no such class.
    """

    def make(stated: Any) -> T:
        if isinstance(stated, kind):
            return stated
        path = stated.get("class") if isinstance(stated, dict) else None
        if not isinstance(path, str):
            msg = f"it names no class: write {{class: {team_package()}.<module>.<name of the class>}}, and its settings"
            raise ValueError(msg)  # noqa: TRY004  (pydantic reports no other error)
        found = import_named(path, [team_package()], "here stands a class of the team's package")
        if not (isinstance(found, type) and issubclass(found, kind)) or inspect.isabstract(found):
            msg = f"{path} is no class that derives from {kind.__module__}.{kind.__name__} and fills its methods"
            raise ValueError(msg)
        return found.model_validate({name: value for name, value in stated.items() if name != "class"})

    return make
