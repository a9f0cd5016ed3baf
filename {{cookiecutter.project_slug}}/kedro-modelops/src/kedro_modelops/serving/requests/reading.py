"""Reads the bodies of requests in bounded memory."""

import asyncio
from email.message import Message
from functools import lru_cache

from fastapi import Request

from kedro_modelops.serving.answers import UnansweredError

PLAIN = {"accept-encoding": "identity"}


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
    if not _is_json(request.headers.get("content-type", "")):
        raise UnansweredError(415)
    if ",".join(request.headers.getlist("content-encoding")).strip().lower() not in {"", "identity"}:
        raise UnansweredError(415, "The body is compressed (Content-Encoding); send it as it is", PLAIN)
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


@lru_cache(64)
def _is_json(content_type: str) -> bool:
    """Whether a content type means JSON in UTF-8, in whatever case, order and quotes its parameters stand."""
    header = Message()
    header["content-type"] = content_type
    return header.get_content_type() == "application/json" and header.get_content_charset("utf-8") in {"utf-8", "utf8"}
