"""A Kedro session that refuses what Kedro would pass over in silence, and in which each node can be run alone."""

import inspect
from pathlib import Path
from typing import Any

from kedro.framework import project
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.pipeline import Pipeline

from kedro_modelops import deprecations
from kedro_modelops.distribution.cluster import connected
from kedro_modelops.errors import RefusedError
from kedro_modelops.sessions import preflight
from kedro_modelops.sessions.versioned_inputs import check_versioned

SLICES = ("tags", "from_nodes", "to_nodes", "node_names", "from_inputs", "to_outputs")


class CheckedSession(KedroSession):
    """Looks at names before anything runs: environment, pipelines, nodes, datasets and parameters."""

    def run(self, *args: Any, **options: Any) -> dict[str, Any]:
        """Runs pipelines, or a slice of them, with the options of `KedroSession.run`.

        A slice begins with what is kept in files. Where it needs what is in memory only, the nodes that make it are
        run as well.

        Raises:
            RefusedError: If a name is unknown; it says which ones are similar.
        """
        asked = inspect.signature(super().run).bind(*args, **options).arguments
        single = asked.pop("pipeline_name", None)
        names = asked["pipeline_names"] = [single] if single else list(asked.get("pipeline_names") or [])
        self._check_environment()
        pipelines.set_requested(names or None)
        whole = sum((_pipeline(name) for name in names or [preflight.DEFAULT]), Pipeline([]))
        config = self._get_config_loader()
        entries = config["catalog"]
        chosen = {option: asked.pop(option) for option in SLICES if asked.get(option)}
        preflight.check_slice(whole, chosen)
        preflight.check_catalog(entries, whole, names)
        check_versioned(entries, whole, names)
        preflight.check_parameters(config, whole)
        deprecations.warn(config["parameters"])
        if chosen:
            asked["node_names"] = preflight.with_makers(whole, chosen, entries)
        with connected(config["globals"]):
            return super().run(**asked)

    def _check_environment(self) -> None:
        env = self.store.get("env")
        known = sorted(folder.name for folder in Path(self._conf_source).glob("*") if folder.is_dir())
        if env and Path(self._conf_source).is_dir() and env not in known:
            msg = f"there is no environment '{env}' in conf{preflight.similar(env, known)}"
            raise RefusedError(msg)


def _pipeline(name: str) -> Pipeline:
    try:
        found: Pipeline = pipelines[name]
    except (KeyError, ImportError) as error:
        if isinstance(error, ImportError) and error.name != f"{project.PACKAGE_NAME}.pipelines.{name}":
            raise
        pipelines.set_requested(None)  # all, to look for what is similar
        what = f"there is no pipeline '{name}'{preflight.similar(name, pipelines)}"
        msg = f"{what}; `kedro registry list` lists them"
        raise RefusedError(msg) from error
    return found
