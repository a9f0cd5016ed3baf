"""Parameters of the inference pipeline."""

from pydantic import BaseModel


class Inference(BaseModel, extra="forbid", frozen=True):
    """What is scored: one month, or, without it, all that are not scored yet."""

    month: str | None = None
