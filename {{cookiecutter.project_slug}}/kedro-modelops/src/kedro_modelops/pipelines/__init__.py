"""The plugin's pipelines, and those of a project, by name."""

from collections.abc import Mapping, Sequence
from importlib import import_module

from kedro.framework.project import pipelines as registered
from kedro.pipeline import Pipeline

DEFAULT = "__default__"


def load_pipelines(modules: Mapping[str, str], attempt: Sequence[str]) -> dict[str, Pipeline]:
    """Makes the pipelines that a run asks for; all of them, where it does not say.

    Args:
        modules: The module of each pipeline, which has a function `create_pipeline`.
        attempt: Pipelines that make up a training attempt, in their order: the default pipeline.

    Returns:
        Pipelines by name, and the default one where all of its parts are among them.
    """
    requested = getattr(registered, "_requested_pipelines", None) or [DEFAULT]  # as in Kedro's find_pipelines
    names = set(modules) if DEFAULT in requested else set(requested)
    made: dict[str, Pipeline] = {
        name: import_module(module).create_pipeline() for name, module in modules.items() if name in names
    }
    parts = [made[name] for name in attempt if name in made]
    made[DEFAULT] = sum(parts, Pipeline([]))
    return made
