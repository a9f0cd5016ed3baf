"""A canary that fails changes nothing, whatever it fails at."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from kedro_modelops.release.deployment import canary, service
from kedro_modelops.release.deployment.canary import Trial
from kedro_modelops.release.programs import ReleaseError

GOLDEN = {"rows": [{"a": 1}, {"a": 2}], "outputs": ["late", "on time"], "probabilities": [[0.25, 0.75], [0.5, 0.5]]}
TRIAL = Trial(GOLDEN, "the-key", seconds=0)
RIGHT = {"predictions": GOLDEN["outputs"], "probabilities": GOLDEN["probabilities"]}
OLD, NEW = "serve@sha256:old", "serve@sha256:new"


@dataclass
class Service:
    """A prediction service.

    Attributes:
        answer: To requests with the right key.
        ready: Whether it takes requests.
        errors: Answers, of 100, that were errors.
        counter: Under which name it counts them.
    """

    answer: dict[str, Any] = field(default_factory=lambda: dict(RIGHT))
    ready: bool = True
    errors: int = 0
    counter: str = "prediction_service_http_requests_total"

    def respond(self, path: str, key: str) -> tuple[int, str]:
        """Status and content of its answer."""
        counts = {"200": 100 - self.errors, "503": self.errors}
        lines = [f'{self.counter}{{path="/invocations",status="{status}"}} {count}' for status, count in counts.items()]
        contents = {"/ready": '{"ready": true}', "/invocations": json.dumps(self.answer), "/metrics": "\n".join(lines)}
        if path == "/ready":
            return (200 if self.ready else 503), contents[path]
        return (200 if key == "Bearer the-key" else 401), contents[path]

    @contextmanager
    def running(self) -> Iterator[str]:
        """Its address, while it runs."""
        respond = self.respond

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                status, content = respond(self.path, self.headers["Authorization"])
                self.send_response(status)
                self.end_headers()
                self.wfile.write(content.encode())

            do_POST = do_GET  # noqa: N815  (http.server's name)

            def log_message(self, *_: object) -> None: ...

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()


@dataclass
class Place:
    """A target, which notes what it is asked.

    Attributes:
        services: The canary, and the service.
        serves: The image that serves.
        done: What it was asked.
    """

    services: dict[str, Service] = field(default_factory=lambda: {"canary": Service(), "serve": Service()})
    serves: str = OLD
    done: list[str] = field(default_factory=list)

    def current(self) -> str:
        return self.serves

    def start_canary(self, image: str, percent: int) -> None:
        self.done.append(f"canary {image} {percent}")

    def serve(self, image: str) -> None:
        self.done.append(f"serve {image}")

    def undo(self, image: str) -> None:
        self.done.append(f"undo {image}")

    @contextmanager
    def reach(self, part: str) -> Iterator[str]:
        with self.services[part].running() as url:
            yield url


def test_a_canary_that_does_well_takes_all_requests(capsys: pytest.CaptureFixture[str]) -> None:
    place = Place()
    canary.release(place, NEW, TRIAL)
    assert place.done == [f"canary {NEW} 10", f"serve {NEW}"]
    assert capsys.readouterr().out == f"{NEW} serves.\n"


FAULTS = {
    "another prediction": (
        Service(answer=RIGHT | {"predictions": ["late", "late"]}),
        "golden row 1 is answered with ('late', [0.5, 0.5]); when it was trained, with ('on time', [0.5, 0.5])",
    ),
    "another probability": (Service(answer=RIGHT | {"probabilities": [[0.25, 0.75], [0.5, 0.500001]]}), "golden row 1"),
    "fewer rows": (
        Service(answer={"predictions": ["late"], "probabilities": [[0.25, 0.75]]}),
        "2 golden rows are answered with 1 pred",
    ),
    "another form": (Service(answer={"error": "none"}), "'predictions'"),
    "errors": (Service(errors=3), "3 of 100 answers are errors; 2% may be"),
    "errors of an earlier image": (
        Service(errors=3, counter="requests_total"),
        "3 of 100 answers are errors; 2% may be",
    ),
    "not ready": (Service(ready=False), "it is not ready within 0 s"),
}


@pytest.mark.parametrize("part", ["canary", "serve"])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_fails_is_taken_back(
    part: str, fault: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service_, sentence = FAULTS[fault]
    if fault == "not ready":
        monkeypatch.setattr(service, "PATIENCE", 0)
    place = Place()
    place.services[part] = service_
    with pytest.raises(ReleaseError, match=f"{OLD} serves, as before"):
        canary.release(place, NEW, TRIAL)
    assert place.done[-1] == f"undo {OLD}"
    assert (f"serve {NEW}" in place.done) == (part == "serve")
    assert sentence in capsys.readouterr().out


def test_a_first_version_that_fails_leaves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    place = Place(serves="")
    with pytest.raises(ReleaseError, match="Nothing serves, as before"):
        canary.release(place, NEW, TRIAL._replace(key="another"))
    assert place.done[-1] == "undo "
    assert "401" in capsys.readouterr().out


def test_two_errors_of_a_hundred_may_be_and_rounding_too() -> None:
    place = Place()
    place.services["canary"].errors = 2
    place.services["canary"].answer = RIGHT | {"probabilities": [[0.25 + 1e-9, 0.75], [0.5, 0.5]]}
    canary.release(place, NEW, TRIAL)
    assert place.done[-1] == f"serve {NEW}"


def test_a_regression_has_no_probabilities() -> None:
    golden = {"rows": [{"a": 1}], "outputs": [1.5], "probabilities": [None]}
    canary.compare({"predictions": [1.5]}, golden)
    with pytest.raises(ReleaseError, match="golden row 0"):
        canary.compare({"predictions": [1.6]}, golden)


@pytest.mark.parametrize(("found", "refused"), [([[1.0, 2.0]], False), ([[1.0, 2.1]], True), (None, True)])
def test_intervals_are_those_of_the_training(found: object, refused: bool) -> None:
    golden = {"rows": [{"a": 1}], "outputs": [1.5], "probabilities": [None], "intervals": [[1.0, 2.0]]}
    answer = {"predictions": [1.5]} | ({"intervals": found} if found else {})
    with pytest.raises(ReleaseError, match="golden row 0") if refused else nullcontext():
        canary.compare(answer, golden)
    with pytest.raises(ReleaseError) if found else nullcontext():
        canary.compare(answer, golden | {"intervals": [None]})
