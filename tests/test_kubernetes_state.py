"""What is in a cluster after deployments that go well and that fail; and what the manifests ask of a real one."""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from baking import COMBINATIONS, PLUGIN, ROOT, BakedProject, clean_environment, run
from conftest import Bake

pytestmark = pytest.mark.judge
OLD, NEW, ILL = (
    f"registry.example/{name}@sha256:{digit * 64}" for name, digit in (("a", "1"), ("b", "2"), ("ill", "3"))
)
RELEASE = """
import sys
from pathlib import Path
from kedro_modelops.release.deployment import canary
from kedro_modelops.release.deployment.kubernetes_cluster import KubernetesCluster

canary.watch = lambda url, trial: None if sys.argv[3] == "good" else 1 / 0
KubernetesCluster.reach = lambda self, part: __import__("contextlib").nullcontext("http://127.0.0.1:1")
cluster = KubernetesCluster(Path(sys.argv[1]), "production", "registry.example/c@sha256:" + "4" * 64)
canary.release(cluster, sys.argv[2], canary.Trial({}, ""))
"""


@dataclass
class Cluster:
    """A cluster, empty at first, to which a project is deployed."""

    project: BakedProject
    home: Path

    def release(self, image: str, answers: str = "good") -> str:
        """Deploys an image; what was told."""
        path = clean_environment()["PATH"]
        env = PLUGIN | {"PATH": f"{self.home / 'bin'}:{path}", "REAL_PATH": path, "CLUSTER": str(self.home / "state")}
        command = (sys.executable, "-S", "-c", RELEASE, self.home, image, answers)
        return run(*command, cwd=self.project.path, env=env, check=False).stdout

    def object(self, name: str) -> dict[str, Any]:
        """The specification of an object; empty if there is none."""
        found: dict[str, Any] = json.loads((self.home / "state").read_text("utf-8")).get(name, {}).get("spec", {})
        return found

    def serves(self) -> dict[str, tuple[str, int, int]]:
        """Image, replicas and share of the requests of the service and its canary."""
        route = self.object("httproute/serve")
        weights = [way["weight"] for way in route["rules"][0]["backendRefs"]] if route else [0, 0]
        specs = {name: self.object(f"deployment/{name}") for name in ("serve", "serve-canary")}
        return {
            name: (spec["template"]["spec"]["containers"][0]["image"], spec["replicas"], weight)
            for (name, spec), weight in zip(specs.items(), weights, strict=True)
            if spec
        }


@pytest.fixture
def cluster(bake: Bake, tmp_path: Path) -> Cluster:
    """One in which nothing was ever deployed."""
    (tmp_path / "bin").mkdir()
    kubectl = tmp_path / "bin" / "kubectl"
    kubectl.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT}/tests/cluster.py "$@"\n', "utf-8")
    kubectl.chmod(0o755)
    return Cluster(bake(**COMBINATIONS["amazon"]), tmp_path)


@pytest.mark.parametrize(("image", "answers"), [(ILL, "good"), (NEW, "wrong")])
def test_a_failed_first_deployment_leaves_nothing_and_stands_in_the_way_of_none(
    cluster: Cluster, image: str, answers: str
) -> None:
    assert "Nothing serves, as before" in cluster.release(image, answers)
    assert cluster.serves() == {}
    assert cluster.object("httproute/serve") == cluster.object("cronjob/score") == {}
    assert f"{OLD} serves." in cluster.release(OLD)
    assert cluster.serves() == {"serve": (OLD, 2, 100), "serve-canary": (OLD, 0, 0)}


@pytest.mark.parametrize(("image", "answers"), [(ILL, "good"), (NEW, "wrong")])
def test_a_failed_later_deployment_leaves_all_as_it_was(cluster: Cluster, image: str, answers: str) -> None:
    cluster.release(OLD)
    before = cluster.serves()
    assert f"{OLD} serves, as before" in cluster.release(image, answers)
    assert cluster.serves() == before == {"serve": (OLD, 2, 100), "serve-canary": (OLD, 0, 0)}


@pytest.fixture(params=["staging", "production"])
def manifests(request: pytest.FixtureRequest, bake: Bake) -> dict[str, dict[str, Any]]:
    """What an overlay renders, by kind and name."""
    folder = bake(**COMBINATIONS["amazon"]).path / "deploy" / "kubernetes" / "overlays" / request.param
    text = run("kubectl", "kustomize", folder, cwd=folder).stdout
    found = {f"{one['kind']}/{one['metadata']['name']}": one for one in yaml.safe_load_all(text)}
    assert all(one["metadata"].get("namespace", request.param) == request.param for one in found.values())
    return found


DIGEST = "sha256:" + "5" * 64


