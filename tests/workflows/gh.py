"""Stands in for GitHub's command line where a project's workflows call it; what it is told lands in GH_STATE."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

State = dict[str, Any]
STATE = Path(os.environ["GH_STATE"])
ISSUER = "https://token.actions.githubusercontent.com"


def main(words: list[str]) -> None:
    """Does what was asked, or ends with 1: nothing that is not known here passes in silence."""
    state = json.loads(STATE.read_text("utf-8")) if STATE.exists() else {}
    verbs = {"pr create": create, "pr comment": comment, "api": api, "issue list": list_issues}
    verbs |= {"pr list": list_pulls, "pr edit": edit_pull, "pr ready": mark_ready}
    verbs |= {"label create": create_label, "attestation verify": verify_attestation}
    verbs |= {f"issue {verb}": change_issue for verb in ("create", "edit", "close")}
    verb = next((verb for verb in verbs if words[: len(verb.split())] == verb.split()), None)
    if verb is None or not os.environ.get("GH_TOKEN"):
        sys.exit(f"gh: not known here, or nobody is logged in: {words}")
    verbs[verb](state, words if verb.startswith("issue") else words[len(verb.split()) :])
    STATE.write_text(json.dumps(state, indent=2), encoding="utf-8")


def create(state: State, words: list[str]) -> None:
    """Opens a pull request for a branch that was pushed."""
    parser = argparse.ArgumentParser()
    for option in ("head", "base", "title"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("--draft", action="store_true")
    body = parser.add_mutually_exclusive_group(required=True)
    body.add_argument("--body")
    body.add_argument("--body-file", type=Path)
    asked = vars(parser.parse_args(words))
    file = asked.pop("body_file")
    asked["body"] = file.read_text("utf-8") if file else asked["body"]
    heads = subprocess.check_output(["git", "ls-remote", "--heads", "origin", asked["head"]], text=True)
    if not heads:
        sys.exit(f"gh: there is no branch {asked['head']}")
    state.setdefault("pulls", {})[asked["head"]] = asked | {"comments": []}


def comment(state: State, words: list[str]) -> None:
    """Says something in a pull request."""
    parser = argparse.ArgumentParser()
    parser.add_argument("head")
    parser.add_argument("--body-file", type=Path, required=True)
    asked = parser.parse_args(words)
    state["pulls"][asked.head]["comments"].append(asked.body_file.read_text("utf-8"))


def list_pulls(state: State, words: list[str]) -> None:
    """How many pull requests of a branch are open."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--head", required=True)
    parser.add_argument("--json", choices=["number"], required=True)
    parser.add_argument("--jq", choices=["length"], required=True)
    sys.stdout.write(f"{int(parser.parse_args(words).head in state.get('pulls', {}))}\n")


def edit_pull(state: State, words: list[str]) -> None:
    """Changes title and text of an open pull request."""
    parser = argparse.ArgumentParser()
    parser.add_argument("head")
    parser.add_argument("--title", required=True)
    parser.add_argument("--body-file", type=Path, required=True)
    asked = parser.parse_args(words)
    state["pulls"][asked.head] |= {"title": asked.title, "body": asked.body_file.read_text("utf-8")}


def mark_ready(state: State, words: list[str]) -> None:
    """Says that a pull request is a draft, or none any more."""
    parser = argparse.ArgumentParser()
    parser.add_argument("head")
    parser.add_argument("--undo", action="store_true")
    asked = parser.parse_args(words)
    state["pulls"][asked.head]["draft"] = asked.undo


def api(state: State, words: list[str]) -> None:
    """Takes what is sent to a path, and answers with what is kept there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    parser.add_argument("--field", "--raw-field", action="append", default=[])
    parser.add_argument("--jq")
    parser.add_argument("--silent", action="store_true")
    asked = parser.parse_args(words)
    path = asked.path.replace("{owner}/{repo}", os.environ["GITHUB_REPOSITORY"])
    if asked.field:
        sent = dict(field.split("=", 1) for field in asked.field)
        read = {name: Path(value[1:]).read_text("utf-8") if value[:1] == "@" else value for name, value in sent.items()}
        state.setdefault("sent", []).append({"path": path} | read)
    elif not asked.silent:
        sys.stdout.write(state.get("kept", {})[path] + "\n")


def verify_attestation(state: State, words: list[str]) -> None:
    """Ends with 1 unless a workflow of that identity attested the image of that repository."""
    parser = argparse.ArgumentParser()
    parser.add_argument("image")
    for option in ("repo", "cert-identity", "cert-oidc-issuer"):
        parser.add_argument(f"--{option}", required=True)
    asked = parser.parse_args(words)
    wanted = {"image": asked.image.removeprefix("oci://"), "repository": asked.repo, "signer": asked.cert_identity}
    if wanted not in state.get("attested", []) or asked.cert_oidc_issuer != ISSUER:
        sys.exit("gh: no attestation matches")


def create_label(state: State, words: list[str]) -> None:
    """Makes a label, or leaves the one of this name."""
    assert words[1:] == ["--force"], words
    state["labels"] = sorted({words[0], *state.get("labels", [])})


def list_issues(state: State, _: list[str]) -> None:
    """The open issues."""
    issues = [issue for issue in state.get("issues", []) if issue["state"] == "open"]
    sys.stdout.write(json.dumps([{"number": issue["number"], "title": issue["title"]} for issue in issues]))


def change_issue(state: State, words: list[str]) -> None:
    """Opens an issue, or changes or closes one; how often is counted."""
    parser = argparse.ArgumentParser()
    for option in ("title", "label", "body", "comment"):
        parser.add_argument(f"--{option}")
    verb, *rest = words[1:]
    issues = state.setdefault("issues", [])
    if verb == "create":
        asked = vars(parser.parse_args(rest))
        if asked["label"] not in state.get("labels", []):
            sys.exit(f"gh: could not add label: '{asked['label']}' not found")
        issues.append({"number": len(issues) + 1, "state": "open", "changes": 0} | asked)
        return
    number, *options = rest
    given = {name: value for name, value in vars(parser.parse_args(options)).items() if value is not None}
    issue = issues[int(number) - 1]
    issue |= given | {"changes": issue["changes"] + 1} | ({"state": "closed"} if verb == "close" else {})


if __name__ == "__main__":
    main(sys.argv[1:])
