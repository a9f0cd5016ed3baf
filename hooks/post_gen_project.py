"""Prune what was not chosen, record the template's commit, say what to do next."""

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")
# What matches the pattern belongs to one answer of the question: it stays if its name contains the answer given.
BELONGS_TO = {
    "licenses/*": "license",
    "requirements/remote-*": "data_remote",
    "compose*.yaml": "deploy_target",
    "deploy/*": "deploy_target",
}


def prune(project: Path) -> None:
    """Remove what belongs to other answers; the chosen license becomes LICENSE."""
    for pattern, question in BELONGS_TO.items():
        for path in project.glob(pattern):
            if ANSWERS[question] not in path.name:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    (project / "licenses" / ANSWERS["license"]).replace(project / "LICENSE")
    for folder in ("licenses", "deploy"):
        with suppress(OSError):  # there is something left in it, or it is not there
            (project / folder).rmdir()


def git(repo: Path, *words: str) -> list[str]:
    """Lines that a git command answers; none if it fails, or if there is no git."""
    with suppress(OSError, subprocess.CalledProcessError):
        return subprocess.check_output(["git", "-C", repo, *words], stderr=subprocess.DEVNULL, text=True).splitlines()
    return []


def record(project: Path) -> str:
    """Write .cruft.json, as `cruft create` would, so that `cruft update` works after plain cookiecutter too."""
    named = ANSWERS["_repo_dir"]  # relative if the template was named so, while this runs inside the new project
    places = [Path(base, named).resolve() for base in (os.environ.get("PWD", ""), ANSWERS["_output_dir"])]
    template = next((place for place in places if (place / "cookiecutter.json").is_file()), Path(named, "missing"))
    inner, commit = git(template, "rev-parse", "--show-prefix", "HEAD") or ["no repository", ""]
    if inner:
        return "No .cruft.json, for the template's commit is unknown here: `cruft link URL`, `make update` name it.\n"
    origin = [] if named == ANSWERS["_template"] else git(template, "remote", "get-url", "origin")
    address = re.sub(r"^(https?://)[^/]*@", r"\1", origin[0]) if origin else str(template)  # without credentials
    answers = {key: value for key, value in ANSWERS.items() if key not in {"_output_dir", "_repo_dir", "_checkout"}}
    context = {"cookiecutter": answers | {"_template": address, "_commit": commit}}
    state = {"template": address, "commit": commit, "checkout": ANSWERS["_checkout"], "context": context}
    (project / ".cruft.json").write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8", newline="\n")
    return ""


note = "" if "_commit" in ANSWERS else record(Path.cwd())  # cruft knows the commit, and writes the file itself
prune(Path.cwd())
sys.dont_write_bytecode = True
sys.path.insert(0, "kedro-modelops/src")
with suppress(ImportError):  # .conformance.json: digests and limits, as they are delivered
    runpy.run_module("kedro_modelops.conformance.shipped")["write"](Path.cwd())
print(f"\n{note}Next:\n    cd {ANSWERS['project_slug']} && make setup\n    make run")
