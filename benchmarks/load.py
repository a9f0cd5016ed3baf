"""Keeps some connections busy for some seconds and tells how long the answers took: by `wrk`, where it is installed.

Python's own generator needs a core to itself, which two workers on two cores do not leave to it.
"""

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

WRK = shutil.which("wrk")


@dataclass(frozen=True)
class Load:
    """What came back.

    Attributes:
        seconds: How long it went on.
        answers: How many came.
        failures: Answers whose status was not 200, and requests without an answer.
        p50: Seconds within which half of the requests was answered.
        p99: And nearly all.
    """

    seconds: float
    answers: int
    failures: int
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


def put_under_load(url: str, bodies: list[bytes], headers: dict[str, str], connections: int, seconds: float) -> Load:
    """Sends the bodies in turn over some connections, each waiting for its answer before it sends the next."""
    if WRK:
        return _wrk(url, bodies, headers, connections, seconds)
    return asyncio.run(_load(url, bodies, headers, connections, seconds))


SCRIPT = """
local requests, number = {}, 0
function init(arguments)
  for body in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, HEADERS, body)
  end
end
function request()
  number = number + 1
  return requests[number % #requests + 1]
end
function done(summary, latency)
  local errors = summary.errors
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('\\n{"seconds": %f, "answers": %d, "failures": %d, "p50": %f, "p99": %f}\\n',
    summary.duration / 1e6, summary.requests, errors.status + lost,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6))
end
"""


def _wrk(url: str, bodies: list[bytes], headers: dict[str, str], connections: int, seconds: float) -> Load:
    named = {"content-type": "application/json"} | headers
    table = ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in named.items())
    with tempfile.TemporaryDirectory() as folder:
        script, lines = Path(folder, "load.lua"), Path(folder, "bodies")
        script.write_text(SCRIPT.replace("HEADERS", f"{{{table}}}"), encoding="utf-8")
        lines.write_bytes(b"\n".join(bodies) + b"\n")
        command = [str(WRK), "--threads", "1", "--connections", str(connections), "--duration", f"{seconds:.0f}s"]
        command += ["--timeout", "30s", "--script", str(script), url, "--", str(lines)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Load(**json.loads(done.stdout.splitlines()[-1]))


async def _load(url: str, bodies: list[bytes], headers: dict[str, str], connections: int, seconds: float) -> Load:
    address = urlsplit(url)
    requests = [_request(address.path, address.netloc, body, headers) for body in bodies]
    latencies: list[float] = []
    failures = 0
    start = time.perf_counter()

    async def client(number: int) -> None:
        nonlocal failures
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        while (sent := time.perf_counter()) < start + seconds:
            number += connections
            writer.write(requests[number % len(requests)])
            status = await _answer(reader)
            latencies.append(time.perf_counter() - sent)
            failures += status != HTTPStatus.OK
        writer.close()

    await asyncio.gather(*(client(number) for number in range(connections)))
    latencies.sort()
    p50, p99 = (latencies[min(len(latencies) - 1, int(share * len(latencies)))] for share in (0.5, 0.99))
    return Load(time.perf_counter() - start, len(latencies), failures, p50, p99)


def _request(path: str, host: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = {"host": host, "content-type": "application/json", "content-length": str(len(body))} | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])
