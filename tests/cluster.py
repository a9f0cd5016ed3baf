"""Stands in for kubectl and the cluster behind it, as far as a deployment sees them; state is a file named CLUSTER.

Applied fields win, others stay, as with server-side apply; a deployment is as ready as its image. `kustomize` is real.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

Kinds = dict[str, Any]
STATE = Path(os.environ["CLUSTER"])


def merge(live: Any, applied: Any) -> Any:
    """What is there after an object was applied."""
    if isinstance(live, dict) and isinstance(applied, dict):
        return live | {key: merge(live.get(key), value) for key, value in applied.items()}
    return applied


def key(name: str) -> str:
    """How objects are kept: kind and name, in small letters."""
    return name.lower().replace("hpa/", "horizontalpodautoscaler/")


def apply(objects: Kinds, text: str) -> None:
    """`kubectl apply`; a new deployment that says nothing of replicas gets one, as the API fills in."""
    for applied in filter(None, yaml.safe_load_all(text)):
        name = key(f"{applied['kind']}/{applied['metadata']['name']}")
        objects[name] = merge(objects.get(name), applied)
        if applied["kind"] == "Deployment":
            objects[name]["spec"].setdefault("replicas", 1)


def autoscale(objects: Kinds) -> None:
    """The autoscaler keeps its minimum, but for what somebody scaled to nothing: that it leaves alone."""
    for scaler in [one for one in objects.values() if one["kind"] == "HorizontalPodAutoscaler"]:
        target = objects.get(key(f"deployment/{scaler['spec']['scaleTargetRef']['name']}"))
        if target and target["spec"]["replicas"]:
            target["spec"]["replicas"] = max(target["spec"]["replicas"], scaler["spec"]["minReplicas"])


def image(objects: Kinds, name: str) -> str:
    """Of a workload; empty if there is none."""
    spec = objects.get(name, {}).get("spec", {})
    template = spec.get("template") or spec.get("jobTemplate", {}).get("spec", {}).get("template")
    return str(template["spec"]["containers"][0]["image"]) if template else ""


def main(words: list[str]) -> int:
    """Does what is typed."""
    objects: Kinds = json.loads(STATE.read_text("utf-8")) if STATE.exists() else {}
    words = words[2:] if words[0] == "--namespace" else words
    verb, *rest = words
    if verb == "kustomize":
        return subprocess.run(
            ["/usr/bin/env", "PATH=" + os.environ["REAL_PATH"], "kubectl", *words], check=False
        ).returncode
    if verb == "apply":
        apply(objects, sys.stdin.read())
    elif verb == "get":
        sys.stdout.write(image(objects, key(rest[0])))
    elif verb == "scale":
        objects[key(rest[0])]["spec"]["replicas"] = int(rest[rest.index("--replicas") + 1])
    elif verb == "patch":
        for change in json.loads(rest[rest.index("--patch") + 1]):
            number = int(change["path"].split("/")[5])
            objects[key(rest[0])]["spec"]["rules"][0]["backendRefs"][number]["weight"] = change["value"]
    elif verb == "delete":
        for name in filter(lambda word: "/" in word, rest):
            objects.pop(key(name), None)
    elif verb == "rollout" and objects[key(rest[1])]["spec"]["replicas"] and "ill" in image(objects, key(rest[1])):
        sys.stderr.write(f"error: {rest[1]} exceeded its progress deadline\n")
        return 1
    autoscale(objects)
    STATE.write_text(json.dumps(objects, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