def render(project: BakedProject, **lines: str) -> dict[str, dict[str, Any]]:
    """What production's overlay renders, by kind and name, with `lines` of its lists replaced; it is valid."""
    folder = project.path / "deploy" / "kubernetes" / "overlays" / "production"
    file = folder / "kustomization.yaml"
    for known, new in lines.items():
        file.write_text(file.read_text("utf-8").replace(f"{known}:", f"{known}:\n  - {new}", 1), "utf-8")
    text = run("kubectl", "kustomize", folder, cwd=folder).stdout
    (folder / "rendered.yaml").write_text(text, "utf-8")
    validate = Path(sys.prefix) / "bin" / "kubernetes-validate"
    run(validate, "--strict", "--quiet", folder / "rendered.yaml", cwd=folder)
    return {f"{one['kind']}/{one['metadata']['name']}": one for one in yaml.safe_load_all(text)}


def documented(project: BakedProject) -> str:
    return (project.path / "docs" / "run-in-production.md").read_text("utf-8")


def test_retention_is_a_nightly_job_where_an_overlay_asks_for_it(bake: Bake, tmp_path: Path) -> None:
    project = bake(**COMBINATIONS["amazon"]).copy(tmp_path)
    assert "CronJob/retain" not in render(project)
    found = render(project, resources="../../../../kedro-modelops/kubernetes/retention")
    assert "`../../../../kedro-modelops/kubernetes/retention` under `resources`" in documented(project)
    score, job = found["CronJob/score"]["spec"], found["CronJob/retain"]["spec"]
    assert job["schedule"] > score["schedule"]
    assert job["concurrencyPolicy"] == "Forbid"
    pod = pods(found)["CronJob/retain"]
    policy = found["NetworkPolicy/predictions"]["spec"]["podSelector"]["matchLabels"]
    assert policy.items() <= pod["metadata"]["labels"].items(), "it reaches PostgreSQL, and nothing else"
    (container,) = pod["spec"]["containers"]
    (settings,) = [one["configMapRef"]["name"] for one in container["envFrom"]]
    assert f"ConfigMap/{settings}" in found
    assert container["command"][1:] == ["-m", "kedro_modelops.serving.retention"]
    serves = pods(found)["Deployment/serve"]["spec"]
    assert container["image"] == serves["containers"][0]["image"]
    assert container["securityContext"] == serves["containers"][0]["securityContext"]
    assert pod["spec"]["securityContext"] == serves["securityContext"]
    assert found["CronJob/retain"]["metadata"]["namespace"] == "production"


def test_a_cluster_trains_where_an_overlay_asks_for_it(bake: Bake, tmp_path: Path) -> None:
    project = bake(**COMBINATIONS["amazon"]).copy(tmp_path)
    found = render(project, resources="../../../../kedro-modelops/kubernetes/cluster")
    extend = (project.path / "docs" / "extend.md").read_text("utf-8")
    assert "`../../../../kedro-modelops/kubernetes/cluster` under `resources`" in extend
    own = {name: found["spec"] for name, found in pods(found).items() if "dask" in name or name == "CronJob/train"}
    assert own.keys() == {"Deployment/dask-scheduler", "Deployment/dask-worker", "CronJob/train"}
    score = pods(found)["CronJob/score"]["spec"]
    for pod in own.values():
        assert pod["serviceAccountName"] == score["serviceAccountName"]
        assert pod["securityContext"].items() <= score["securityContext"].items()
        for container in pod["containers"] + pod.get("initContainers", []):
            assert container["image"] == score["containers"][0]["image"]
            assert container["securityContext"] == score["containers"][0]["securityContext"]
            assert container["resources"].keys() == {"requests", "limits"}
    job = own["CronJob/train"]["containers"][0]
    (address,) = [one["value"] for one in job["env"] if one["name"] == "DASK_SCHEDULER_ADDRESS"]
    assert address == own["Deployment/dask-worker"]["containers"][0]["command"][-1] == "tcp://dask-scheduler:8786"
    (job_sees, worker_sees) = (
        [mount for mount in container["volumeMounts"] if mount["name"] == "checkout"]
        for container in (job, own["Deployment/dask-worker"]["containers"][0])
    )
    assert job_sees == worker_sees
    assert found["CronJob/train"]["spec"]["suspend"]
    scaler = found["ScaledObject/dask-worker"]["spec"]
    assert f"Deployment/{scaler['scaleTargetRef']['name']}" in found
    assert "replicas" not in found["Deployment/dask-worker"]["spec"], "the autoscaler's number would be undone"


