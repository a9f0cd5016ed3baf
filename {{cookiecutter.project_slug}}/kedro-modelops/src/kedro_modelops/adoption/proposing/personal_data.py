"""Columns that identify a person: by what they are called, and by what stands in them."""

import re

from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.tables.column_names import without_accents

PEOPLE = (
    "account|applicant|borrower|citizen|client|contact|customer|employee|guest|individual|learner|member|participant|"
    "passenger|patient|person|pupil|respondent|staff|student|subject|subscriber|user|visitor"
)
NAMES = {
    "a name": rf"(first|last|full|given|family|middle|sur|nick|maiden|user|{PEOPLE})_?name|name|"
    "vorname|nachname|nom|prenom|apellidos?|nombre",
    "an e-mail address": r"e_?mail(_?addr(ess)?)?|mail|correo",
    "a telephone number": r"(tele)?phone(_?(number|no|nr))?|mobile(_?(number|no|nr))?|tel|telefon|fax|handy",
    "an address": r"(street|postal|home|billing)?_?address|street|strasse|adresse|ip(_?addr(ess)?)?",
    "a number of a document or account": r"ssn|(social_security|passport|credit_card)(_?(number|no))?|iban|"
    r"tax_?id|nhs_?number|driver_?licen[cs]e|national_?id",
    "a date of birth": r"dob|birth_?(date|day)|date_?of_?birth|geburtsdatum",
}
"""What a column of such a name holds; prefixes and suffixes of other words are no matter."""
CONTENTS = {
    "an e-mail address": r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}",
    "a telephone number": r"(?=(?:.*\d){8})(?:\+|00|\()[\d\s()./-]{7,20}|\d{3}[-. ]\d{3}[-. ]\d{4}",
    "a number of a document or account": r"\d{3}-\d{2}-\d{4}|[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?",
    "an address": r"(?:\d{1,3}\.){3}\d{1,3}",
}
FULL_NAME = "(?:[A-ZÀ-Þ][\\w'\u2019.-]+[ ,]+){1,3}[A-ZÀ-Þ][\\w'\u2019-]+\\.?"
MOST, MOSTLY_DIFFERENT = 0.8, 0.5
"""Shares of rows in which a form is found, and of different values among names."""
MANY_IDS = 10
"""People that a column without an id's name has to tell apart, as the `student` of another table is yes or no."""
ID = re.compile(r"(^|_)(id|ids|uuid|guid|key|identifier|ident|number|no|nr|num|code|ref|reference)$", re.ASCII)


def words_of(name: str) -> str:
    """A name in small letters of ASCII, its words joined by `_`: `CustomerID` is `customer_id`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", without_accents(name))
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def names_an_id(name: str) -> bool:
    """Whether a column of this name tells rows, or what they are about, apart."""
    return bool(ID.search(words_of(name)))


def is_id_of_person(column: Column) -> bool:
    """Whether it does so for people: by an id's name or, where it holds many whole numbers or texts, by a person's."""
    words = words_of(column.name)
    many = column.distinct >= MANY_IDS and (column.kind == "text" or column.is_whole)
    called = rf"({PEOPLE})" if many else "(?!)"
    return bool(re.fullmatch(called, words) or (ID.search(words) and re.search(rf"(^|_)({PEOPLE})(_|$)", words)))


def is_id(column: Column) -> bool:
    """Whether its values tell rows, or what they are about, apart."""
    return names_an_id(column.name) or is_id_of_person(column)


def personal(column: Column) -> str | None:
    """What about a person a column holds; None if nothing is known of it."""
    words = words_of(column.name)
    for what, pattern in NAMES.items():
        if re.fullmatch(rf"(?:{PEOPLE}_)?(?:{pattern})", words) and _may_be(what, column):
            return what
    if is_id_of_person(column):
        return "an id of a person"
    return _by_content(column) if column.kind == "text" else None


def _may_be(what: str, column: Column) -> bool:
    """A name differs from row to row, and holds no number as a product's does; a date of birth is a time or a text."""
    if what == "a name" and words_of(column.name) == "name":
        many = column.kind == "text" and column.distinct > MOSTLY_DIFFERENT * len(column.known) / 5
        return many and bool(column.known.str.contains(r"\d").mean() < 1 - MOST)
    if what == "a name":
        return column.kind == "text"
    return column.kind in {"text", "time"} or what in {"a telephone number", "a number of a document or account"}


def _by_content(column: Column) -> str | None:
    known = column.known.head(2000)
    for what, pattern in CONTENTS.items():
        if known.str.fullmatch(pattern).mean() >= MOST:
            return what
    different = column.distinct > MOSTLY_DIFFERENT * len(column.known)
    if different and known.str.fullmatch(FULL_NAME).mean() >= MOST:
        return "a name"
    return None
