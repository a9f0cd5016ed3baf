"""What is told when a run has ended: what came out of it, and what to type next."""

from collections.abc import Collection, Iterator
from pathlib import Path

from kedro.config import AbstractConfigLoader
from kedro.framework.context import KedroContext
from kedro.io import DataCatalog

from kedro_modelops.sessions.local_copies import address
from kedro_modelops.sessions.outputs import location


def summarize_run(made: Collection[str], catalog: DataCatalog, context: KedroContext) -> Iterator[str]:
    """Lines about a training or a look at a window; none about what tells enough by its nodes.

    Args:
        made: Names of what the run has made.
        catalog: Where it lies.
        context: Of the project.
    """
    project = Path(context.project_path)
    if "gates" in made and catalog.exists("gates"):
        yield from _training(made, catalog, context.config_loader)
        yield f"Report: {_place(catalog, 'report', project)} (open it in a browser)"
        yield f"Next: {_next_step('registered_version' in made, catalog)}"
    elif "monitoring" in made and catalog.exists("monitoring"):
        found = catalog.load("monitoring")
        alerts = [signal for signal in found["signals"] if signal["verdict"] == "alert"]
        yield f"\nVersion {found['version']}, {found['window']}: {found['state']}, {len(alerts)} alerts"
        yield from (f"  {signal['name']}: {signal['sentence']}" for signal in alerts)
        yield f"Page: {_place(catalog, 'monitoring_page', project)} (open it in a browser)"


def _training(made: Collection[str], catalog: DataCatalog, config: AbstractConfigLoader) -> Iterator[str]:
    from kedro_modelops.registry.summary import champion_metrics, held_out  # noqa: PLC0415  (MLflow takes seconds)

    metrics, gates = catalog.load("metrics"), catalog.load("gates")
    name, target = config["catalog"]["registered_version"]["name"], config["parameters"]["problem"]["target"]
    serving, before = champion_metrics(name)
    version = catalog.load("registered_version")["version"] if "registered_version" in made else None
    yield f"\n{name}, version {version}, is registered" if version else f"\n{name}: nothing is registered by this run"
    yield f"On {metrics['test_rows']:,} held-out rows" + (f", beside champion {serving}:" if serving else ":")
    told = [(metric, value, before.get(f"test_{metric.scorer}")) for metric, value in held_out(metrics, target)]
    wide = max((len(metric.title) for metric, *_ in told), default=0)
    for metric, value, was in told:
        beside = "" if was is None else f"  (champion {metric.tell(was)}, {metric.change(value - was)})"
        yield f"  {metric.title:{wide}}  {metric.tell(value)}{beside}"
    for kind in ("failed", "not_judged", "switched_off"):
        if gates[kind]:
            yield f"Gates {kind.replace('_', ' ')}: {', '.join(gates[kind])}"
    if not gates["failed"]:
        yield f"Gates passed: {sum(gate['verdict'] == 'passed' for gate in gates['gates'])} of {len(gates['gates'])}"


def _next_step(registered: bool, catalog: DataCatalog) -> str:
    if not registered:
        return "kedro run --pipelines=registration registers it"
    version = catalog.load("registered_version")["version"]
    return f"kedro model promote {version} --to production; make serve answers requests; make ui shows the run"


def _place(catalog: DataCatalog, name: str, project: Path) -> str:
    place = location(catalog[name])
    return str(place.relative_to(project)) if place and place.is_relative_to(project) else address(catalog[name])
