"""Where the service runs: what a deployment asks of it, and which one this project has."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from kedro_modelops.release.deployment.compose_host import ComposeHost
from kedro_modelops.release.deployment.kubernetes_cluster import KubernetesCluster


class Target(Protocol):
    """A place to which images are deployed; each method raises ReleaseError where it does not work."""

    def current(self) -> str:
        """The image that serves; empty if none does."""

    def start_canary(self, image: str, percent: int) -> None:
        """Starts an image beside the one that serves, and gives it so many per cent of the requests."""

    def serve(self, image: str) -> None:
        """Gives an image all requests; there is no canary afterwards."""

    def undo(self, image: str) -> None:
        """Makes all as it was before: `image` serves, nothing if it is empty, and there is no canary."""

    def reach(self, part: str) -> AbstractContextManager[str]:
        """An address at which `canary`, or `serve`, is reached from here while the context lasts."""


@contextmanager
def open_target(name: str, pipelines: str = "") -> Iterator[Target]:
    """The project's target, for the environment `name`; what it keeps on disk of secrets is gone afterwards.

    Args:
        name: Of the environment.
        pipelines: Image of the pipelines, which a cluster runs too; without it that stays as it is.
    """
    with tempfile.TemporaryDirectory() as folder:
        private = Path(folder)
        yield ComposeHost(private) if Path("compose.yaml").exists() else KubernetesCluster(private, name, pipelines)
