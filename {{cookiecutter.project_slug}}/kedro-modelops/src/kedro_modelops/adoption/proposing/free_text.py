"""Texts that people have written, whose words say something, as against names of a few categories."""

from kedro_modelops.adoption.proposing.columns import Column

MANY, ROWS_A_VALUE = 500, 5
"""Different texts that a category may have at most, and rows that each has to have on average."""
WORDS, FEWEST_WORDS = 4, 2
"""Words of a free text on average at least, and of one that a person wants to keep."""
IDEOGRAMS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Of Chinese and Japanese, kana too: a word has about two."""
ABUGIDAS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Of Thai, Lao, Burmese and Khmer: a word has about four of their signs."""
UNSPACED = IDEOGRAMS + ABUGIDAS
WORD = rf"[{IDEOGRAMS}]{{2}}|[{ABUGIDAS}]{{4}}|(?<!\S)[^\s{UNSPACED}]*[^\W\d_{UNSPACED}][^\s{UNSPACED}]*"
"""What stands between spaces, with a letter in it; about a word, where the script has no spaces between words."""
COUNTED = 20_000
"""Texts in which words are counted."""


def is_wide(column: Column) -> bool:
    """Whether it is text of too many different values for a category."""
    return column.kind == "text" and column.distinct > max(20, min(MANY, len(column.known) / ROWS_A_VALUE))


def is_free_text(column: Column, *, kept: bool = False) -> bool:
    """Whether it is text of different sentences, or at least of some words where a person wants to keep it."""
    return is_wide(column) and not column.is_listed and words(column) >= (FEWEST_WORDS if kept else WORDS)


def words(column: Column) -> float:
    """How many words its texts have on average."""
    return float(column.known.head(COUNTED).str.count(WORD).mean())


def has_unspaced_script(column: Column) -> bool:
    """Whether most of its letters are of scripts without spaces between words."""
    known = column.known.head(COUNTED)
    return bool(2 * known.str.count(f"[{UNSPACED}]").sum() > known.str.count(rf"[^\W\d_]|[{ABUGIDAS}]").sum())
