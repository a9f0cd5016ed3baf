"""The model card: what people who did not train the model need to know about it.

After Mitchell et al., Model Cards for Model Reporting, FAT* 2019.
"""

from typing import Annotated, Any

import jinja2
import pandas as pd
from pydantic import BaseModel, Field, StringConstraints
from sklearn.pipeline import Pipeline

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.slices import judged_slices
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles
from kedro_modelops.tracking.lineage import inputs
from kedro_modelops.tracking.resources import Prices

TEMPLATE = jinja2.Environment(
    loader=jinja2.FileSystemLoader(__file__.rpartition("card.py")[0]),
    autoescape=False,  # noqa: S701  (it is Markdown)
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
LOWEST_SLICES = 5

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Card(BaseModel, extra="forbid", frozen=True):
    """What no program can find out.

    Attributes:
        name: What the model is called among people.
        purpose: What it is for.
        owner: Who answers for it.
        intended_use: Who may use it, and how.
        not_for: What it must not be used for.
        limits: What its users must know.
        personal_data: Why, and on what ground, each column that a contract marks as `pii` is kept.
    """

    name: Text
    purpose: Text
    owner: Text
    intended_use: Text
    not_for: Text
    limits: list[Text] = Field(min_length=1)
    personal_data: dict[str, Text]


def write_model_card(  # noqa: PLR0913, PLR0917  (a page for all that is known)
    model: Pipeline,
    metrics: dict[str, float],
    slices: pd.DataFrame,
    gates: dict[str, Any],
    lineage: dict[str, str],
    resources: dict[str, float],
    evaluation: Evaluation,
    scoring: str,
    problem: Roles,
    card: Card,
    prices: Prices,
) -> str:
    """Writes the card.

    Args:
        model: A fitted pipeline.
        metrics: From `measure`.
        slices: From `measure_slices`.
        gates: From `judge_gates`.
        lineage: What the model came from.
        resources: What it took to make it.
        evaluation: What each metric means.
        scoring: Name of the primary metric.
        problem: Which column is predicted.
        card: What people say about it.
        prices: The currency.

    Returns:
        Markdown.

    Raises:
        RefusedError: If a contract marks a column as `pii` that the card does not declare.
    """
    personal = personal_columns()
    if undeclared := sorted(personal - set(card.personal_data)):
        msg = (
            f"schemas.py marks {', '.join(undeclared)} as personal data (pii): say under card.personal_data, in "
            "conf/base/parameters_registration.yml, why it is kept and on what ground"
        )
        raise RefusedError(msg)
    judged, known = judged_slices(slices), load_problem()
    return TEMPLATE.get_template("model_card.md.j2").render(
        card=card,
        metrics=metrics,
        measured=[(known.metric(name, problem.target), meaning) for name, meaning in evaluation.metrics.items()],
        primary=known.metric(scoring, problem.target),
        lowest=judged.head(LOWEST_SLICES).to_dict("records"),
        judged=len(judged),
        not_judged=len(slices) - len(judged),
        gates=gates["gates"],
        data=inputs(lineage),
        lineage={name: value for name, value in lineage.items() if name.removeprefix("data.") not in inputs(lineage)},
        resources=resources,
        currency=prices.currency,
        personal=sorted(personal),
        seen=sorted(personal & set(model.feature_names_in_)),
    )


def personal_columns() -> set[str]:
    """Columns that a contract marks as `pii`."""
    columns = [column for contract in load_problem().contracts() for column in contract.to_schema().columns.items()]
    return {name for name, column in columns if (column.metadata or {}).get("pii")}
