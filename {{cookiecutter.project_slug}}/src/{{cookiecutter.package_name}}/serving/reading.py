"""Reads the bodies of requests in bounded memory."""

import asyncio

from fastapi import Request

from .answers import UnansweredError


async def read_body(request: Request, most_bytes: int, seconds: float) -> bytes:
    """Reads a body of JSON.

    What is too large is read to its end, but not kept: a client that is cut off while it sends does not see the answer.

    Args:
        request: Whose body.
        most_bytes: How large it may be.
        seconds: How long it may take.

    Raises:
        UnansweredError: With status 408, 413 or 415.
    """
    kind, _, charset = request.headers.get("content-type", "").lower().partition(";")
    if kind.strip() != "application/json" or charset.strip() not in {"", "charset=utf-8"}:
        raise UnansweredError(415)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                size += len(part)
                parts.append(part)
                if size > most_bytes:
                    parts.clear()
    except TimeoutError as error:
        raise UnansweredError(408) from error
    if size > most_bytes:
        raise UnansweredError(413, f"The body has {size} bytes; {most_bytes} are allowed")
    return b"".join(parts)
