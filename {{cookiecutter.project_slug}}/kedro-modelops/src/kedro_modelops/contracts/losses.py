"""What a conversion would lose."""

from typing import Any

LONGEST = 100
"""Characters of a value that are repeated."""


class LossError(ValueError):
    """Raised where a value does not survive the conversion to the type of its contract."""

    def __init__(self, row: int, value: Any, why: str) -> None:
        """Takes the first such row, counted from 0, its value, and what is wrong with it and what to do."""
        text = repr(value) if isinstance(value, str) else str(value)
        super().__init__(f"{text[:LONGEST]}{'…' * (len(text) > LONGEST)} {why}")
        self.row = int(row)


class NullLossError(LossError):
    """Raised for a null in a type that has none."""

    def __init__(self, row: int, kind: Any, nullable: str) -> None:
        """Takes its row, the type, and the one that has nulls."""
        ValueError.__init__(
            self, f"a null, and {kind} has none: fill it, or declare the column as {nullable} with nullable=True"
        )
        self.row = int(row)
