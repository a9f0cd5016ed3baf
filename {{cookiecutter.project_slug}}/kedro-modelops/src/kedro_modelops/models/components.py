"""Components made from parameters: scikit-learn classes, by their dotted paths, with their options."""

import inspect
from difflib import get_close_matches
from typing import Any, ClassVar, cast

from pydantic import BaseModel, Field, PrivateAttr, field_validator, model_validator
from sklearn.base import BaseEstimator
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  (without it there are no halving searches)
from sklearn.model_selection import BaseCrossValidator, BaseShuffleSplit
from sklearn.model_selection._search import BaseSearchCV
from sklearn.model_selection._split import _RepeatedSplits

from kedro_modelops.models.class_paths import GUARDED, allowed_packages, import_named

OWN = (
    "kedro_modelops.pipelines.training.optuna_search",
    "kedro_modelops.models.intervals",
    "kedro_modelops.models.unstructured",
)
"""What this plugin brings is allowed everywhere."""
SPLITTERS = (BaseCrossValidator, BaseShuffleSplit, _RepeatedSplits)


class Component(BaseModel, extra="forbid", frozen=True):
    """A class, by its dotted path, and the options to make it with; an option may be a component, or a list of some."""

    kinds: ClassVar[tuple[type, ...]] = (BaseEstimator, *SPLITTERS)
    method: ClassVar[str] = "__init__"
    title: ClassVar[str] = "estimator, transformer, splitter or search"

    class_path: str = Field(alias="class")
    options: dict[str, Any] = {}
    _factory: type = PrivateAttr()

    @field_validator("options")
    @classmethod
    def _components_within(cls, options: dict[str, Any]) -> dict[str, Any]:
        return {name: _component_or_value(value) for name, value in options.items()}

    @model_validator(mode="after")
    def _exists_and_takes_its_options(self) -> "Component":
        self._factory = self._find()
        known = inspect.signature(self._factory).parameters
        for option in self.options:
            if option not in known and not any(p.kind is p.VAR_KEYWORD for p in known.values()):
                near = get_close_matches(option, known) or sorted(known)
                msg = f"{self.class_path} has no option '{option}'; did you mean {' or '.join(near)}?"
                raise ValueError(msg)
        return self

    def _find(self) -> type:
        remedy = f"a class path names an {Component.title} of the packages that {GUARDED} lists in conf/base"
        own = [module for module in OWN if self.class_path.startswith(f"{module}.")]
        found = import_named(self.class_path, [*allowed_packages(), *own], remedy)
        suits = isinstance(found, type) and issubclass(found, self.kinds) and hasattr(found, self.method)
        if suits and not inspect.isabstract(found):
            return cast("type", found)
        remedy = "parameters name what derives from scikit-learn's classes; one of your own may hold another"
        msg = f"{self.class_path} is no {self.title}: {remedy}"
        raise ValueError(msg)

    def build(self, *args: Any, **defaults: Any) -> Any:
        """Makes the object.

        Args:
            *args: Arguments that come before the options.
            **defaults: Options that hold where the class knows them and the parameters do not set them.
        """
        options = inspect.signature(self._factory).parameters
        known = {name for name, option in options.items() if option.default != "deprecated"}
        if "shuffle" in known and not self.options.get("shuffle", options["shuffle"].default):
            known.discard("random_state")  # scikit-learn refuses a seed where nothing is drawn
        before = {name: option.default for name, option in options.items()}
        given = {name: like_default(_built(value, defaults), before.get(name)) for name, value in self.options.items()}
        return self._factory(*args, **{name: value for name, value in defaults.items() if name in known} | given)


class Estimator(Component, frozen=True):
    """A classifier or regressor."""

    kinds, method, title = (BaseEstimator,), "predict", "classifier or regressor"


class Transformer(Component, frozen=True):
    """What prepares columns."""

    kinds, method, title = (BaseEstimator,), "transform", "transformer"


class Splitter(Component, frozen=True):
    """What divides rows for cross-validation."""

    kinds, method, title = SPLITTERS, "split", "splitter"


class Search(Component, frozen=True):
    """What tries settings."""

    kinds, method, title = (BaseSearchCV,), "fit", "search"


def like_default(value: Any, default: Any) -> Any:
    """A tuple where the default is one and YAML gave a list: scikit-learn refuses a list as `ngram_range`."""
    return tuple(value) if isinstance(default, tuple) and isinstance(value, list) else value


def _component_or_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_component_or_value(inner) for inner in value]
    if isinstance(value, dict) and isinstance(value.get("class"), str) and value.keys() <= {"class", "options"}:
        return Component.model_validate(value)
    return value


def _built(value: Any, defaults: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_built(inner, defaults) for inner in value]
    return value.build(**defaults) if isinstance(value, Component) else value
