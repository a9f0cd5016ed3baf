"""Paths of the team's own."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI

from kedro_modelops.errors import RefusedError
from kedro_modelops.project_settings import load_named

SETTING = "routes"
"""In `[tool.kedro_modelops]`: the dotted path of an APIRouter in the team's package."""


def mount_routes(app: FastAPI, dependencies: Sequence[Any]) -> None:
    """Adds the router that the project's settings name, if they name one.

    A route sees who calls as `request.state.caller`, and what serves as `request.app.state.slot.current`.

    Args:
        app: With the paths of the service.
        dependencies: What has to hold before any of its paths answers: the check of the key.

    Raises:
        RefusedError: If the router is not there, or has a path of the service.
    """
    router = load_named(SETTING, APIRouter)
    if router is None:
        return
    taken = {getattr(route, "path", "") for route in app.routes}
    if double := sorted(taken & {getattr(route, "path", "") for route in router.routes}):
        msg = f"{', '.join(double)}: the service has this path itself; give yours another, by APIRouter(prefix='/...')"
        raise RefusedError(msg)
    app.include_router(router, dependencies=dependencies)
