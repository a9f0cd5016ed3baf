"""A Kubernetes cluster, with the manifests of deploy/kubernetes.

`KUBE_CONFIG` is the content of a kubeconfig whose user asks its cloud for a token; without it kubectl knows what it
knows here.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kedro_modelops.release.deployment.connection import free_port, tunnel, write_private
from kedro_modelops.release.programs import capture

UNSET = r"registry\.invalid/{name}@sha256:0*"
"""The image of a manifest, by its name there, until a deployment puts one in."""
SERVICES: dict[str, str] = {"serve": "serve", "canary": "serve-canary"}
ROLLOUT = ("--timeout", "300s")
MADE = (
    "httproute/serve",
    "horizontalpodautoscaler/serve",
    "deployment/serve",
    "deployment/serve-canary",
    "cronjob/score",
    "cronjob/retain",
)
"""What requests or a schedule reach of a deployment. What holds data, and what the platform made, is none of it."""


def kubeconfig(private: Path) -> dict[str, str]:
    """What tells kubectl of the cluster in `KUBE_CONFIG`, in a folder for secrets; nothing where it is not set."""
    config = os.environ.get("KUBE_CONFIG")
    return {"KUBECONFIG": write_private(private / "config", config)} if config else {}


class KubernetesCluster:
    """Where the service runs: methods are those of `Target`."""

    def __init__(self, private: Path, overlay: str, pipelines: str = "") -> None:
        """Reads the settings.

        Args:
            private: Folder for files that hold secrets.
            overlay: Of the manifests; the namespace has the same name.
            pipelines: Image that scores at night; without it that stays as it is.
        """
        self._namespace, self._env, self._pipelines = overlay, kubeconfig(private), pipelines

    def current(self) -> str:
        """The image that serves."""
        return self._image("deployment/serve", ".spec.template")

    def start_canary(self, image: str, percent: int) -> None:
        """Starts an image beside the one that serves."""
        self._apply(self.current() or image, image)
        self._ask("scale", "deployment/serve-canary", "--replicas", "1")
        self._ask("rollout", "status", "deployment/serve-canary", *ROLLOUT)
        weights = [
            {"op": "replace", "path": f"/spec/rules/0/backendRefs/{number}/weight", "value": share}
            for number, share in enumerate((100 - percent, percent))
        ]
        self._ask("patch", "httproute/serve", "--type", "json", "--patch", json.dumps(weights))

    def serve(self, image: str) -> None:
        """Gives an image all requests: the canary's pods and weight go, as the manifests have none."""
        self._apply(image, image)

    def undo(self, image: str) -> None:
        """Makes all as it was before."""
        if image:
            self._apply(image, image)
        else:  # scaled to nothing, the next deployment would stay at nothing
            self._ask("delete", *MADE, "--ignore-not-found", "--wait")

    @contextmanager
    def reach(self, part: str) -> Iterator[str]:
        """An address of `canary` or `serve`."""
        here = free_port()
        words = ["port-forward", f"service/{SERVICES[part]}", f"{here}:80"]
        with tunnel(["kubectl", "--namespace", self._namespace, *words], self._env):
            yield f"http://127.0.0.1:{here}"

    def _apply(self, serves: str, canary: str) -> None:
        pipelines = self._pipelines or self._image("cronjob/score", ".spec.jobTemplate.spec.template")
        overlay = f"deploy/kubernetes/overlays/{self._namespace}"
        manifests = capture("kubectl", "kustomize", overlay, env=self._env)
        for name, image in {"serve": serves, "canary": canary, "train": pipelines}.items():
            if image:
                manifests = re.sub(UNSET.format(name=name), image, manifests)
        capture("kubectl", "apply", "--filename", "-", content=f"{manifests}\n", env=self._env)
        self._ask("rollout", "status", "deployment/serve", *ROLLOUT)

    def _image(self, workload: str, pod: str) -> str:
        """Image of a workload; empty if there is none, or it was never deployed."""
        path = f"jsonpath={{{pod}.spec.containers[0].image}}"
        image = self._ask("get", workload, "--ignore-not-found", "--output", path)
        return "" if re.fullmatch(UNSET.format(name="[a-z]*"), image) else image

    def _ask(self, *words: str) -> str:
        return capture("kubectl", "--namespace", self._namespace, *words, env=self._env)
