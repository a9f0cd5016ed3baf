"""The proxy lets clients go that do not finish what they send, and says in our words that nobody is ready."""

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from baking import ROOT
from images import free_port

CONFIG = ROOT / "{{cookiecutter.project_slug}}" / "deploy" / "compose" / "proxy" / "haproxy.cfg"
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")

ASKED = b"GET /servers;csv HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
"""What a deployment asks within the container of the proxy."""

pytestmark = pytest.mark.skipif(HAPROXY is None, reason="there is no haproxy here; its image is tried with the stack")


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[int]:
    """The port of a proxy with the project's configuration, but seconds for tens of them, and nobody behind it."""
    port = free_port()
    config = re.sub(r"(serve|canary):8080", "127.0.0.1:1", CONFIG.read_text("utf-8").replace(":8080\n", f":{port}\n"))
    (tmp_path / "proxy.cfg").write_text(re.sub(r"timeout http-request 10s", "timeout http-request 1s", config))
    command = [str(HAPROXY), "-db", "-f", str(tmp_path / "proxy.cfg")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(port))) == 0:
                    break
            time.sleep(0.05)
        yield int(port)
        process.terminate()


def answer(port: int, first: bytes, drip: bytes) -> bytes:
    """What somebody is told who sends `first`, and then only drips."""
    found = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(first)
        connection.settimeout(0.1)
        for _ in range(600):
            try:
                if drip:
                    connection.sendall(drip)
                part = connection.recv(10_000)
            except TimeoutError:
                continue
            except OSError:
                return found
            if not part:
                return found
            found += part
    pytest.fail("the connection is held for a minute")


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"P", b""),
        (b"POST /invocations HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"),
        (b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", b"x"),
    ],
)
def test_who_does_not_finish_a_request_is_let_go(proxy: int, first: bytes, drip: bytes) -> None:
    assert answer(proxy, first, drip).startswith(b"HTTP/1.1 408")


def test_that_nobody_is_ready_is_said_in_words_of_the_protocol(proxy: int) -> None:
    request = b"GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    head, _, body = answer(proxy, request, b"").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 1" in head.lower()
    assert json.loads(body)["error_code"] == "TEMPORARILY_UNAVAILABLE"


def test_a_deployment_is_told_which_servers_are_up(proxy: int) -> None:
    head, _, body = answer(proxy, ASKED, b"").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert re.search(rb"^predictions,serve1,.*,(UP|DOWN)", body, re.MULTILINE)
    assert re.search(rb"^predictions,canary,", body, re.MULTILINE)


def test_nobody_else_is_told(proxy: int) -> None:
    with socket.create_connection(("127.0.0.1", proxy), source_address=("127.0.0.2", 0), timeout=10) as other:
        other.sendall(ASKED)
        assert other.recv(100).startswith(b"HTTP/1.1 403")
