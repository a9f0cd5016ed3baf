"""Contracts of images, which Pillow reads; in a table, and in a request, an image is the base64 of its file."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, ClassVar

import pandas as pd
from pydantic import PositiveInt

from kedro_modelops.files.rules import FileRules


class ImageRules(FileRules, frozen=True):
    """Rules of files of images.

    Attributes:
        width: Pixels that an image has at least and at most.
        height: The same.
        modes: How Pillow calls its colours, such as L (grey) or RGB.
    """

    column: ClassVar[str] = "image"

    width: tuple[PositiveInt, PositiveInt]
    height: tuple[PositiveInt, PositiveInt]
    modes: tuple[str, ...]

    @property
    def longest(self) -> int:
        """Base64 writes four characters for three bytes."""
        return -(-self.sizes[1] // 3) * 4

    def fault(self, content: bytes, suffixes: Sequence[str]) -> str:
        """Why it cannot be read as an image, or is another one than expected."""
        from PIL import Image, UnidentifiedImageError  # noqa: PLC0415  (services without images do without it)

        kinds = sorted({Image.registered_extensions()[suffix] for suffix in suffixes})
        try:
            with Image.open(BytesIO(content), formats=kinds) as image:
                if unfit := self._unfit(image):
                    return unfit
                image.load()
        except UnidentifiedImageError:
            return f"is no image of the kind {' or '.join(kinds)}"
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            return f"cannot be read: {error}"
        return ""

    def __str__(self) -> str:
        """What is accepted, for those who are refused."""
        pixels = [f"{least:,} to {most:,} pixels {title}" for title, (least, most) in self._extents()]
        size = f"{self.sizes[0]:,} to {self.sizes[1]:,} bytes"
        return ", ".join([" or ".join(self.suffixes), " or ".join(self.modes), *pixels, size])

    def encode(self, content: bytes) -> str:
        """The base64 of a file."""
        return b64encode(content).decode()

    def decode(self, value: str) -> bytes:
        """The file of such a text; ValueError if it is none."""
        return b64decode(value, validate=True)

    def accepts(self, values: pd.Series) -> pd.Series:
        """Which values of a column, or of requests, are images that keep these rules."""
        return values.map(self._accepts).astype(bool)

    def blank(self) -> str:
        """An image that keeps the rules, of one colour: an example for documentation."""
        from PIL import Image  # noqa: PLC0415  (as above)

        file = BytesIO()
        image = Image.new(self.modes[0], (self.width[0], self.height[0]))
        image.save(file, Image.registered_extensions()[self.suffixes[0]])
        return self.encode(file.getvalue())

    def _accepts(self, value: str) -> bool:
        try:
            content = self.decode(value)
        except (binascii.Error, ValueError):
            return False
        return self.sizes[0] <= len(content) <= self.sizes[1] and not self.fault(content, self.suffixes)

    def _extents(self) -> Iterator[tuple[str, tuple[int, int]]]:
        yield from (("wide", self.width), ("high", self.height))

    def _unfit(self, image: Any) -> str:
        for pixels, (title, (least, most)) in zip(image.size, self._extents(), strict=True):
            if not least <= pixels <= most:
                return f"is {pixels:,} pixels {title}, where {least:,} to {most:,} are expected"
        known = " or ".join(self.modes)
        return "" if image.mode in self.modes else f"has the colours {image.mode}, where {known} is expected"