def test_what_fits_models_has_a_gpu_where_an_overlay_asks_for_it(bake: Bake, tmp_path: Path) -> None:
    project = bake(**COMBINATIONS["amazon"]).copy(tmp_path)
    overlay = project.path / "deploy" / "kubernetes" / "overlays" / "production" / "kustomization.yaml"
    with overlay.open("a", encoding="utf-8") as file:
        file.write("components: [../../../../kedro-modelops/kubernetes/gpu]\n")
    found = render(project, resources="../../../../kedro-modelops/kubernetes/cluster")
    assert "`../../../../kedro-modelops/kubernetes/gpu` under `components`" in (
        project.path / "docs" / "extend.md"
    ).read_text("utf-8")
    limits = {
        f"{name}/{container['name']}": container["resources"]["limits"].get("nvidia.com/gpu")
        for name, pod in pods(found).items()
        for container in pod["spec"]["containers"] + pod["spec"].get("initContainers", [])
    }
    with_one = {name for name, gpus in limits.items() if gpus}
    assert with_one == {"Deployment/dask-worker/worker", "CronJob/train/train"}
    assert {limits[name] for name in with_one} == {"1"}
    for name in ("Deployment/dask-worker", "CronJob/train"):
        (tolerated,) = pods(found)[name]["spec"]["tolerations"]
        assert tolerated["key"] == "nvidia.com/gpu"


def test_nothing_but_pipelines_reaches_the_scheduler(bake: Bake, tmp_path: Path) -> None:
    project = bake(**COMBINATIONS["amazon"]).copy(tmp_path)
    found = render(project, resources="../../../../kedro-modelops/kubernetes/cluster")
    names = {"app.kubernetes.io/name": ["dask-scheduler", "dask-worker"]}
    policy, way = found["NetworkPolicy/dask"]["spec"], found["NetworkPolicy/to-dask"]["spec"]
    for selector in (policy["podSelector"], way["egress"][0]["to"][0]["podSelector"]):
        assert {rule["key"]: rule["values"] for rule in selector["matchExpressions"]} == names
    pipelines, autoscaler = policy["ingress"]
    assert [port["port"] for port in pipelines["ports"]] == [port["port"] for port in way["egress"][0]["ports"]]
    assert [port["port"] for port in autoscaler["ports"]] == [8787], "and not where code is taken"
    chosen = pipelines["from"][0]["podSelector"]["matchLabels"]
    everyone = found["NetworkPolicy/predictions"]["spec"]
    reach = set()
    for name, pod in pods(found).items():
        labels = pod["metadata"]["labels"]
        assert everyone["podSelector"]["matchLabels"].items() <= labels.items()
        reach |= {name} if chosen.items() <= labels.items() else set()
    assert reach == {"Deployment/dask-scheduler", "Deployment/dask-worker", "CronJob/train", "CronJob/score"}
    ports = [port["containerPort"] for port in _ports(found, "dask-scheduler") + _ports(found, "dask-worker")]
    assert sorted(ports) == [8786, 8787, 8788]


def _ports(manifests: dict[str, dict[str, Any]], deployment: str) -> list[dict[str, Any]]:
    (container,) = pods(manifests)[f"Deployment/{deployment}"]["spec"]["containers"]
    ports: list[dict[str, Any]] = container["ports"]
    return ports


def test_a_challenger_comes_in_its_own_image_and_the_canary_has_none(bake: Bake, tmp_path: Path) -> None:
    project = bake(**COMBINATIONS["amazon"]).copy(tmp_path)
    (typed,) = re.findall(r"^printf .*kubernetes/shadow.*", documented(project), re.MULTILINE)
    project.run("sh", "-c", typed)
    found = render(project, images=f"{{name: shadow, newName: registry.example/serve, digest: {DIGEST}}}")
    spec = pods(found)["Deployment/serve"]["spec"]
    (copy,), (serves,) = spec["initContainers"], spec["containers"]
    assert copy["image"] == f"registry.example/serve@{DIGEST}"
    assert copy["securityContext"] == serves["securityContext"]
    (place,) = [one["value"] for one in serves["env"] if one["name"] == "SERVING_SHADOW"]
    assert place == f"{copy['command'][-1]}/bundle"
    assert {one["name"] for one in serves["volumeMounts"]} <= {one["name"] for one in spec["volumes"]}
    assert "initContainers" not in pods(found)["Deployment/serve-canary"]["spec"]
    assert "SERVING_SHADOW" not in json.dumps(found["Deployment/serve-canary"])


