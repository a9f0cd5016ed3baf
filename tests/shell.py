"""Finds commands in shell scripts whose failure nobody would see, wherever a repository keeps shell scripts.

`echo "VERSION=$(kedro model verify 3)"` ends with 0 whatever `kedro` says: the status of a command substitution counts
where it is the whole of an assignment, and nowhere else. ShellCheck finds most of them (SC2312, SC2155); what it passes
over, patterns find.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

SHELLCHECK = Path(sys.executable).parent / "shellcheck"
CODES = {
    2155,  # export x=$(command)
    2312,  # command "$(command)", <(command), a pipe without pipefail
}
SUBSTITUTION = r"(\$\((?!\()|`)"
UNSEEN = [
    re.compile(pattern)
    for pattern in (
        rf"\b(for|select)\s+\w+\s+in\b[^;]*?{SUBSTITUTION}",
        rf"\bcase\s.*?{SUBSTITUTION}.*\sin\b",
        rf"\b(declare|export|local|readonly|typeset)\s[^;&|]*{SUBSTITUTION}",
        rf"[<>]\s*\"?{SUBSTITUTION}",
        r"#\s*shellcheck\s+disable=\S*(2155|2312|all)",
    )
]
DOLLAR = "\0"
"""Stands for `$$`, while what make expands is."""
VARIABLE = re.compile(r"\$(?:[({]([^$(){}]*)[)}]|[@<^])")


def masked(scripts: Mapping[str, str]) -> Iterator[str]:
    """Yields name, line and text of each place where a script by that name goes on though a command has failed.

    A script begins with its shebang, and with `set -e` and such if these are in force where it runs.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = {Path(folder, f"{number}.sh"): name for number, name in enumerate(scripts)}
        for file, name in files.items():
            file.write_text(scripts[name], "utf-8", newline="\n")
        command: list[str | Path] = [
            SHELLCHECK,
            "--norc",
            "--shell=bash",  # of what is written for sh too it finds more
            "--format=json1",
            "--enable=check-extra-masked-returns",
            *files,
        ]
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout if files else ""
    found = json.loads(told or '{"comments": []}')["comments"]
    places = {(files[Path(one["file"])], one["line"]) for one in found if one["code"] in CODES}
    for name, script in scripts.items():
        for number, line in enumerate(script.splitlines(), 1):
            if any(pattern.search(line) for pattern in UNSEEN) and (
                not line.lstrip().startswith("#") or "disable" in line
            ):
                places.add((name, number))
    yield from (f"{name}: {scripts[name].splitlines()[number - 1].strip()}" for name, number in sorted(places))


def scripts_in(repository: Path) -> dict[str, str]:
    """Scripts, Makefiles' recipes and Dockerfiles' RUN lines of a repository; those of workflows are policy.py's."""
    found: dict[str, str] = {}
    for path in sorted(path for path in repository.rglob("*") if path.is_file() and ".git" not in path.parts):
        name = path.relative_to(repository).as_posix()
        if path.name == "Makefile":
            found |= {f"{name} {number}": recipe for number, recipe in enumerate(recipes(path.read_text("utf-8")))}
        elif path.name.endswith("Dockerfile"):
            found |= {f"{name} {number}": run for number, run in enumerate(runs(path.read_text("utf-8")))}
        elif is_script(path):
            found[name] = path.read_text("utf-8")
    return found


def is_script(path: Path) -> bool:
    """Whether a file calls for a shell in its first line."""
    with path.open("rb") as file:
        return re.match(rb"#!.*\b(sh|bash)\b", file.readline(200)) is not None


def recipes(makefile: str) -> Iterator[str]:
    """Each command of a Makefile, as its shell gets it: variables that hold a command are put in, others are a word."""
    text = re.sub(r"(?m)^\{%.*\n", "", makefile).replace("$$", DOLLAR)
    lines: list[str] = re.findall(r"(?:.*\\\n)*.*\n", re.sub(r"\\\n\t?", r"\\\n", text))
    values: dict[str, str] = {}
    for line in lines:
        if match := re.match(r"(?s)(\w+) *[:?+]?= *(.*)\n", line):
            values[match.group(1)] = match.group(2)

    def put_in(match: re.Match[str]) -> str:
        value = values.get(match.group(1), "")
        return value if DOLLAR in value else "word"

    for line in lines:
        command = line.strip().lstrip("@+-")
        while (expanded := VARIABLE.sub(put_in, command)) != command:
            command = expanded
        if line.startswith("\t"):
            yield "#!/bin/sh\nset -e\n" + command.replace(DOLLAR, "$") + "\n"


def runs(dockerfile: str) -> Iterator[str]:
    """Each RUN of a Dockerfile, with the shell that its stage names."""
    text = re.sub(r"(?m)^\s*#.*\n", "", dockerfile)
    head = "#!/bin/sh\nset -e\n"
    for instruction in re.findall(r"(?m)^(\w+) +((?:.*\\\n)*.*)$", text):
        match instruction:
            case ("FROM", _):
                head = "#!/bin/sh\nset -e\n"
            case ("SHELL", shell):
                head = "#!/bin/bash\nset -e\n" + ("set -o pipefail\n" if "pipefail" in shell else "")
            case ("RUN", command):
                yield f"{head}{command}\n"
