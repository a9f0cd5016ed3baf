"""What identifies a person is found by name and by content; what only sounds like it is not."""

from typing import Any

import pandas as pd
import pytest
from kedro_modelops.adoption.judging.samples import draw_sample
from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.personal_data import personal, words_of
from tables import customers, taken


@pytest.mark.parametrize(
    ("name", "values", "what"),
    [
        ("E-Mail", ["x", "y"], "an e-mail address"),
        ("contact", ["a@b.org", "c.d@e-f.co.uk"], "an e-mail address"),
        ("phoneNumber", ["1", "2"], "a telephone number"),
        ("reach", ["+49 30 1234567", "(030) 1234-5678"], "a telephone number"),
        ("What is your full name?", ["Li", "Li"], "a name"),
        ("full name", ["Anna Müller", "Jo Ångström"] * 30, "a name"),
        ("LastName", ["Li", "Li"], "a name"),
        ("Prénom", ["Li", "Li"], "a name"),
        ("Straße", ["x", "y"], "an address"),
        ("Name", ["Braund, Mr. Owen", "Heikkinen, Miss. Laina"], "a name"),
        ("who", ["Ada Lovelace", "Grace Hopper"], "a name"),
        ("dob", ["x", "y"], "a date of birth"),
        ("ssn", [123456789, 987654321], "a number of a document or account"),
        ("number", ["123-45-6789", "987-65-4321"], "a number of a document or account"),
        ("host", ["10.0.0.1", "192.168.1.17"], "an address"),
        ("user_id", [1, 2], "an id of a person"),
        ("customerNumber", [1, 2], "an id of a person"),
        ("product_name", ["table", "chair"], None),
        ("name", ["a", "b"] * 30, None),
        ("address_count", [1, 2], None),
        ("email_sent", [1, 0], None),
        ("email", ["yes", "no"] * 30, None),
        ("mobile", [1, 0] * 30, None),
        ("order_id", [1, 2], None),
        ("amount", [1.5, 2.5], None),
        ("date", ["2024-01-01", "2024-01-02"], None),
        ("city", ["New York", "Los Angeles"] * 30, None),
    ],
)
def test_by_name_and_by_content(name: str, values: list[Any], what: str | None) -> None:
    assert personal(Column(name, pd.Series(values))) == what


def test_names_are_taken_apart() -> None:
    assert [words_of(name) for name in ("CustomerID", "customer id", "customer-ID2", "IPAddress")] == [
        "customer_id",
        "customer_id",
        "customer_id2",
        "ip_address",
    ]


def test_rows_for_the_tests_identify_nobody() -> None:
    found = taken(customers(2000), target="churned")
    sample = draw_sample(found, 300, 0)
    for name in found.personal:
        assert not set(sample[name]) & set(found.columns[name].content), name
    assert sample["customer_id"].is_unique
    assert 280 <= len(sample) <= 320
    assert set(sample["churned"]) == {"yes", "no"}
