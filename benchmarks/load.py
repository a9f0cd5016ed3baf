"""A small load generator: keeps some connections busy for some seconds and tells how long the answers took."""

import asyncio
import time
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Load:
    """What came back.

    Attributes:
        seconds: How long it went on.
        latencies: Seconds of each answer, sorted.
        failures: Answers whose status was not 200.
    """

    seconds: float
    latencies: list[float]
    failures: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Seconds within which this share of the requests was answered."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


def put_under_load(url: str, bodies: list[bytes], headers: dict[str, str], connections: int, seconds: float) -> Load:
    """Sends the bodies in turn over some connections, each waiting for its answer before it sends the next."""
    return asyncio.run(_load(url, bodies, headers, connections, seconds))


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
    return Load(time.perf_counter() - start, sorted(latencies), failures)


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
