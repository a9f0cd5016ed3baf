"""What things are called in the files that are written."""

from typing import Any

from kedro_modelops.adoption.judging.model_input import calendar_of, goal_name, key_name
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.tables.periods import WORDS
from kedro_modelops.files.images import ImageRules


def names_of(proposal: Proposal, package: str) -> dict[str, Any]:
    """Names of tables, columns, contracts and imports."""
    calendar = calendar_of(proposal)
    parts = proposal.time_parts
    extra = [name for name in proposal.sent if name not in proposal.features]
    return {
        "p": proposal,
        "package": package,
        "raw": f"{proposal.name}_raw",
        "camel": "".join(part.capitalize() for part in proposal.name.split("_")),
        "key": key_name(proposal),
        "goal": goal_name(proposal),
        "calendar": calendar,
        "inputs": "Inputs" if calendar else "Features",
        "request": "Request" if extra else "Features",
        "extra": extra,
        "images": isinstance(proposal.rules, ImageRules),
        "parts_alone": [name for name in parts.columns if name not in proposal.columns] if parts else [],
        "carried": [name for name in (proposal.time, proposal.group) if name],
        **_rows(proposal),
        **_imports(proposal, request="Request" if extra else "Features", calendar=bool(calendar)),
    }


def _rows(proposal: Proposal) -> dict[str, Any]:
    """How the code and its tests come to the rows of the raw table."""
    raw, selects = f"{proposal.name}_raw", proposal.has_unknown or bool(proposal.repeated)
    period = WORDS.get(proposal.every or "", "")
    rows = f"_all_rows({raw})" if period else raw
    return {
        "period": period,
        "selects": selects,
        "rows_of_raw": f"_learnable({rows})" if selects else rows,
        "raw_rows": f"by_{period}()" if period else "recorded()",
        "rows_imports": f"by_{period}, recorded" if period else "recorded",
    }


def _imports(proposal: Proposal, *, request: str, calendar: bool) -> dict[str, str]:
    classes = ["CLASSES"] if proposal.kind == "multiclass" and proposal.has_unknown else []
    zone, asked = (["TIME_ZONE"] if calendar else []), ([] if proposal.key or request == "Features" else [request])
    schemas = sorted({"EXAMPLE", "Features", "ModelInput", "Predictions", request})
    return {
        "schema_imports": ", ".join(schemas),
        "feature_imports": ", ".join([*classes, *zone, "Features", *asked]),
    }
