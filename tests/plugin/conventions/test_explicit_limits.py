"""What judges stands in conf/base: a default of the plugin that changes never changes a project's verdicts."""

from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import pytest
import yaml
from kedro_modelops.gates import Gates
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.pipelines.ingestion.parameters import Ingestion
from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.testing.project import Kedro
from pydantic import BaseModel

JUDGES = {
    "gates": ("parameters_evaluation.yml", Gates),
    "evaluation": ("parameters_evaluation.yml", Evaluation),
    "monitoring": ("parameters_monitoring.yml", Monitoring),
    "ingestion": ("parameters_ingestion.yml", Ingestion),
}
UNSAID = {"enabled"}
"""On, unless somebody switches a gate off in plain sight."""


LEFT_OUT = ("gates.calibration.bins", "evaluation.profile_rows", "monitoring.window.days", "ingestion.limits.nulls")


def defaults(model: type[BaseModel], stated: dict[str, Any], path: str) -> Iterator[str]:
    """Fields that the plugin fills in where the parameters leave them out; what is empty asks for nothing."""
    for name, field in model.model_fields.items():
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        if name not in UNSAID and default not in (None, (), [], {}):
            yield f"{path}.{name}"
        for inner, value in models(field.annotation, stated.get(name)):
            yield from defaults(inner, value, f"{path}.{name}")


def models(annotation: Any, stated: Any) -> Iterator[tuple[type[BaseModel], dict[str, Any]]]:
    """Models in a field's type, with what is stated of each."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, stated or {}
    elif get_origin(annotation) is dict and isinstance(stated, dict):
        for value in stated.values():
            yield from models(get_args(annotation)[1], value)
    elif isinstance(annotation, UnionType):
        for part in get_args(annotation):
            yield from models(part, stated)


@pytest.mark.parametrize("name", JUDGES)
def test_the_plugin_has_no_limit_of_its_own(name: str) -> None:
    file, model = JUDGES[name]
    stated = yaml.safe_load(Path("conf/base", file).read_text())[name]
    model.model_validate(stated)
    assert list(defaults(model, stated, name)) == []


@pytest.mark.parametrize("path", LEFT_OUT)
def test_a_limit_that_is_left_out_is_asked_for_in_a_sentence(path: str, project: Path, kedro: Kedro) -> None:
    name, *keys, last = path.split(".")
    for file in (project / "conf/base" / JUDGES[name][0], project / "conf/ci/parameters.yml"):
        parameters = yaml.safe_load(file.read_text())
        inner = parameters.get(name, {})
        for key in keys:
            inner = inner.get(key, {})
        inner.pop(last, None)
        file.write_text(yaml.safe_dump(parameters))
    result = kedro("run", "--env", "ci")
    assert result.exit_code == 1
    assert f"Parameter '{name}'" in result.output
    assert ".".join([*keys, last]) in result.output
    assert "Field required" in result.output
    assert "conf/base/parameters_*.yml" in result.output
    assert "Traceback" not in result.output
