"""Folders of texts or images: each file is a row; its sub-folder, or a row of `labels.csv`, says what is known."""

import math
from collections.abc import Iterable, Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pandas as pd
from PIL import Image

from kedro_modelops.errors import RefusedError
from kedro_modelops.files.folder import FILE, read_files, refuse_broken, unlabelled
from kedro_modelops.files.images import ImageRules
from kedro_modelops.files.rules import FileRules, TextRules

TEXTS, IMAGES = (".txt", ".md"), (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
LABELS = "labels.csv"
FEWEST_DRAWN = 300
"""Files that are drawn for the tests, where there are so many."""


class Files(NamedTuple):
    """Files of a folder, each of which is there once.

    Attributes:
        contents: By path.
        rules: That they keep.
        repeated: Paths of others, which repeat one of them.
    """

    contents: Mapping[str, bytes]
    rules: FileRules
    repeated: tuple[str, ...]


def holds_files(folder: Path) -> bool:
    """Whether the files of a folder are rows, rather than tables."""
    if (folder / LABELS).is_file():
        return True
    entries = [entry for entry in folder.iterdir() if not entry.name.startswith((".", "_"))]
    inner = (file for entry in entries if entry.is_dir() for file in entry.rglob("*") if file.is_file())
    return not any(entry.is_file() for entry in entries) and any(
        file.suffix.lower() in {*TEXTS, *IMAGES} for file in inner
    )


def load_files(folder: Path) -> Files:
    """The files of a folder, but for those that repeat another one.

    Raises:
        RefusedError: If one cannot be read; it names all of them.
    """
    contents = read_files(folder, besides=[LABELS])
    if not contents:
        msg = f"{folder} holds no files beside {LABELS}"
        raise RefusedError(msg)
    once = {sha256(content).hexdigest(): path for path, content in reversed(contents.items())}
    first = set(once.values())
    different = {path: content for path, content in contents.items() if path in first}
    rules = _rules_of(different)
    refuse_broken(folder, list(rules.broken(different)))
    return Files(different, rules, tuple(contents.keys() - first))


def check_labels(folder: Path, files: Files, labels: pd.DataFrame) -> pd.DataFrame:
    """The rows of `labels.csv` that are of files which are kept.

    Raises:
        RefusedError: If it has no column `file`, or not just one row for each file.
    """
    if FILE not in labels:
        msg = f"{folder / LABELS} has no column `{FILE}`, which names the file of each row"
        raise RefusedError(msg)
    refuse_broken(folder, unlabelled([*files.contents, *files.repeated], labels.astype({FILE: str}), LABELS))
    return labels[labels[FILE].isin(files.contents)].reset_index(drop=True)


def _rules_of(files: Mapping[str, bytes]) -> FileRules:
    """Rules that files keep which are alike: limits with a margin, in round numbers."""
    found = {PurePosixPath(path).suffix.lower() for path in files}
    largest = max(map(len, files.values()))
    shared: dict[str, Any] = {"at_least": max(1, min(len(files), FEWEST_DRAWN) // 2)}
    shared |= {"sizes": (1, int(10 ** math.ceil(math.log10(2 * max(largest, 1)))))}
    if images := tuple(sorted(found & {*IMAGES})):
        seen = {path: content for path, content in files.items() if path.lower().endswith(images)}
        return ImageRules(suffixes=images, **shared, **_shapes(seen.values()))
    return TextRules(suffixes=tuple(sorted(found & {*TEXTS})) or TEXTS, **shared)


def _shapes(images: Iterable[bytes]) -> dict[str, Any]:
    """Limits of width and height, exact where all images have the same, and how Pillow calls their colours."""
    widths, heights, modes = {1}, {1}, {"L"}
    if known := [shape for shape in map(_shape, images) if shape]:
        widths, heights, modes = ({*values} for values in zip(*known, strict=True))
    return {"width": _limits(widths), "height": _limits(heights), "modes": tuple(sorted(modes))}


def _limits(pixels: set[int]) -> tuple[int, int]:
    return (min(pixels), max(pixels)) if len(pixels) == 1 else (1, 2 * max(pixels))


def _shape(content: bytes) -> tuple[int, int, str] | None:
    """Width, height and colours of an image; None of what is none, which its rules tell."""
    try:
        with Image.open(BytesIO(content)) as image:
            return image.width, image.height, image.mode
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
