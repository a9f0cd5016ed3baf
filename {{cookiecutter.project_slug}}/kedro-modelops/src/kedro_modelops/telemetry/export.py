"""Whether anything goes to a collector: OpenTelemetry's variables say so. Where they do not, nothing is imported."""

import logging
import os
from collections.abc import Callable

logger = logging.getLogger(__name__)

SIGNALS = ("TRACES", "METRICS", "LOGS")
PROTOCOL = "http/protobuf"
KNOWN: dict[str, tuple[str, ...]] = {f"OTEL_{signal}_EXPORTER": ("otlp", "none") for signal in SIGNALS}
KNOWN |= {f"OTEL_EXPORTER_OTLP_{signal}PROTOCOL": (PROTOCOL,) for signal in ("", *(f"{name}_" for name in SIGNALS))}
"""Variables that ask for more elsewhere."""

_sending: list[Callable[[], None]] = []
"""What sends all that waits, once something is exported."""


def wanted() -> list[str]:
    """The signals that the environment asks for."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return []
    shared = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    ways = {signal: shared or os.environ.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT") for signal in SIGNALS}
    return [name for name in SIGNALS if (os.environ.get(f"OTEL_{name}_EXPORTER") or (ways[name] and "otlp")) == "otlp"]


def start(service: str) -> None:
    """Begins to export what is wanted, once in a process; a setting that does not work is told, and stops nothing.

    Args:
        service: What is named as the source where OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES do not.
    """
    for name, values in KNOWN.items():
        if os.environ.get(name, "") not in ("", *values):
            logger.warning("Nothing goes to a collector: %s can be %s here", name, " or ".join(values))
            return
    if not (signals := wanted()) or _sending:
        return
    os.environ.setdefault("OTEL_EXPORTER_OTLP_PROTOCOL", PROTOCOL)  # the standard's default, which MLflow's is not
    try:
        from kedro_modelops.telemetry import providers  # noqa: PLC0415  (imports OpenTelemetry's SDK and exporters)

        _sending.append(providers.start(signals, service))
    except Exception as error:  # whatever is wrong with an address or a certificate
        logger.warning("Nothing goes to a collector: %s. Look at the variables OTEL_*", error)


def flush() -> None:
    """Sends what waits, if there is somebody who takes it."""
    for send in _sending:
        send()
