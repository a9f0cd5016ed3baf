"""What a project was delivered with: digests of the platform's files, and the limits that judge.

The template's hook calls `write` when a project is baked, with whatever Python cookiecutter has: this imports little.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kedro_modelops.nested_parameters import by_full_name, read_yaml
from kedro_modelops.updates.layers import IDENTICAL, PLUGIN, within

FILE = ".conformance.json"
FOLDER = PLUGIN[:-2]
JUDGING = {"gates": None, "evaluation": ("slices",), "ingestion": ("limits",), "monitoring": None}
"""Parameters that judge and, where not all of a group does, which of its parts."""
ROLES = "problem"
LEFT_OUT = ("build", "dist", "__pycache__")


def write(project: Path) -> None:
    """Notes what stands in the project now: it is as it was delivered."""
    (project / FILE).write_text(render(platform_files(project), project), encoding="utf-8", newline="\n")


def renew_limits(project: Path) -> str:
    """The file's text with the limits as they stand now, and the digests that it has."""
    return render(json.loads((project / FILE).read_text("utf-8"))["files"], project)


def render(files: dict[str, int], project: Path) -> str:
    """The file's text, with limits as they stand now: a line for each file and each environment's group of them.

    Args:
        files: Digests of the platform's files, by path.
        project: Its folder.
    """
    rows: dict[str, dict[str, Any]] = {"files": files, "problem": problem(project), "limits": limits(project)}
    return as_text(rows)


def as_text(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """The file's text, of its parts."""
    parts = []
    for part, values in rows.items():
        lines = (f"{json.dumps(key)}: {json.dumps(values[key])}" for key in sorted(values))
        parts.append(f'  "{part}": {{\n    ' + ",\n    ".join(lines) + "\n  }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def problem(project: Path) -> dict[str, str]:
    """What the limits are about: those of one problem say nothing of another."""
    found: dict[str, str] = {}
    for file in sorted((project / "conf/base").glob("parameters*.yml")):
        stated = read_yaml(file.read_text("utf-8")) or {}
        for group, name in ((ROLES, "target"), ("training", "scoring")):
            if isinstance(stated, dict) and name in (stated.get(group) or {}):
                found[name] = str(stated[group][name])
    return found


def platform_files(project: Path) -> dict[str, int]:
    """Digests of the files of the layer *identical*, by path; that of the plugin's folder is one."""
    paths = (file.relative_to(project).as_posix() for file in _walk(project) if file.is_file())
    found = {path: digest((project / path).read_bytes()) for path in sorted(paths) if within(path, IDENTICAL)}
    plugin = "".join(f"{path} {found.pop(path)}\n" for path in list(found) if within(path, (PLUGIN,)))
    return {**found, FOLDER: digest(plugin.encode())} if plugin else found


def limits(project: Path) -> dict[str, dict[str, Any]]:
    """What judges, as each environment states it: `base/gates` and the like, with full names of parameters."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted((project / "conf").glob("*/parameters*.yml")):
        stated = read_yaml(file.read_text("utf-8")) or {}
        for group in JUDGING.keys() & (stated if isinstance(stated, dict) else {}):
            parts = stated[group] or {}
            chosen = {name: parts[name] for name in JUDGING[group] or parts if name in parts}
            if file.parent.name != "local" and chosen:
                found.setdefault(f"{file.parent.name}/{group}", {}).update(dict(by_full_name(chosen, group)))
    return found


def digest(content: bytes) -> int:
    """A number, which no scanner takes for a secret; line breaks of Windows do not count."""
    return int.from_bytes(hashlib.sha256(content.replace(b"\r\n", b"\n")).digest()[:6], "big")


def _walk(project: Path) -> Iterator[Path]:
    for top in sorted({pattern.partition("/")[0] for pattern in IDENTICAL}):
        inside = (project / top).rglob("*") if (project / top).is_dir() else [project / top]
        for path in inside:
            names = path.relative_to(project).parts[1:]
            if not any(name in LEFT_OUT or name.startswith(".") or name.endswith(".egg-info") for name in names):
                yield path
