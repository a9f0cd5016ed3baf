"""Contracts of files: each rule bites, and says which file breaks it."""

from pathlib import Path

import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.files.folder import LABELS, as_files, read_folder
from kedro_modelops.files.rules import TextRules

RULES = TextRules(at_least=3, suffixes=(".txt",), sizes=(2, 40))
TEXTS = {"ham/1.txt": "See you at noon", "ham/2.txt": "Grüße aus Köln\r\nbis bald", "spam/1.txt": "Win a prize"}


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder that keeps the rules."""
    for name, text in TEXTS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text.encode())
    return tmp_path


def broken(folder: Path) -> str:
    with pytest.raises(RefusedError) as refused:
        read_folder(folder, RULES)
    beginning, *lines, end = refused.value.message.splitlines()
    assert beginning.endswith("breaks the contract of its files:")
    assert end == "Correct the files or, if a rule is wrong, schemas.py."
    return "\n".join(lines)


def test_a_folder_is_a_table_with_a_row_for_each_file(texts: Path) -> None:
    (texts / ".gitignore").write_text("/ham")
    table = read_folder(texts, RULES)
    assert table.to_dict("list") == {
        "file": list(TEXTS),
        "text": [text.replace("\r", "") for text in TEXTS.values()],
        "label": ["ham", "ham", "spam"],
    }
    assert as_files(table, RULES) == {name: text.replace("\r", "").encode() for name, text in TEXTS.items()}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("spam/2.txt", "schön".encode("latin-1"), "spam/2.txt is no text in UTF-8: byte 4 is 0xf6"),
        ("spam/2.txt", b"a\0b", "spam/2.txt holds the character U+0000"),
        ("spam/2.txt", b" \n ", "spam/2.txt holds nothing but blanks"),
        ("spam/2.txt", b"x", "spam/2.txt has 1 bytes, where 2 to 40 are expected"),
        ("spam/2.txt", b"x" * 41, "spam/2.txt has 41 bytes, where 2 to 40 are expected"),
        ("spam/2.txt", b"Win a prize", "spam/2.txt is the same as spam/1.txt"),
        ("spam/2.png", b"Win a price", "spam/2.png ends in .png, where .txt is expected"),
        ("2.txt", b"Win a price", "2.txt lies in no sub-folder"),
    ],
)
def test_a_file_that_breaks_a_rule_is_named(texts: Path, name: str, content: bytes, told: str) -> None:
    (texts / name).write_bytes(content)
    assert told in broken(texts)


def test_too_few_files_are_refused(texts: Path) -> None:
    (texts / "ham" / "1.txt").unlink()
    assert "it holds 2 files, where 3 are expected at least" in broken(texts)
    for path in texts.rglob("*.txt"):
        path.unlink()
    assert "it holds 0 files" in broken(texts)


def test_labels_in_a_table_belong_to_just_the_files_that_are_there(texts: Path) -> None:
    known = pd.DataFrame({"file": list(TEXTS), "stars": [1, 2, 3]})
    known.to_parquet(texts / LABELS)
    table = read_folder(texts, RULES)
    assert table["stars"].tolist() == [1, 2, 3]
    assert "label" not in table
    assert set(as_files(table, RULES)) == {*TEXTS, LABELS}
    pd.concat([known[1:], known[1:2], pd.DataFrame({"file": ["gone.txt"], "stars": [4]})]).to_parquet(texts / LABELS)
    told = broken(texts)
    assert "ham/1.txt lies in no sub-folder, and labels.parquet has no row of it" in told
    assert "ham/2.txt is in labels.parquet twice" in told
    assert "gone.txt is in labels.parquet, but is not there" in told


def test_a_long_list_of_faults_is_cut(texts: Path) -> None:
    for number in range(30):
        (texts / "ham" / f"{number:02d}.bin").write_bytes(b"..")
    assert broken(texts).splitlines()[-1] == "  - and 10 more"
