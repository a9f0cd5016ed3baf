"""What a deployment types for a Kubernetes cluster: `kubectl kustomize` is real; what needs a cluster is noted."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from baking import COMBINATIONS, PLUGIN, BakedProject, clean_environment, run
from conftest import Bake

pytestmark = pytest.mark.judge
OLD, NEW, PIPELINES = (
    f"registry.example/{name}@sha256:{digit * 64}" for name, digit in (("a", "1"), ("b", "2"), ("c", "3"))
)
KUBECTL = """#!/bin/sh
case "$*" in
kustomize*) exec {real} "$@" ;;
*"get deployment/serve "*) cat {home}/serves ;;
apply*) cat >{home}/applied.yaml ;;
esac
echo "$@" >>{home}/typed
"""
ASK = """
import os, sys, time
from pathlib import Path
from kedro_modelops.release.deployment.kubernetes_cluster import KubernetesCluster

home, verb, *words = sys.argv[1:]
cluster = KubernetesCluster(Path(home), "production", os.environ.get("PIPELINES_IMAGE", ""))
if verb == "reach":
    with cluster.reach(*words) as url:
        while "port-forward" not in Path(home, "typed").read_text():
            time.sleep(0.05)
        print(url)
else:
    sys.stdout.write(getattr(cluster, verb)(*(int(word) if word.isdigit() else word for word in words)) or "")
"""


@dataclass
class Cluster:
    """As much of a cluster as `kubectl` shows of one.

    Attributes:
        project: Deployed to it.
        home: Where it is noted what was typed.
    """

    project: BakedProject
    home: Path

    def target(self, *words: str, **env: str) -> str:
        """Asks the target of production for something."""
        path = f"{self.home / 'bin'}:{clean_environment()['PATH']}"
        command = (sys.executable, "-S", "-c", ASK, self.home)
        return run(*command, *words, cwd=self.project.path, env=PLUGIN | {"PATH": path} | env).stdout

    def typed(self) -> str:
        """What was typed until now."""
        return (self.home / "typed").read_text("utf-8")

    def images(self) -> dict[str, str]:
        """Image of each workload in the manifests that were applied last, which are valid."""
        applied = self.home / "applied.yaml"
        run(Path(sys.prefix) / "bin" / "kubernetes-validate", "--strict", "--quiet", applied, cwd=self.home)
        documents = list(yaml.safe_load_all(applied.read_text("utf-8")))
        jobs = {
            one["metadata"]["name"]: one["spec"]["jobTemplate"]["spec"] for one in documents if one["kind"] == "CronJob"
        }
        services = {one["metadata"]["name"]: one["spec"] for one in documents if one["kind"] == "Deployment"}
        return {name: _image(spec) for name, spec in (jobs | services).items()}


def _image(spec: dict[str, Any]) -> str:
    image: str = spec["template"]["spec"]["containers"][0]["image"]
    return image


@pytest.fixture
def cluster(bake: Bake, tmp_path: Path) -> Cluster:
    """A cluster in which a version serves."""
    project = bake(**COMBINATIONS["amazon"])
    real = run("sh", "-c", "command -v kubectl", cwd=tmp_path).stdout.strip()
    (tmp_path / "bin").mkdir()
    kubectl = tmp_path / "bin" / "kubectl"
    kubectl.write_text(KUBECTL.format(real=real, home=tmp_path), "utf-8")
    kubectl.chmod(0o755)
    (tmp_path / "serves").write_text(OLD, "utf-8")
    return Cluster(project, tmp_path)


def test_a_canary_stands_beside_what_serves_and_takes_its_share(cluster: Cluster) -> None:
    assert cluster.target("current").strip() == OLD
    cluster.target("start_canary", NEW, "10", PIPELINES_IMAGE=PIPELINES)
    assert cluster.images() == {"serve": OLD, "serve-canary": NEW, "score": PIPELINES}
    typed = cluster.typed()
    weights = json.loads("[" + typed.partition("--patch [")[2])
    assert [weight["value"] for weight in weights] == [90, 10]
    assert typed.index("scale deployment/serve-canary --replicas 1") < typed.index("patch httproute/serve")
    assert typed.index("rollout status deployment/serve-canary") < typed.index("patch httproute/serve")


@pytest.mark.parametrize(("verb", "image"), [("serve", NEW), ("undo", OLD)])
def test_all_requests_go_to_one_image(cluster: Cluster, verb: str, image: str) -> None:
    cluster.target(verb, image, PIPELINES_IMAGE=PIPELINES)
    assert {cluster.images()[name] for name in ("serve", "serve-canary")} == {image}
    assert "rollout status deployment/serve " in cluster.typed()


def test_the_cluster_is_reached_with_the_settings_of_the_environment(cluster: Cluster) -> None:
    (cluster.home / "typed").touch()
    url = cluster.target("reach", "canary", KUBE_CONFIG="apiVersion: v1")
    port = url.strip().rpartition(":")[2]
    assert f"--namespace production port-forward service/serve-canary {port}:80" in cluster.typed()
    assert (cluster.home / "config").stat().st_mode & 0o077 == 0
