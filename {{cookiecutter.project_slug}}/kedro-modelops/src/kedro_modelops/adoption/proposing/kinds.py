"""Which kind of problem a target makes, and which of its classes can be learned."""

from dataclasses import replace
from typing import Any, Literal

from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.personal_data import is_id
from kedro_modelops.errors import RefusedError

ProblemKind = Literal["binary", "multiclass", "regression"]
POSITIVE = {"1", "yes", "y", "true", "t", "positive", "pos", "bad", "default", "churned", "churn", "fraud", "ja", "si"}
POSITIVE |= {">50k", "malignant", "m", "success", "died", "dead"}
MOST_CLASSES = (100, 10)
"""How many classes a text, and how many different whole numbers, may have at most to be classes."""
RAREST = 10
"""Rows of a class that can be learned."""
LONGEST = 100
"""Characters of the name of a class, which stands in a line of code."""


def counted(column: Column, target: str) -> Column:
    """Ids and classes that are written as 1.0 are whole numbers; what is measured stays what it is."""
    is_class = column.name == target and column.distinct <= MOST_CLASSES[1]
    if column.kind != "number" or column.nulls or not column.is_whole:
        return column
    return replace(column, content=column.content.astype("int64")) if is_class or is_id(column) else column


def kind_of(column: Column) -> ProblemKind:
    """Which kind of problem a target makes.

    Raises:
        RefusedError: If it is nothing that can be predicted.
    """
    if column.kind == "time":
        msg = f"the target {column.name} is a time: say by --target what else is to be predicted"
        raise RefusedError(msg)
    if column.distinct < 2:  # noqa: PLR2004
        msg = f"the target {column.name} has one value only in all rows, {column.listed}: there is nothing to learn"
        raise RefusedError(msg)
    counts = column.known.value_counts()
    if long := [value for value in counts[counts >= RAREST].index if len(str(value)) > LONGEST]:
        told = f"{len(long[0])} characters ({long[0][:40]} …): {LONGEST} are the most. Give its classes short names"
        msg = f"the target {column.name} has a class of {told}, or say by --target what else is to be predicted"
        raise RefusedError(msg)
    if column.distinct == 2 or column.kind == "flag":  # noqa: PLR2004
        if counts.min() < RAREST:
            msg = f"the target {column.name} is {counts.index[-1]} in {counts.min()} rows only: {RAREST} are the fewest"
            raise RefusedError(msg)
        return "binary"
    if column.kind == "text":
        if not 2 <= (counts >= RAREST).sum() <= MOST_CLASSES[0]:  # noqa: PLR2004
            many = f"{column.distinct:,} different values: these are no classes, of which 2 to {MOST_CLASSES[0]} have"
            msg = f"the target {column.name} is text with {many} {RAREST} rows or more each"
            raise RefusedError(msg)
        return "multiclass"
    few = column.is_whole and column.distinct <= MOST_CLASSES[1] and counts.min() >= RAREST / 2
    return "multiclass" if few else "regression"


def suitable(column: Column, kind: ProblemKind) -> ProblemKind:
    """The kind that a person has said; RefusedError if a target cannot be of it."""
    fits = {
        "binary": column.distinct == 2,  # noqa: PLR2004
        "multiclass": column.distinct > 2 and (column.kind == "text" or column.is_whole),  # noqa: PLR2004
        "regression": column.is_number,
    }
    if not fits[kind]:
        msg = f"--kind {kind}: {column.name} holds {column.distinct:,} different values of the kind {column.kind}"
        raise RefusedError(msg)
    return kind


def classes_of(column: Column, kind: ProblemKind) -> tuple[Any, ...]:
    """The classes that can be learned, of two the one that is looked for last."""
    if kind == "regression":
        return ()
    counts = column.known.value_counts()
    found = [value for value in column.listed if counts[value] >= (RAREST if kind == "multiclass" else 2)]
    if kind == "multiclass" or len(found) < 2:  # noqa: PLR2004
        return tuple(found)
    first, second = found
    looked_for = [str(value).lower() in POSITIVE for value in found]
    if looked_for[0] != looked_for[1]:
        return (second, first) if looked_for[0] else (first, second)
    if column.kind != "text":
        return (first, second)
    return (first, second) if counts[second] <= counts[first] else (second, first)
