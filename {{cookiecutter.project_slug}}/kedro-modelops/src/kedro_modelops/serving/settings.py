"""Settings of the service, from the environment: `SERVING_PORT=8080` sets `port`."""

from pathlib import Path
from typing import Any

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, ValidationError
from pydantic_settings import BaseSettings

from kedro_modelops.errors import RefusedError

PREFIX = "SERVING_"


class Settings(BaseSettings, env_prefix=PREFIX, env_ignore_empty=True, frozen=True):
    """What the service is told when it starts.

    Attributes:
        host: Address to listen on.
        port: Port to listen on.
        workers: Processes that answer there, each with the model and a core of its own.
        keys_file: API keys; without them nobody is answered.
        bundle: Folder of a model and of what rows are completed with.
        reference: File that `kedro model reference` writes: a newer table to complete rows with than the bundle's.
        model_name: Name in the registry that MLFLOW_TRACKING_URI names; when set, the model comes from there.
        alias: Which version of it serves.
        trusted_types: Types beyond scikit-learn's public ones that it may hold, as a JSON list: those of the catalog's
            `model`. A bundle has its own.
        max_body_bytes: Larger requests are refused.
        max_rows: Requests with more rows are refused.
        max_waiting_rows: When so many rows wait, further requests are told to come again.
        batch_rows: At most so many rows are scored by one `predict`.
        batch_wait_seconds: How long a batch waits for company when the one before had some.
        timeout_seconds: A request that takes longer is given up.
        header_seconds: A connection is closed whose headers have not ended by then, or whose answer nobody reads.
        poll_seconds: How often to look for a newer version or reference; 0 looks on `/reload` only.
        shadow: Challenger that scores a copy of what was answered, and answers nobody: a version or alias of
            `model_name`, or without that the folder of another bundle.
        shadow_waiting_rows: When so many rows wait for the challenger, it does not get further ones.
        shutdown_seconds: How long what was accepted may take to end when the service is stopped.
    """

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65_535)
    workers: PositiveInt = 1
    keys_file: Path | None = None
    bundle: Path | None = None
    reference: Path | None = None
    model_name: str | None = None
    alias: str = "champion"
    trusted_types: tuple[str, ...] = ()
    max_body_bytes: PositiveInt = 1_000_000
    max_rows: PositiveInt = 1_000
    max_waiting_rows: PositiveInt = 5_000
    batch_rows: PositiveInt = 1_000
    batch_wait_seconds: NonNegativeFloat = 0.003
    timeout_seconds: PositiveFloat = 10.0
    header_seconds: PositiveFloat = 10.0
    poll_seconds: NonNegativeFloat = 10.0
    shadow: str | None = None
    shadow_waiting_rows: PositiveInt = 1_000
    shutdown_seconds: PositiveInt = 20


def read_settings(**given: Any) -> Settings:
    """What the environment says, but for what is given; RefusedError if it says what no setting can be."""
    try:
        return Settings(**given)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        told = [f"{PREFIX}{str(fault['loc'][0]).upper()} is {fault['input']!r}: {fault['msg']}" for fault in faults]
        raise RefusedError("\n".join(told)) from error
