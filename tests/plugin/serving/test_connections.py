"""Nobody holds a connection for ever, and who does nothing wrong is not cut off."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from kedro_modelops.serving.connections import limited_to

LARGE = b"x" * 1_000_000
PING = b"GET /ping HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"


async def answer(scope: Any, _: Any, send: Any) -> None:
    """Answers at once, without reading a body."""
    body = LARGE if scope["path"] == "/large" else b"ok"
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        settings: dict[str, Any] = {"ws": "none", "lifespan": "off", "log_config": None, "timeout_keep_alive": 60}
        server = uvicorn.Server(uvicorn.Config(answer, http=limited_to(0.5), **settings))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


@pytest.mark.parametrize(
    ("first", "drip", "answered"),
    [
        (b"", b"", False),
        (b"", b"\r\n", False),
        (b"G", b"", False),
        (PING, b"X", False),
        (PING, b"X: y\r\n", False),
        (PING + b"\r\n", b"\r\n", True),
        (PING + b"\r\n" + PING, b"X", True),
        (POST, b"x", True),
    ],
)
def test_who_only_drips_is_cut_off(port: int, first: bytes, drip: bytes, *, answered: bool) -> None:
    with connect(port) as connection:
        connection.sendall(first)
        if answered:
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        connection.settimeout(0.05)
        for _ in range(1000):
            with contextlib.suppress(TimeoutError):
                try:
                    connection.sendall(drip)
                    if not connection.recv(1000):
                        break
                except ConnectionError:
                    break
        else:
            pytest.fail("the connection is still held")


def ask_without_reading(connection: socket.socket) -> None:
    connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
    for _ in range(600):
        time.sleep(0.1)
        connection.sendall(b"\r\n")


def test_who_does_not_read_is_cut_off(port: int) -> None:
    with connect(port) as connection, pytest.raises(OSError, match=r"reset|pipe|aborted"):
        ask_without_reading(connection)


def test_who_pauses_between_requests_is_not_cut_off(port: int) -> None:
    with connect(port) as connection:
        for _ in range(3):
            connection.sendall(PING + b"\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
            time.sleep(1)
