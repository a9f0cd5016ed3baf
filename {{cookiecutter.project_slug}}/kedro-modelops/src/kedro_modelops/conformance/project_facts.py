"""What rules look at: a project's files, settings, catalog and parameters, each read once and when it is needed."""

import tomllib
from functools import cached_property
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from kedro.config import OmegaConfigLoader
from kedro.framework.project import settings

from kedro_modelops import pipelines as plugin
from kedro_modelops.errors import RefusedError
from kedro_modelops.tracking.commits import run_git

SETTINGS = "pyproject.toml"


class ProjectFacts:
    """A project, which has been bootstrapped (`kedro` does so before each command); nothing of it is run."""

    def __init__(self, project: Path) -> None:
        """Takes its folder."""
        self.project = project
        self._parameters: dict[str, dict[str, Any]] = {}

    @cached_property
    def tracked(self) -> list[str]:
        """Files that git keeps."""
        return self._git_files("--cached")

    @cached_property
    def files(self) -> list[str]:
        """The same, with those that are about to be kept: neither tracked nor ignored."""
        found = self._git_files("--cached", "--others", "--exclude-standard")
        return [path for path in found if (self.project / path).is_file()]

    @cached_property
    def settings(self) -> dict[str, Any]:
        """`[tool.kedro_modelops]` of `pyproject.toml`."""
        stated = tomllib.loads((self.project / SETTINGS).read_text("utf-8"))
        found: dict[str, Any] = stated.get("tool", {}).get("kedro_modelops", {})
        return found

    @cached_property
    def sources(self) -> list[Path]:
        """The team's modules."""
        return sorted((self.project / "src").rglob("*.py"))

    @cached_property
    def tests(self) -> list[Path]:
        """The project's tests."""
        return sorted((self.project / "tests").rglob("*.py"))

    @cached_property
    def environments(self) -> list[str]:
        """Folders of `conf`, but for that of this machine."""
        found = {path.parent.name for path in (self.project / "conf").glob("*/*.yml")}
        return sorted(found - {"local"})

    def configuration(self, environment: str = "base") -> OmegaConfigLoader:
        """What an environment says, as Kedro reads it."""
        return OmegaConfigLoader(str(self.project / "conf"), env=environment, **settings.CONFIG_LOADER_ARGS)

    @cached_property
    def catalog(self) -> dict[str, dict[str, Any]]:
        """Entries of `conf/base`."""
        return dict(self.configuration()["catalog"])

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Parameters of `conf/base`."""
        return self.parameters_of("base")

    def parameters_of(self, environment: str) -> dict[str, Any]:
        """Parameters with which an environment runs."""
        if environment not in self._parameters:
            self._parameters[environment] = dict(self.configuration(environment)["parameters"])
        return self._parameters[environment]

    @cached_property
    def made_by_platform(self) -> set[str]:
        """Datasets that the plugin's own pipelines make, whether a project has taken them over or not."""
        modules = (import_module(f"{plugin.__name__}.{found.name}") for found in iter_modules(plugin.__path__))
        made = (module.create_pipeline() for module in modules if hasattr(module, "create_pipeline"))
        return {name for pipeline in made for name in pipeline.all_outputs()}

    def text(self, path: str) -> str:
        """A file's text; nothing where there is none."""
        file = self.project / path
        return file.read_text("utf-8", errors="replace") if file.is_file() else ""

    def _git_files(self, *options: str) -> list[str]:
        done = run_git(self.project, "ls-files", "-z", *options, "--", ".")
        if done.returncode:
            msg = f"{self.project} is in no git repository, which would say what is kept: `make setup` makes one"
            raise RefusedError(msg)
        return sorted({path for path in done.stdout.split("\0") if path})
