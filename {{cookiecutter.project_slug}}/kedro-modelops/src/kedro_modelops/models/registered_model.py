"""A registered model, without MLflow, whose import takes three seconds."""

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


LONGEST_DESCRIPTION = 5000
"""Characters that MLflow's database holds."""


class RegisteredModel(NamedTuple):
    """A model that may be served: it knows which version it is and what it came from."""

    estimator: "Pipeline"
    name: str
    version: str
    run_id: str
    lineage: dict[str, str]


def digest(evidence: Any) -> str:
    """Hash of what can be written as JSON, however it is written."""
    return hashlib.sha256(json.dumps(evidence, sort_keys=True, default=str).encode()).hexdigest()


def shortened(card: str, file: str) -> str:
    """A card that fits into a version's description, and says in which file of the run the rest stands."""
    if len(card) <= LONGEST_DESCRIPTION:
        return card
    rest = f"\n\n*The rest stands in the run's artifact `{file}`.*\n"
    return card[: LONGEST_DESCRIPTION - len(rest)].rpartition("\n")[0] + rest
