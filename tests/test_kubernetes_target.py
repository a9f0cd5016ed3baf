"""What a deployment types for a Kubernetes cluster: `kubectl kustomize` is real; what needs a cluster is noted."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from baking import COMBINATIONS, BakedProject, clean_environment, run
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
        """Runs the target's script for production."""
        path = f"{self.home / 'bin'}:{clean_environment()['PATH']}"
        settings = {"PATH": path, "TO": "production"} | env
        return self.project.run("deploy/kubernetes/target.sh", *words, env=settings).stdout

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
    cluster.target("canary", NEW, "10", PIPELINES_IMAGE=PIPELINES)
    assert cluster.images() == {"serve": OLD, "serve-canary": NEW, "score": PIPELINES}
    typed = cluster.typed()
    weights = json.loads("[" + typed.partition("--patch [")[2])
    assert [weight["value"] for weight in weights] == [90, 10]
    assert typed.index("scale deployment/serve-canary --replicas 1") < typed.index("patch httproute/serve")
    assert typed.index("rollout status deployment/serve-canary") < typed.index("patch httproute/serve")


@pytest.mark.parametrize(("verb", "image"), [("all", NEW), ("undo", OLD)])
def test_all_requests_go_to_one_image(cluster: Cluster, verb: str, image: str) -> None:
    cluster.target(verb, image, PIPELINES_IMAGE=PIPELINES)
    assert {cluster.images()[name] for name in ("serve", "serve-canary")} == {image}
    assert "rollout status deployment/serve " in cluster.typed()


def test_a_first_version_that_fails_leaves_nothing_that_serves(cluster: Cluster) -> None:
    (cluster.home / "serves").write_text(f"registry.invalid/serve@sha256:{'0' * 64}", "utf-8")
    assert cluster.target("current") == ""
    cluster.target("undo", "")
    assert "scale deployment/serve deployment/serve-canary --replicas 0" in cluster.typed()


def test_the_cluster_is_reached_with_the_settings_of_the_environment(cluster: Cluster) -> None:
    cluster.target("reach", "CANARY", "8090", KUBE_CONFIG="apiVersion: v1")
    assert "--namespace production port-forward service/serve-canary 8090:80" in cluster.typed()