def pods(manifests: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Specifications of pods, by the name of what makes them."""
    found = {}
    for name, one in manifests.items():
        spec = one["spec"].get("jobTemplate", one)["spec"] if "spec" in one else {}
        if "template" in spec:
            found[name] = spec["template"]
    return found


def test_each_pod_is_let_in_where_the_namespace_is_restricted(manifests: dict[str, dict[str, Any]]) -> None:
    labels = next(one for name, one in manifests.items() if name.startswith("Namespace/"))["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert pods(manifests).keys() == {"Deployment/serve", "Deployment/serve-canary", "CronJob/score"}
    for pod in (found["spec"] for found in pods(manifests).values()):
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"] + pod.get("initContainers", []):
            sealed = container["securityContext"]
            assert sealed["capabilities"] == {"drop": ["ALL"]}
            assert (sealed["readOnlyRootFilesystem"], sealed["allowPrivilegeEscalation"]) == (True, False)
            assert container["resources"].keys() == {"requests", "limits"}
            assert container["image"].endswith("@sha256:" + "0" * 64)


def test_images_of_a_private_registry_are_pulled_by_one_account(manifests: dict[str, dict[str, Any]]) -> None:
    assert manifests["ServiceAccount/predictions"]["imagePullSecrets"] == [{"name": "registry"}]
    assert {pod["spec"]["serviceAccountName"] for pod in pods(manifests).values()} == {"predictions"}


def test_each_secret_that_a_pod_wants_is_in_the_table_of_what_a_platform_gives(
    manifests: dict[str, dict[str, Any]], bake: Bake
) -> None:
    found = re.findall(r'"secret(?:Name|Ref)": (?:\{"name": )?"([^"]+)"', json.dumps(manifests))
    wanted = {*found, "registry"}
    assert wanted == {"serving-keys", "prediction-store", "mlflow-credentials", "arrivals", "registry"}
    documented = (bake(**COMBINATIONS["amazon"]).path / "docs" / "operate.md").read_text("utf-8")
    assert [name for name in wanted if f"`{name}`" not in documented] == []


def test_the_night_begins_with_what_has_arrived(manifests: dict[str, dict[str, Any]]) -> None:
    pod = pods(manifests)["CronJob/score"]["spec"]
    (fetch,), (score,) = pod["initContainers"], pod["containers"]
    assert fetch["args"][0] == "fetch"
    assert fetch["args"][1:] == score["args"][1:]
    assert fetch["image"] == score["image"]
    assert {"name": "data", "mountPath": "/project/data"} in fetch["volumeMounts"]
    assert {"secretRef": {"name": "arrivals"}} in fetch["envFrom"]


def test_pods_reach_what_they_need_and_nothing_else(manifests: dict[str, dict[str, Any]]) -> None:
    rules = {}
    for name, policy in manifests.items():
        if name.startswith("NetworkPolicy/"):
            ports = [port["port"] for rule in policy["spec"].get("egress", []) for port in rule["ports"]]
            rules[name.partition("/")[2]] = (policy["spec"]["podSelector"]["matchLabels"], ports)
    everyone, pipelines = rules["predictions"], rules["pipelines"]
    assert everyone[1] == [53, 53, 5432, 4318]
    assert pipelines[1] == [443, 5000, 80, 988]
    for pod in pods(manifests).values():
        assert everyone[0].items() <= pod["metadata"]["labels"].items()
    assert pipelines[0].items() <= pods(manifests)["CronJob/score"]["metadata"]["labels"].items()
    cloud = manifests["NetworkPolicy/pipelines"]["spec"]["egress"][-1]
    assert cloud["to"] == [{"ipBlock": {"cidr": "169.254.0.0/16"}}]


def test_names_that_point_at_others_are_there(manifests: dict[str, dict[str, Any]]) -> None:
    scaler, route = manifests["HorizontalPodAutoscaler/serve"], manifests["HTTPRoute/serve"]["spec"]["rules"][0]
    assert f"Deployment/{scaler['spec']['scaleTargetRef']['name']}" in manifests
    assert "replicas" not in manifests["Deployment/serve"]["spec"], "the autoscaler's number would be undone"
    assert manifests["Deployment/serve-canary"]["spec"]["replicas"] == 0
    assert [(f"Service/{way['name']}" in manifests, way["weight"]) for way in route["backendRefs"]] == [
        (True, 100),
        (True, 0),
    ]
    for name in ("serve", "serve-canary"):
        selector = manifests[f"Service/{name}"]["spec"]["selector"]
        chosen = [pod for pod, one in pods(manifests).items() if selector.items() <= one["metadata"]["labels"].items()]
        assert chosen == [f"Deployment/{name}"]
    claims = [
        volume["persistentVolumeClaim"]["claimName"]
        for volume in pods(manifests)["CronJob/score"]["spec"]["volumes"]
        if "persistentVolumeClaim" in volume
    ]
    assert [f"PersistentVolumeClaim/{claim}" in manifests for claim in claims] == [True]
    maps = [name for name in manifests if name.startswith("ConfigMap/pipelines-")]
    assert len(maps) == 1
