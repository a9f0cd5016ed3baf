"""Puts the service together and runs it."""

import gc
import logging
import sys
from collections.abc import Callable
from typing import Any

import uvicorn

from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.problem import load_problem
from kedro_modelops.serving.access.key_ring import KeyRing
from kedro_modelops.serving.app import create_app
from kedro_modelops.serving.connections import limited_to
from kedro_modelops.serving.logs import log_json
from kedro_modelops.serving.scoring.models import ModelSlot, Source
from kedro_modelops.serving.scoring.reference_files import read_reference
from kedro_modelops.serving.scoring.references import Reference
from kedro_modelops.serving.scoring.sources import BundleSource, RegistrySource
from kedro_modelops.serving.service import Service
from kedro_modelops.serving.settings import Settings, read_settings
from kedro_modelops.serving.workers.supervisor import supervise
from kedro_modelops.serving.workers.worker import Worker
from kedro_modelops.telemetry import export

logger = logging.getLogger(__name__)


def main() -> None:
    """Serves what the environment names; where something is missing, or not fit to serve, it says so and ends."""
    try:
        load_problem()  # whatever else is missing, a fault in the project's code is told first
        sys.exit(serve(read_settings(), serve_named))
    except RefusedError as error:
        sys.exit(str(error))


def serve(settings: Settings, work: Callable[[Settings, Worker | None], None], *logs: logging.Handler) -> int:
    """Serves until it is told to stop, in this process or with as many workers as the settings say.

    Args:
        settings: How many, and what they are told.
        work: What each does; it can be pickled.
        logs: Where the supervisor's log goes beside standard output.

    Returns:
        The exit code.

    Raises:
        RefusedError: If nothing can be served.
    """
    if settings.workers == 1:
        work(settings, None)
        return 0
    log_json("INFO", *logs)
    return supervise(settings, work)


def serve_named(settings: Settings, worker: Worker | None = None) -> None:
    """Serves the model that the settings name."""
    run(settings, _source(settings), read_reference(settings.bundle) if settings.bundle else None, worker=worker)


def _source(settings: Settings) -> Source:
    if settings.model_name:
        return RegistrySource(settings.model_name, settings.alias, trusted_types=settings.trusted_types)
    if settings.bundle:
        return BundleSource(settings.bundle)
    msg = "no model: set SERVING_BUNDLE, or SERVING_MODEL_NAME and MLFLOW_TRACKING_URI"
    raise RefusedError(msg)


def run(
    settings: Settings, source: Source, reference: Any, *logs: logging.Handler, worker: Worker | None = None
) -> None:
    """Serves until it is told to stop; what was accepted by then is finished.

    Args:
        settings: Of the service.
        source: Of the model.
        reference: What came with the model to complete rows with; None if nothing did.
        logs: Where its log goes beside standard output.
        worker: Which of several processes this is; None if there is one only.

    Raises:
        RefusedError: If no keys are named, if there is no model, or if it is not fit to serve.
    """
    if settings.keys_file is None or not settings.keys_file.exists():
        lacking = "no API keys" if settings.keys_file is None else f"there is no file {settings.keys_file}"
        msg = f"{lacking}: set SERVING_KEYS_FILE to what `kedro keys create` wrote. Without keys nobody is answered"
        raise RefusedError(msg)
    log_json("INFO", *logs)
    export.start("prediction-service")
    slot, keys = ModelSlot(source, Reference(reference, settings.reference)), KeyRing(settings.keys_file)
    app = create_app(Service(settings, slot, PredictionStore(), worker), keys)
    logger.info("serving", extra={"model": slot.current.name, "version": slot.current.version, "keys": len(keys)})
    gc.freeze()  # what is loaded stays: a full collection that walks it lets requests wait for a tenth of a second
    options: dict[str, Any] = {
        "http": limited_to(settings.header_seconds),
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": settings.shutdown_seconds,
    }
    if worker:
        uvicorn.Server(uvicorn.Config(app, **options)).run([worker.listener])
    else:
        uvicorn.run(app, host=settings.host, port=settings.port, **options)
