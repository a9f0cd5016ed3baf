"""What the templates say in `schemas.py` and `features.py`."""

import json
from textwrap import shorten
from typing import Any

import pandas as pd

from kedro_modelops.adoption.judging.model_input import goal_name, key_name
from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.writing import contract_fields as fields
from kedro_modelops.files.images import ImageRules

LONGEST_EXAMPLE = 60
"""Characters of a free text in the example of a row."""


class Code(str):
    """An expression that is written as it is, where values are written as Python writes them."""

    def __repr__(self) -> str:
        """The expression."""
        return str(self)


class ContractTexts:
    """Lines of the contracts of a table."""

    def __init__(self, proposal: Proposal) -> None:
        """Takes what the table is taken for."""
        self._proposal, self._key, self._goal = proposal, key_name(proposal), goal_name(proposal)
        self._attributes = fields.attributes_of(dict.fromkeys([*proposal.columns, self._key, self._goal]))
        self._request = proposal.sent
        self._others = [name for name in proposal.columns if name not in self._request]

    def of_tables(self) -> dict[str, Any]:
        """What stands in the contracts of rows as they come."""
        proposal = self._proposal
        extra = [name for name in self._request if name not in proposal.features]
        return {
            "uses_time": any(column.kind == "time" for column in proposal.columns.values()),
            "uses_float32": any(fields.type_of(column) == "np.float32" for column in proposal.columns.values()),
            "lists": self._lists(),
            "classes": list(proposal.classes),
            "feature_lines": [self._line(name) for name in proposal.features],
            "request_lines": [self._line(name, ranged=False) for name in extra],
            "raw_lines": [self._line(name, ranged=name not in proposal.left_out) for name in self._others],
            "positive": repr(proposal.classes[-1]) if proposal.classes else "",
            "plain": _plain(proposal),
        }

    def of_model(self) -> dict[str, Any]:
        """What stands in the contracts of a model's input and of its answers."""
        proposal, kind = self._proposal, _outcome_type(self._proposal)
        listed = "isin=CLASSES, " if proposal.kind == "multiclass" else ""
        key = f"{self._named(self._key)}: Series[str] = pa.Field({self._alias(self._key)}unique=True, "
        target = f"{self._named(self._goal)}: Series[{kind}] = pa.Field({self._alias(self._goal)}{listed}"
        return {
            "key_line": f"{key}metadata={'PERSONAL' if self._key in proposal.personal else 'BEFORE'})",
            "time_line": self._line(proposal.time) if proposal.time else "",
            "group_line": self._line(proposal.group, ranged=False) if proposal.group else "",
            "target_line": f"{target}metadata={_with_unit('AFTER', proposal.goal)})",
            "target_attribute": self._named(proposal.target),
            "prediction": f"Series[{kind}] = pa.Field({listed}metadata=BEFORE)",
        }

    def example(self, sample: pd.DataFrame) -> dict[str, Any]:
        """A row as a caller sends it: one without nulls, if there is any."""
        rows = sample[self._request]
        whole = rows.dropna()
        row = (whole if len(whole) else rows).iloc[0]
        proposal, columns = self._proposal, self._proposal.columns
        found = {name: _cell(columns[name], row[name]) for name in self._request}
        return found | (
            {str(proposal.content): Code("FILES.blank()")} if isinstance(proposal.rules, ImageRules) else {}
        )

    def _named(self, column: str) -> str:
        return self._attributes[column]

    def _alias(self, column: str) -> str:
        return f"alias={column!r}, " if self._named(column) != column else ""

    def _line(self, column: str, *, ranged: bool = True) -> str:
        found = self._proposal.columns[column]
        if self._proposal.rules and column == self._proposal.content:
            limit = f'str_length={{"min_value": 1, "max_value": {self._proposal.rules.longest}}}'
            return f"{self._named(column)}: Series[str] = pa.Field({self._alias(column)}{limit}, metadata=BEFORE)"
        known = "AFTER" if column in {*self._proposal.after, self._proposal.target} else "BEFORE"
        known = "CLOCK" if found.kind == "time" and known == "BEFORE" else known
        known = "PERSONAL" if column in self._proposal.personal else known
        ranged = ranged and known != "PERSONAL"
        return fields.field_line(found, self._named(column), _with_unit(known, found), ranged=ranged)

    def _lists(self) -> dict[str, list[Any]]:
        proposal = self._proposal
        unlisted = {*proposal.personal, *proposal.left_out, proposal.key_column}
        columns = [proposal.columns[name] for name in [*self._request, *self._others] if name not in unlisted]
        return {fields.list_name(self._named(c.name)): c.listed for c in columns if fields.needs_list(c)}


def _with_unit(metadata: str, column: Column) -> str:
    return f'{metadata} | {{"unit": {json.dumps(column.unit, ensure_ascii=False)}}}' if column.unit else metadata


def _outcome_type(proposal: Proposal) -> str:
    if proposal.kind == "multiclass":
        return "str" if proposal.goal.kind == "text" else "int"
    return "bool" if proposal.kind == "binary" else "float"


def _plain(proposal: Proposal) -> str:
    """What makes a label that may be null one of the type of the model's input."""
    if not proposal.has_unknown:
        return ""
    return {"bool": ".astype(bool)", "int": ".astype(int)"}.get(_outcome_type(proposal), "")


def _cell(column: Column, value: Any) -> Any:
    if pd.isna(value):
        return None
    if column.kind == "text" and not column.is_listed:
        return shorten(value, LONGEST_EXAMPLE, placeholder=" …")
    if column.kind == "time":
        return value.isoformat()
    found = value.item() if hasattr(value, "item") else value
    if column.kind == "whole":
        return int(found)
    return float(f"{found:.7g}") if fields.type_of(column) == "np.float32" else json.loads(json.dumps(found))
