"""The column that is predicted."""

import re
from collections.abc import Mapping

from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.kinds import kind_of
from kedro_modelops.adoption.proposing.personal_data import is_id, personal, words_of
from kedro_modelops.errors import RefusedError

TARGETS = "target|label|class|outcome|y|churn|churned|default|response|result|survived|fraud|is_fraud|price|sales"


def find_target(columns: Mapping[str, Column]) -> str:
    """The column that is called as targets are; else the last one that can be predicted, and names no row or person."""
    names = list(columns)[::-1]
    fit = (name for name in names if _may_be_target(columns[name], names))
    return next((name for name in names if re.fullmatch(TARGETS, words_of(name))), next(fit, names[0]))


def _may_be_target(column: Column, names: list[str]) -> bool:
    try:
        kind_of(column)
    except RefusedError:
        return False
    return not is_id(column) and personal(column, names) is None
