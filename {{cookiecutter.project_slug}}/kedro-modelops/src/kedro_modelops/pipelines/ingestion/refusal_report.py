"""The report that lies beside a month in quarantine."""

from pathlib import Path
from typing import Any


def describe_refusal(month: str, file: str, incoming: Path, reasons: list[str], findings: list[tuple[Any, ...]]) -> str:
    """Why a month was refused, and how a corrected one is taken in, in Markdown.

    Args:
        month: Which one.
        file: Name of its file.
        incoming: The folder of arrivals.
        reasons: Sentences.
        findings: Rule, column, what was found, what is allowed and what to see beside it, for each rule of the pattern.
    """
    verdicts = ["**no**" if found > allowed else "yes" for _, _, found, allowed, _ in findings]
    rows = [
        f"| {rule} | {column} | {found:.4g} | {allowed:g} | {verdict} | {beside} |"
        for (rule, column, found, allowed, beside), verdict in zip(findings, verdicts, strict=True)
    ]
    head = ["| rule | column | found | allowed | in pattern | beside |", "| --- | --- | --- | --- | --- | --- |"]
    accept = f"`kedro run --pipelines=ingestion --params=ingestion.accept={month}`"
    return "\n".join(
        [
            *(f"# {month} is refused", "", *(f"- {reason}" for reason in reasons), ""),
            f"A corrected {file} takes its place in `{incoming}`. If its pattern is unusual and yet right,",
            f"put it there as it is, and say so: {accept}.",
            *(["", *head, *rows] if rows else []),
            "",
        ]
    )
