"""What the platform has to give to deployments, and what of it is missing; docs/operate.md has the table."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from kedro_modelops.release.deployment.compose_host import ComposeHost
from kedro_modelops.release.deployment.kubernetes_cluster import kubeconfig
from kedro_modelops.release.programs import ReleaseError, complaint, is_installed

ENVIRONMENTS = ("staging", "production")
SECRETS = ("serving-keys", "prediction-store", "mlflow-credentials", "arrivals")
"""Of each namespace of a cluster; the manifests say what is in them."""
CLUSTER = {
    "the Gateway API": ("get", "crd/httproutes.gateway.networking.k8s.io"),
    "the Gateway `gateway` in the namespace `gateway`": ("--namespace", "gateway", "get", "gateway/gateway"),
    "metrics-server": ("get", "apiservice/v1beta1.metrics.k8s.io"),
}
UNSEEN = "not looked at: "
"""Begins what is said of a target that this machine does not know."""


def examine_platform(project: Path) -> Iterator[tuple[str, str]]:
    """Looks at what is deployed to, as whoever types this may.

    Yields:
        What was looked at, and what is wrong with it: nothing, if it is empty.
    """
    with TemporaryDirectory() as folder:
        if (project / "compose.yaml").exists():
            yield "host", _host(Path(folder))
        else:
            yield from _cluster(Path(folder))


def _host(private: Path) -> str:
    if not os.environ.get("DEPLOY_HOST"):
        return f"{UNSEEN}DEPLOY_HOST is not set, ssh://user@host:port or user@host"
    try:
        return "; ".join(ComposeHost(private).lacks())
    except ReleaseError as error:
        return f"DEPLOY_HOST does not let us in: {error}"


def _cluster(private: Path) -> Iterator[tuple[str, str]]:
    env = kubeconfig(private)
    if not is_installed("kubectl"):
        yield "cluster", f"{UNSEEN}kubectl is not installed"
        return
    if told := _kubectl(env, "version"):
        known = env or os.environ.get("KUBECONFIG")
        yield "cluster", f"it does not answer: {told}" if known else f"{UNSEEN}KUBE_CONFIG is not set"
        return
    for what, words in CLUSTER.items():
        yield f"cluster: {what}", _kubectl(env, *words)
    asked = os.environ.get("TO")
    for namespace in (asked,) if asked else ENVIRONMENTS:
        for name in SECRETS:
            words = ("--namespace", namespace, "get", f"secret/{name}", "--output", "name")
            yield f"cluster: the Secret {name} in {namespace}", _kubectl(env, *words)


def _kubectl(env: dict[str, str], *words: str) -> str:
    return complaint("kubectl", *words, "--request-timeout=10s", env=env)
