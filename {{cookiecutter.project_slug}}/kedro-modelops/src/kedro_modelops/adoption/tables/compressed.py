"""Files that were compressed: read as what they hold."""

import bz2
import gzip
import lzma
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from tempfile import TemporaryDirectory

from kedro_modelops.errors import RefusedError

PROGRAMS: dict[str, Callable[[Path], BufferedIOBase]] = {
    ".gz": gzip.GzipFile,
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
}
ENDINGS = {*PROGRAMS, ".zip"}


@contextmanager
def decompressed(path: Path) -> Iterator[Path]:
    """The file itself or, of one that was compressed, what it holds, for as long as it is read.

    Raises:
        RefusedError: If it is damaged, or a ZIP file holds more than one file.
    """
    if path.suffix.lower() not in ENDINGS or not path.is_file():
        yield path
        return
    with TemporaryDirectory() as folder:
        yield _decompress(path, Path(folder))


def _decompress(path: Path, folder: Path) -> Path:
    try:
        return _from_zip(path, folder) if path.suffix.lower() == ".zip" else _from_stream(path, folder / path.stem)
    except (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile) as error:
        msg = f"{path} cannot be decompressed: {error}"
        raise RefusedError(msg) from error


def _from_stream(path: Path, target: Path) -> Path:
    with PROGRAMS[path.suffix.lower()](path) as packed, target.open("wb") as file:
        shutil.copyfileobj(packed, file)
    return target


def _from_zip(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as packed:
        names = [name for name in packed.namelist() if not name.endswith("/") and not name.startswith("__MACOSX")]
        if len(names) != 1:
            msg = f"{path} holds {len(names)} files: unpack it, and name the file or the folder"
            raise RefusedError(msg)
        return Path(packed.extract(names[0], folder))
