"""Rules of what git keeps: no data, no secrets, and nothing that another day is something else."""

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from kedro_modelops.conformance.catalog_rules import local_paths
from kedro_modelops.conformance.project_facts import SETTINGS, ProjectFacts
from kedro_modelops.conformance.rule import Finding
from kedro_modelops.nested_parameters import read_yaml
from kedro_modelops.updates.layers import is_data, within

NO_DATA = (".dvc", "/.gitignore", "/.gitkeep", "dvc.lock")
ACTIONS = (".github/workflows/*.y*ml", ".github/actions/*/action.y*ml")
FIXED = re.compile(r".+@(?:[0-9a-f]{40}|sha256:[0-9a-f]{64})$")
FROM = re.compile(r"^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE | re.MULTILINE)
TRAIN = "requirements/train.txt"
HOOKS, SCANNER = ".pre-commit-config.yaml", "detect-secrets"
PLACE = re.compile(r"^Secret Type: +(.+)\nLocation: +(.+?):(\d+)$", re.MULTILINE)


def raw_data(facts: ProjectFacts) -> Iterator[Finding]:
    """Git keeps no file that DVC tracks, none of `data/`, and none that the catalog of `conf/base` reads or writes."""
    pointers = [path for path in facts.tracked if path.endswith(".dvc")]
    places = {path.rstrip("/") for entry in facts.catalog.values() for path in local_paths(entry)}
    for path in facts.tracked:
        named = any(path == place or path.startswith(f"{place}/") for place in places)
        if (named or is_data(path, pointers)) and not path.endswith(NO_DATA):
            yield Finding(path, f"{path} is data and in git: `git rm --cached` it, and `dvc add` it")


def pinned(facts: ProjectFacts) -> Iterator[Finding]:
    """Actions are pinned to commits, and images of others to digests."""
    for path in facts.files:
        text = facts.text(path) if within(path, ACTIONS) or "ockerfile" in path or "compose" in path else ""
        if within(path, ACTIONS):
            used = {str(name) for name in _values(read_yaml(text), "uses")}
            loose = {name for name in used if not name.startswith("./") and not FIXED.match(name)}
        elif Path(path).name.endswith("Dockerfile") or Path(path).name.startswith("Dockerfile"):
            loose = _loose_images(text)
        elif within(path, ("compose*.y*ml", "docker-compose*.y*ml")):
            images = {str(name) for name in _values(read_yaml(text), "image")}
            loose = {name for name in images if "${" not in name and not FIXED.match(name)}
        else:
            continue
        for name in sorted(loose):
            yield Finding(f"{path}: {name}", f"{path} uses {name}, which may be another any day: name its digest")


def locks_hashed(facts: ProjectFacts) -> Iterator[Finding]:
    """Each package of each lock is of one version, with the hashes of its files; and the project's own are locked."""
    locks = [path for path in facts.files if within(path, ("requirements/*.txt",))]
    if TRAIN not in locks:
        yield Finding(TRAIN, f"git keeps no {TRAIN}: `make lock` writes it")
    for path in locks:
        for stated in _stated(facts, path):
            if not ("==" in stated and "--hash=" in stated):
                yield Finding(
                    f"{path}: {stated.split()[0]}", f"{path} has {stated} without hash: `make lock` writes it"
                )
    yield from _unlocked(facts)


def _unlocked(facts: ProjectFacts) -> Iterator[Finding]:
    """Packages that the project names and that its training does not get."""
    stated = tomllib.loads(facts.text(SETTINGS))
    named = list(stated.get("project", {}).get("dependencies", []))
    named += [line for line in stated.get("dependency-groups", {}).get("model", []) if isinstance(line, str)]
    locked = {canonicalize_name(re.split("[=@ ]", line)[0]) for line in _stated(facts, TRAIN)}
    excluded = {*map(canonicalize_name, stated.get("tool", {}).get("uv", {}).get("exclude-dependencies", []))}
    for name in sorted({canonicalize_name(Requirement(line).name) for line in named} - locked):
        out = "take it out of exclude-dependencies there, then `make lock`" if name in excluded else "`make lock`"
        yield Finding(f"{SETTINGS}: {name}", f"{SETTINGS} asks for {name}, which {TRAIN} lacks: {out}")


def _stated(facts: ProjectFacts, path: str) -> Iterator[str]:
    """Packages of a lock, each with its version and hashes."""
    for line in facts.text(path).replace("\\\n", " ").splitlines():
        stated = line.partition(" #")[0].strip()
        if stated and not stated.startswith(("#", "--")):
            yield stated


def no_secret(facts: ProjectFacts) -> Iterator[Finding]:
    """What the hook `detect-secrets` of `.pre-commit-config.yaml` finds in any file."""
    hooks = read_yaml(facts.text(HOOKS)) or {}
    found = [hook for repo in hooks.get("repos", []) for hook in repo.get("hooks", []) if hook.get("id") == SCANNER]
    if not found or "entry" not in found[0]:
        yield Finding(HOOKS, f"{HOOKS} has no local hook {SCANNER} with an entry: nothing looks for secrets")
        return
    passed_over = [pattern for one in (hooks, found[0]) if (pattern := one.get("exclude"))]
    files = [path for path in facts.files if not any(re.search(pattern, path) for pattern in passed_over)]
    for kind, path, line in PLACE.findall(_scan(facts.project, shlex.split(found[0]["entry"]), files)):
        where = f"{path}:{line}"
        yield Finding(
            where, f"{where} looks like a secret ({kind}): take it out, and make it worthless where it counts"
        )


def _scan(project: Path, command: list[str], files: list[str]) -> str:
    """What the scanner says; it writes into its baseline, so that it gets a copy."""
    here = Path(command[0]) if Path(command[0]).is_absolute() else project / command[0]
    beside = Path(sys.executable).with_name(here.name)
    program = next((str(place) for place in (here, beside) if place.is_file()), here.name)
    with tempfile.TemporaryDirectory() as scratch:
        words = [program, *command[1:]]
        if "--baseline" in words:
            position = words.index("--baseline") + 1
            words[position] = shutil.copy(project / words[position], scratch)
        done = subprocess.run(  # noqa: S603  (the hook's own entry)
            [*words, *files], cwd=project, capture_output=True, text=True, check=False
        )
    if done.returncode not in {0, 1, 3}:
        msg = f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[-300:]}"
        raise RuntimeError(msg)
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


def _loose_images(text: str) -> set[str]:
    """Images that a Dockerfile begins from, but for its own stages."""
    begun = FROM.findall(text)
    known = {stage for _, stage in begun if stage} | {"scratch"}
    return {image for image, _ in begun if image not in known and "$" not in image and not FIXED.match(image)}


def _values(value: Any, key: str) -> Iterator[Any]:
    """Of a key, wherever it stands."""
    parts: Iterable[Any] = value if isinstance(value, list) else ()
    if isinstance(value, dict):
        parts = value.values()
        if isinstance(value.get(key), str):
            yield value[key]
    for part in parts:
        yield from _values(part, key)
