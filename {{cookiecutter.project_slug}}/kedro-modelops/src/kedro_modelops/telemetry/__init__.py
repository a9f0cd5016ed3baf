"""Traces, metrics and logs of the service and of Kedro runs for any collector, by OpenTelemetry."""
