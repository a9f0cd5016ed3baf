"""Tells people what monitoring found: one issue for each finding, as long as it lasts; and asks train.yml for a model.

    make report

Reads data/08_reporting/monitoring.json, or the file that MONITORING names. WEBHOOK, if it is set, is called with the
findings that are new; TRAINING says for which findings train.yml is asked, REFUSED why it is not.
"""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

FOUND = Path(os.environ.get("MONITORING", "data/08_reporting/monitoring.json"))
LABEL, PREFIX = "monitoring", "Monitoring: "


def main() -> None:
    """Compares what was found with the issues that are open."""
    found = json.loads(FOUND.read_text(encoding="utf-8"))
    listed = gh("issue", "list", "--label", LABEL, "--state", "open", "--limit", "200", "--json", "number,title")
    known = {issue["title"].removeprefix(PREFIX): str(issue["number"]) for issue in json.loads(listed)}
    signals = {signal["name"]: signal for signal in found["signals"]}
    alerts = {name: signal for name, signal in signals.items() if signal["verdict"] == "alert"}
    where = f"Version {found['version']} of {found['model']}, {found['window']}."
    summarize(f"## Monitoring: {found['state']}", where, *(f"- {signal['sentence']}" for signal in alerts.values()))
    for name, signal in alerts.items():
        body = "\n\n".join([signal["sentence"], where, *asked(name, found["findings"])])
        if name in known:
            gh("issue", "edit", known[name], "--body", body)
        else:
            gh("label", "create", LABEL, "--force")  # GitHub takes no label that it does not know
            gh("issue", "create", "--title", f"{PREFIX}{name}", "--label", LABEL, "--body", body)
    for name, number in known.items():
        if signals.get(name, {}).get("verdict") == "ok":
            gh("issue", "close", number, "--comment", f"It is gone in {found['window']}: {signals[name]['sentence']}")
    if new := sorted(alerts.keys() - known.keys()):
        call_webhook({"text": "\n".join(alerts[name]["sentence"] for name in new)})
    if training := os.environ.get("TRAINING"):
        words = ["--raw-field", "event_type=drift", "--raw-field", f"client_payload[reasons]={training}"]
        gh("api", "repos/{owner}/{repo}/dispatches", *words, "--silent")


def summarize(*paragraphs: str) -> None:
    """Tells who looks at the workflow."""
    with Path(os.environ.get("GITHUB_STEP_SUMMARY", os.devnull)).open("a", encoding="utf-8") as summary:
        summary.write("\n\n".join(paragraphs) + "\n")


def asked(name: str, asking: list[str]) -> list[str]:
    """What to say of a finding that asks for a new model."""
    if name in os.environ.get("TRAINING", "").split(", "):
        return ["A training was asked for. If its model does not beat the champion, nothing changes."]
    refused = os.environ.get("REFUSED")
    return [f"No training starts: {refused}."] if refused and name in asking else []


def call_webhook(message: dict) -> None:
    """Sends a message in the form that Slack, Mattermost and Teams' workflows take."""
    if address := os.environ.get("WEBHOOK"):
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(address, json.dumps(message).encode(), headers)
        urllib.request.urlopen(request, timeout=30).close()


def gh(*words: str) -> str:
    """What GitHub's command line answers."""
    return subprocess.check_output(["gh", *words], text=True)


if __name__ == "__main__":
    main()
