"""What a section of the team's own in the model's report is."""

from abc import ABC, abstractmethod
from typing import Annotated, NamedTuple

import pandas as pd
from pydantic import BaseModel, BeforeValidator
from sklearn.pipeline import Pipeline

from kedro_modelops.extensions.team_class import of_team
from kedro_modelops.roles import Roles


class Evaluated(NamedTuple):
    """What a section can tell of.

    Attributes:
        model: The fitted pipeline.
        test_set: What it has not seen.
        predictions: The scored test set, row by row.
        metrics: `train_<scorer>` and `test_<scorer>` for each scorer.
        slices: Score and gap of each slice of the test set.
        problem: Roles of the columns.
    """

    model: Pipeline
    test_set: pd.DataFrame
    predictions: pd.DataFrame
    metrics: dict[str, float]
    slices: pd.DataFrame
    problem: Roles


class Section(BaseModel, ABC, extra="forbid", frozen=True):
    """A part of the report below its title; its fields are its settings, in `evaluation.sections`."""

    @abstractmethod
    def render(self, evaluated: Evaluated) -> str:
        """HTML that stands in the page as it is.

        It needs nothing from elsewhere: `html.escape` makes text safe, `DataFrame.to_html` tables, and
        `kedro_modelops.drawing` pictures.
        """


TeamSection = Annotated[Section, BeforeValidator(of_team(Section))]
