"""What a collector gets of a Kedro run: a trace, with a span for each node, and what has failed."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from collector import Collector
from processes import environment_of

NODES = {"index_weather", "build_features", "split_train_test", "sample_requests"}
CALLERS_TRACE, CALLERS_SPAN = "4b" * 16, "f0" * 8
PERSON = "jane.doe@example.com"
FAILING = f"""
from functools import wraps
from pathlib import Path


def failing(node):
    @wraps(node)
    def fail(*arguments):
        if Path("fails").exists():
            raise ValueError("{PERSON}")
        return node(*arguments)
    return fail


split_train_test = failing(split_train_test)
"""
"""A node that fails while there is a file `fails`."""
RUNS = """
import sys
from pathlib import Path

from click.testing import CliRunner
from kedro.framework.cli.cli import KedroCLI

for _ in sys.stdin:
    result = CliRunner().invoke(KedroCLI(Path.cwd()), ["run", "--env", "ci", "--pipelines=data_processing"])
    print(result.exit_code, flush=True)
"""
"""Runs a pipeline for each line, in one process, which imports all that it takes once."""

Run = Callable[[], str]


@pytest.fixture
def run(project: Path, collector: Collector) -> Iterator[Run]:
    """Runs a pipeline, in which a node can fail, and gives the exit code; a CI job has begun the trace."""
    (nodes,) = project.glob("src/*/pipelines/data_processing/nodes.py")
    nodes.write_text(nodes.read_text() + FAILING)
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "TRACEPARENT": f"00-{CALLERS_TRACE}-{CALLERS_SPAN}-01"}
    command, environment, pipe = [sys.executable, "-c", RUNS], environment_of(project) | settings, subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:

        def begin() -> str:
            assert process.stdin
            assert process.stdout
            process.stdin.write("\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield begin


def test_a_run_is_a_trace_of_its_nodes_whatever_becomes_of_it_or_of_the_collector(
    run: Run, project: Path, collector: Collector
) -> None:
    assert run() == "0"
    (project / "fails").touch()
    assert run() == "1"
    good, bad = [span for span in collector.spans() if span.name == "kedro run"]
    assert {span.trace for span in collector.spans()} == {CALLERS_TRACE}
    assert (good.parent, good.failed, bad.failed) == (CALLERS_SPAN, False, True)
    nodes = [span for span in collector.spans() if span.parent == good.id]
    assert {(node.name, node.failed) for node in nodes} == {(name, False) for name in NODES}
    assert all(good.times[0] <= node.times[0] <= node.times[1] <= good.times[1] for node in nodes)
    (failed,) = [node for node in collector.spans() if node.parent == bad.id and node.failed]
    assert failed.name == "split_train_test"
    assert {span.attributes["error.type"] for span in (bad, failed)} == {"ValueError"}
    assert all(PERSON.encode() not in body for path, body in collector.bodies if path == "/v1/traces")
    assert {line["trace"] for line in collector.lines() if "build_features" in line["body"]} == {CALLERS_TRACE}
    assert collector.services() == {"pipelines"}

    (project / "fails").unlink()
    collector.shutdown()
    collector.server_close()
    assert run() == "0"
