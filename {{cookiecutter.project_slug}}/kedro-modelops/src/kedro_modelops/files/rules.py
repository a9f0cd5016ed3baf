"""Contracts of files: how many there are, how they end, how large they are, that each can be read and is there once."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import ClassVar

from pydantic import BaseModel, PositiveInt


class FileRules(BaseModel, ABC, extra="forbid", frozen=True):
    """Rules of all files of a folder.

    Attributes:
        column: Of the table, which holds what is in the files.
        at_least: How many files there are.
        suffixes: How their names end, in small letters.
        sizes: Bytes that a file has at least and at most.
    """

    column: ClassVar[str]

    at_least: PositiveInt
    suffixes: tuple[str, ...]
    sizes: tuple[PositiveInt, PositiveInt]

    @property
    @abstractmethod
    def longest(self) -> int:
        """Characters that a value has at most."""

    @abstractmethod
    def fault(self, content: bytes, suffixes: Sequence[str]) -> str:
        """Why a file of such a name cannot be read, or has the wrong form; empty if it is as it has to be."""

    @abstractmethod
    def encode(self, content: bytes) -> str:
        """What is in a file, as a value of the table and of a request in JSON."""

    @abstractmethod
    def decode(self, value: str) -> bytes:
        """The file of such a value."""

    def broken(self, files: Mapping[str, bytes]) -> Iterator[str]:
        """Sentences on what breaks the rules.

        Args:
            files: Contents by path.
        """
        if len(files) < self.at_least:
            yield f"it holds {len(files):,} files, where {self.at_least:,} are expected at least"
        first: dict[str, str] = {}
        for path, content in files.items():
            same = first.setdefault(hashlib.sha256(content).hexdigest(), path)
            if fault := self._of_file(path, content) or (f"is the same as {same}" if same != path else ""):
                yield f"{path} {fault}"

    def _of_file(self, path: str, content: bytes) -> str:
        suffix, (least, most) = PurePosixPath(path).suffix.lower(), self.sizes
        if suffix not in self.suffixes:
            return f"ends in {suffix or 'nothing'}, where {' or '.join(self.suffixes)} is expected"
        if not least <= len(content) <= most:
            return f"has {len(content):,} bytes, where {least:,} to {most:,} are expected"
        return self.fault(content, (suffix,))


class TextRules(FileRules, frozen=True):
    """Rules of files of text, in UTF-8."""

    column: ClassVar[str] = "text"

    @property
    def longest(self) -> int:
        """No character has less than a byte."""
        return self.sizes[1]

    def fault(self, content: bytes, suffixes: Sequence[str]) -> str:
        """Why it is no text."""
        try:
            text = self.encode(content)
        except UnicodeDecodeError as error:
            return f"is no text in UTF-8: byte {error.start + 1:,} is {content[error.start]:#04x}"
        if "\0" in text:
            return "holds the character U+0000, which no text does"
        return "" if text.strip() else "holds nothing but blanks"

    def encode(self, content: bytes) -> str:
        """The text, without a mark of its encoding; lines end as Python's do."""
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")

    def decode(self, value: str) -> bytes:
        """The text in UTF-8."""
        return value.encode()
