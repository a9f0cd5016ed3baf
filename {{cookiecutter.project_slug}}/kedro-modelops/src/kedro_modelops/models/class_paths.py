"""Classes and functions that parameters name by dotted paths: they come from allowed packages, and from nowhere else.

Importing a module runs its code, and parameters may come from whoever can start a training: a path is judged first.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import Any

GUARDED = "training.packages"
"""The parameter that allows packages; it changes in conf/ only, where a review sees it."""
PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")

_allowed: ContextVar[tuple[str, ...]] = ContextVar("allowed", default=("sklearn",))


@contextmanager
def allow_packages(packages: Iterable[str]) -> Iterator[None]:
    """Lets components that are validated meanwhile come from these packages."""
    token = _allowed.set(tuple(packages))
    try:
        yield
    finally:
        _allowed.reset(token)


def allowed_packages() -> tuple[str, ...]:
    """Packages from which components may come; scikit-learn alone where nothing else is said."""
    return _allowed.get()


def import_named(path: str, packages: Iterable[str], remedy: str) -> Any:
    """Imports what a dotted path names.

    Args:
        path: A module, then one name in it: no attribute leads from there to anything else.
        packages: Packages, or modules of them, from which it may come.
        remedy: What to do where it comes from elsewhere, for the message.

    Raises:
        ValueError: If this is no such path, if there is nothing of that name, or if it comes from another package. In
            the last case nothing was imported, unless an allowed module merely passes on what is not its own.
    """
    packages = tuple(packages)
    if not PATH.fullmatch(path):
        msg = f"{path!r} is no dotted path of a module and a name in it, such as sklearn.linear_model.Ridge"
        raise ValueError(msg)
    if not _is_within(path, packages):
        raise ValueError(_elsewhere(path, path, packages, remedy))
    module, _, name = path.rpartition(".")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        msg = f"{path} cannot be imported: {error}"
        raise ValueError(msg) from error
    origin = str(getattr(found, "__module__", None) or "builtins")
    if not _is_within(f"{origin}.{name}", packages):
        raise ValueError(_elsewhere(path, origin, packages, remedy))
    return found


def class_paths(value: Any) -> Iterator[str]:
    """Every class path in a parameter's value."""
    if isinstance(value, dict):
        if isinstance(value.get("class"), str):
            yield value["class"]
        yield from (path for inner in value.values() for path in class_paths(inner))
    elif isinstance(value, list | tuple):
        yield from (path for inner in value for path in class_paths(inner))


def sets_packages(name: str) -> bool:
    """Whether to set the parameter of this name is to set the allowed packages too, or a part of them."""
    return f"{GUARDED}.".startswith(f"{name}.") or name.startswith(f"{GUARDED}.")


def parameter_names(parameters: Any, prefix: str = "") -> Iterator[str]:
    """Full names of parameters, of groups only where they are empty."""
    for name, value in (parameters or {}).items():
        if isinstance(value, Mapping) and value:
            yield from parameter_names(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _is_within(path: str, packages: tuple[str, ...]) -> bool:
    return any(path.startswith(f"{package}.") for package in packages)


def _elsewhere(path: str, origin: str, packages: tuple[str, ...], remedy: str) -> str:
    real = "" if origin == path else f", which comes from {origin},"
    return f"{path}{real} is not of {' or '.join(packages)}: {remedy}"
