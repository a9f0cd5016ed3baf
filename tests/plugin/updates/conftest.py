"""The tiny template, made once, with all its versions; renders are kept, as they follow from commit and answers."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from kedro_modelops.updates import updating
from kedro_modelops.updates.versions import rendering
from kedro_modelops.updates.versions.rendering import Apart
from kedro_modelops.updates.versions.template import Version
from tiny_template import TinyTemplate
from versions_of_it import VERSIONS


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyTemplate:
    """The template."""
    made = TinyTemplate.make(tmp_path_factory.mktemp("tiny"))
    for name, change in VERSIONS.items():
        made.version(name, change)
    return made


@pytest.fixture(scope="session")
def baked(tiny: TinyTemplate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its first version: change a copy only."""
    return tiny.bake(tmp_path_factory.mktemp("baked"))


@pytest.fixture
def project(baked: Path, tmp_path: Path) -> Path:
    """A project of one's own."""
    return shutil.copytree(baked, tmp_path / "project", symlinks=True)


@pytest.fixture(scope="session")
def render_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, dict[str, Any]]]:
    """Renders each version with the same answers once."""
    kept: dict[str, tuple[Path, dict[str, Any]]] = {}

    def render(
        version: Version, answers: Mapping[str, Any], address: str, _: Path, apart: Apart
    ) -> tuple[Path, dict[str, Any]]:
        key = json.dumps([version.commit, dict(answers), address])
        if key not in kept:
            scratch = tmp_path_factory.mktemp("render") / "scratch"
            kept[key] = rendering.render(version, answers, address, scratch, apart)
        return kept[key]

    return render


@pytest.fixture
def quick(render_once: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Uses those."""
    monkeypatch.setattr(updating, "render", render_once)
