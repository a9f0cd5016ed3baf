"""Tells people what monitoring found: one issue for each finding, as long as it lasts; and asks for a training."""

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kedro_modelops.release.programs import ReleaseError, append, capture
from kedro_modelops.shared_repository.project_folder import suffix, title_prefix

LABEL, PREFIX = "monitoring", "Monitoring: "
Signal = dict[str, Any]


def main() -> None:
    """Compares what was found with the issues that are open.

    `MONITORING` names the file of findings, `WEBHOOK` an address that is called with those that are new; `TRAINING`
    says for which findings train.yml is asked, `REFUSED` why it is not.
    """
    file = Path(os.environ.get("MONITORING") or "data/08_reporting/monitoring.json")
    if not file.is_file():
        msg = f"there is no {file}: make monitor writes it"
        raise ReleaseError(msg)
    found = json.loads(file.read_text(encoding="utf-8"))
    signals = {signal["name"]: signal for signal in found["signals"]}
    alerts = {name: signal for name, signal in signals.items() if signal["verdict"] == "alert"}
    where = f"Version {found['version']} of {found['model']}, {found['window']}."
    paragraphs = [f"## Monitoring: {found['state']}", where, *(f"- {signal['sentence']}" for signal in alerts.values())]
    append("GITHUB_STEP_SUMMARY", "\n\n".join(paragraphs) + "\n")
    known = open_issues()
    for name, signal in alerts.items():
        write_issue(name, "\n\n".join([signal["sentence"], where, *training(name, found["findings"])]), known)
    for name, number in known.items():
        if signals.get(name, {}).get("verdict") == "ok":
            gone = f"It is gone in {found['window']}: {signals[name]['sentence']}"
            capture("gh", "issue", "close", number, "--comment", gone)
    if new := sorted(alerts.keys() - known.keys()):
        call_webhook({"text": "\n".join(alerts[name]["sentence"] for name in new)})
    if reasons := os.environ.get("TRAINING"):
        event = f"event_type=drift{suffix(Path.cwd())}"
        words = ["--raw-field", event, "--raw-field", f"client_payload[reasons]={reasons}"]
        capture("gh", "api", "repos/{owner}/{repo}/dispatches", *words, "--silent")


def open_issues() -> dict[str, str]:
    """Numbers of the open issues, by the finding that each is about."""
    wanted = ["--label", LABEL, "--state", "open", "--limit", "200", "--json", "number,title"]
    listed = json.loads(capture("gh", "issue", "list", *wanted))
    begins = title("")
    own = (issue for issue in listed if issue["title"].startswith(begins))  # others are of other projects there
    return {issue["title"].removeprefix(begins): str(issue["number"]) for issue in own}


def title(name: str) -> str:
    """Title of the issue of a finding."""
    return f"{title_prefix(Path.cwd())}{PREFIX}{name}"


def write_issue(name: str, body: str, known: dict[str, str]) -> None:
    """Opens the issue of a finding, or brings it up to date."""
    if name in known:
        capture("gh", "issue", "edit", known[name], "--body", body)
        return
    capture("gh", "label", "create", LABEL, "--force")  # GitHub takes no label that it does not know
    capture("gh", "issue", "create", "--title", title(name), "--label", LABEL, "--body", body)


def training(name: str, retraining: list[str]) -> Iterator[str]:
    """What to say of a finding that asks for a new model."""
    refused = os.environ.get("REFUSED")
    if name in os.environ.get("TRAINING", "").split(", "):
        yield "A training was asked for. If its model does not beat the champion, nothing changes."
    elif refused and name in retraining:
        yield f"No training starts: {refused}."


def call_webhook(message: dict[str, str]) -> None:
    """Sends a message in the form that Slack, Mattermost and Teams' workflows take."""
    if not (address := os.environ.get("WEBHOOK")):
        return
    headers = {"Content-Type": "application/json"}
    try:
        request = urllib.request.Request(address, json.dumps(message).encode(), headers)  # noqa: S310  (the team's)
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310
    except (OSError, ValueError) as error:  # without the address, which is a secret
        msg = f"the address in WEBHOOK takes no message: {getattr(error, 'reason', type(error).__name__)}"
        raise ReleaseError(msg) from None
