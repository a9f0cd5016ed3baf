"""Rows that were computed here and there can be told apart, however many are hashed at once."""

from hashlib import blake2b

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.predictions.digests import FEW, find_changed, hash_rows, lines_of
from rows import computed

ROWS = 3 * FEW


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Columns of every kind, with nulls where they have some."""
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({"number": rng.normal(size=ROWS).astype("float32"), "count": np.arange(ROWS, dtype="int32")})
    text = pd.Series(rng.choice(["", "A", "Ärzte", "None", "nan"], ROWS), dtype=object)
    rows = rows.assign(text=text, kind=text.astype("category"), label=text.astype("string"), sure=rows["count"] > FEW)
    rows = rows.assign(maybe=rows["count"].astype("Int64"), time=pd.Timestamp("2013-11-03", tz="UTC").as_unit("us"))
    for name in ("number", "text", "kind", "label", "maybe", "time"):
        rows.loc[rows.sample(frac=0.2, random_state=len(name)).index, name] = None
    return rows


def test_a_row_has_the_same_digest_alone_and_among_thousands(table: pd.DataFrame) -> None:
    digests = hash_rows(table)
    assert len(set(digests)) == ROWS
    assert {len(digest) for digest in digests} == {16}
    assert [hash_rows(table[row : row + 1])[0] for row in range(ROWS)] == digests
    assert hash_rows(table[::-1]) == digests[::-1]
    assert hash_rows(table[:0]) == []


@pytest.mark.parametrize(
    "same",
    [
        lambda rows: rows.astype({"number": "float64", "count": "int64"}),
        lambda rows: rows[rows.columns[::-1]],
        lambda rows: rows.assign(text=rows["text"].where(rows["text"].notna(), None)),
        lambda rows: rows.set_index(np.arange(ROWS) + 7),
    ],
)
def test_equal_values_have_equal_digests(table: pd.DataFrame, same: object) -> None:
    assert hash_rows(same(table)) == hash_rows(table)  # type: ignore[operator]  # a lambda of a list of cases


def test_zeros_are_equal_and_so_are_all_floats_that_are_no_number() -> None:
    other = np.frombuffer(b"\x01\x00\x00\x00\x00\x00\xf8\xff")
    assert np.isnan(other).all()
    assert hash_rows(pd.DataFrame({"x": [0.0, np.nan]})) == hash_rows(pd.DataFrame({"x": [-0.0, other[0]]}))


@pytest.mark.parametrize("name", ["number", "count", "text", "kind", "label", "sure", "maybe", "time"])
def test_any_other_value_has_another_digest(table: pd.DataFrame, name: str) -> None:
    moved = table.assign(
        **{name: table[name].shift(1).astype(table[name].dtype) if name != "count" else table[name] + 1}
    )
    is_equal = (moved[name] == table[name]).fillna(value=False).astype(bool) | (moved[name].isna() & table[name].isna())
    assert (find_changed(moved, hash_rows(table)) == ~is_equal).all()
    renamed = table.rename(columns={name: "other"})
    assert find_changed(renamed, hash_rows(table)).all()


def test_values_that_change_places_make_another_row() -> None:
    assert hash_rows(pd.DataFrame({"a": [1], "b": [2]})) != hash_rows(pd.DataFrame({"a": [2], "b": [1]}))


def test_digests_that_earlier_versions_stored_still_say_what_has_changed() -> None:
    rows = computed().reset_index(drop=True)
    stored = [blake2b(line.encode(), digest_size=16).hexdigest() for line in lines_of(rows)]
    stored[::2] = hash_rows(rows)[::2]
    assert not find_changed(rows, stored).any()
    assert find_changed(rows.assign(distance=rows["distance"] + 1), stored).all()
    assert find_changed(rows, [*stored[:-1], "no digest"]).tolist() == [False] * (len(rows) - 1) + [True]
