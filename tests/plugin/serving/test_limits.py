"""What is too much, too slow or no sense gets an answer of its own, in bounded memory."""

import contextlib
import gzip
import itertools
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any
from urllib.parse import urlsplit

import pytest
from service import Server, Start

Row = dict[str, Any]
MEGABYTE = 1_000_000


def send(server: Server, body: Any, **headers: str) -> Any:
    return server.session.post(
        f"{server.url}/invocations", data=body, headers={"Content-Type": "application/json"} | headers
    )


def head(server: Server, *headers: str) -> bytes:
    """The first lines of a request whose body is still to come."""
    lines = [
        "POST /invocations HTTP/1.1",
        f"Host: {urlsplit(server.url).netloc}",
        "Content-Type: application/json",
        f"Authorization: {server.session.headers['Authorization']!s}",
        *headers,
    ]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def chunks(total: int) -> Iterator[bytes]:
    yield from itertools.repeat(b"[" * MEGABYTE, total // MEGABYTE)


def million_rows(plan: Row) -> Iterator[bytes]:
    yield b'{"dataframe_records": ['
    yield from itertools.repeat(f"{json.dumps(plan)},".encode() * 1000, 1000)
    yield b"]}"


def test_huge_bodies_are_refused_in_bounded_memory(start: Start, plan: Row) -> None:
    server = start()
    server.ask(plan)
    memory = server.process.memory_info
    before = memory().rss
    assert send(server, b" " * 100 * MEGABYTE).status_code == 413
    assert send(server, chunks(100 * MEGABYTE)).status_code == 413
    assert send(server, million_rows(plan)).status_code == 413
    assert send(server, b"[" * (MEGABYTE - 1)).status_code == 422
    assert send(server, b'{"dataframe_records": [' + b"1," * 400_000 + b"1]}").status_code == 422
    assert send(server, json.dumps({"dataframe_records": [{str(n): 0 for n in range(50_000)}]})).status_code == 422
    assert memory().rss < before + 150 * MEGABYTE
    assert server.ask(plan).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b'{"inputs": []}',
        b'{"dataframe_records": []}',
        b'{"dataframe_records": {}}',
        b'{"dataframe_records": [1]}',
        b'{"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}}',
        b'{"dataframe_split": {"columns": [], "data": []}}',
        b'{"dataframe_split": {"columns": [1], "data": [[1]]}}',
        b'{"dataframe_records": [], "instances": []}',
        b'{"dataframe_records": [{}], "params": {"probabilities": "yes"}}',
        b'{"dataframe_records": [{}], "params": {"temperature": 1}}',
        b"\xff\xfe",
        b"[" * 10_000,
        b'{"dataframe_records": ' + b"[" * 10_000,
    ],
)
def test_what_is_no_request_is_told_so(server: Server, body: bytes) -> None:
    response = send(server, body)
    assert response.status_code == 422
    assert response.json()["errors"]


@pytest.mark.parametrize(
    "kind",
    [
        "text/csv",
        "",
        "json",
        "application/json; charset=latin-1",
        'application/json; charset="utf-16"',
        "application/jsonlines",
    ],
)
def test_only_json_is_read(server: Server, kind: str) -> None:
    assert send(server, b"{}", **{"Content-Type": kind}).status_code == 415


@pytest.mark.parametrize(
    "kind",
    [
        'application/json; charset="utf-8"',
        "Application/JSON;CHARSET=UTF-8",
        "application/json ; profile=x; charset=utf8",
        "application/json;",
        'application/json; profile="a;b"',
    ],
)
def test_json_is_json_however_it_is_called(server: Server, plan: Row, kind: str) -> None:
    body = json.dumps({"dataframe_records": [plan]})
    assert send(server, body, **{"Content-Type": kind}).status_code == 200
    assert send(server, b"\xef\xbb\xbf" + body.encode()).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
def test_a_compressed_body_is_refused_with_a_sentence(server: Server, plan: Row, encoding: str) -> None:
    body = gzip.compress(json.dumps({"dataframe_records": [plan]}).encode())
    response = send(server, body, **{"Content-Encoding": encoding})
    assert response.status_code == 415
    assert response.headers["accept-encoding"] == "identity"
    assert "Content-Encoding" in response.json()["message"]
    plain = send(server, json.dumps({"dataframe_records": [plan]}), **{"Content-Encoding": "identity"})
    assert plain.status_code == 200


def test_a_client_that_hangs_up_is_no_fault_of_the_service(server: Server, plan: Row) -> None:
    address = urlsplit(server.url)
    before = len(server.log())
    for length in (100, 0):
        with socket.create_connection((address.hostname, address.port), timeout=600) as connection:
            connection.sendall(head(server, f"Content-Length: {length}" if length else "Transfer-Encoding: chunked"))
            connection.sendall(b"{" if length else b"1\r\n{\r\n")
            time.sleep(0.2)
    while len(lines := server.log()[before:]) < 2:
        time.sleep(0.05)
    assert [line.get("status") for line in lines] == [499, 499]
    assert {line["level"] for line in lines} == {"INFO"}
    assert 'path="/invocations",status="500"' not in server.session.get(f"{server.url}/metrics").text
    assert server.ask(plan).status_code == 200


def test_a_request_with_too_many_rows_is_refused(start: Start, plan: Row) -> None:
    server = start(max_rows=2)
    assert server.ask(plan, plan).status_code == 200
    assert "at most 2" in server.ask(plan, plan, plan).json()["message"]


def test_when_too_much_waits_callers_are_told_to_come_again(start: Start, plan: Row) -> None:
    server = start(max_waiting_rows=1, batch_rows=1)
    responses: list[Any] = []
    with ThreadPoolExecutor(16) as pool:
        while 503 not in {response.status_code for response in responses}:  # until so many wait at once
            responses += [answer.result() for answer in [pool.submit(server.ask, plan) for _ in range(64)]]
    assert {response.status_code for response in responses} == {200, 503}
    assert {response.headers["retry-after"] for response in responses if response.status_code == 503} == {"1"}


def test_a_request_that_takes_too_long_is_given_up(start: Start, plan: Row) -> None:
    server = start(timeout_seconds=0.001)
    assert server.ask(plan).status_code in {408, 504}


def test_a_body_that_does_not_come_is_given_up(start: Start) -> None:
    server = start(timeout_seconds=0.5)
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=600) as connection:
        connection.sendall(head(server, "Content-Length: 100") + b"{")
        assert connection.recv(1000).startswith(b"HTTP/1.1 408")


def test_what_was_accepted_is_finished_when_the_service_is_stopped(start: Start, plan: Row) -> None:
    server = start()
    server.ask(plan)
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(server.ask, *[plan] * 500) for _ in range(8)]
        wait(answers, return_when=FIRST_COMPLETED)  # by then, others wait
        server.stop()
        arrived = [answer for answer in answers if not isinstance(answer.exception(), OSError)]
    assert arrived
    assert {answer.result().status_code for answer in arrived} == {200}
    with socket.socket() as probe:
        assert probe.connect_ex((urlsplit(server.url).hostname, urlsplit(server.url).port)) != 0


def test_headers_that_do_not_end_hold_no_connection(start: Start, plan: Row) -> None:
    server = start(header_seconds=0.5)
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=600) as connection:
        connection.sendall(b"POST /invocations HTTP/1.1\r\nHost: x\r\nX: ")
        with contextlib.suppress(ConnectionError):
            assert connection.recv(100) == b""
    assert server.ask(plan).status_code == 200
