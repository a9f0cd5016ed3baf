"""Columns that identify a person: by what they are called, and by what stands in them."""

import re
from collections.abc import Iterable

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
ROLES = (
    "who|author|artist|player|driver|director|actor|actress|owner|agent|manager|seller|buyer|doctor|nurse|teacher|coach|"
    "leader|head|representative|rep|assignee|reporter|winner|candidate|professor"
)
OF_PEOPLE = re.compile(rf"(^|_)({PEOPLE}|age|sex|gender|birth|married|marital|salary|wage|geschlecht|alter|sexe)(_|$)")
"""Columns of tables whose rows are about people."""
ID = re.compile(
    r"(^|_)(id|ids|uuid|guid|key|identifier|ident|row_name)$|_(number|no|nr|num|ref|reference)$", flags=re.ASCII
)
NUMBERED = re.compile(r"(^|_)(number|no|nr|num|code|ref|reference)$")
"""Names of ids where each row has another one; what comes again may be measured or a category, as NO and Number are."""


def words_of(name: str) -> str:
    """A name in small letters of ASCII, its words joined by `_`: `CustomerID` is `customer_id`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", without_accents(name))
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def is_id_of_person(column: Column) -> bool:
    """Whether it does so for people: by an id's name or, where it holds many whole numbers or texts, by a person's."""
    words = words_of(column.name)
    many = column.distinct >= MANY_IDS and (column.kind == "text" or column.is_whole)
    called, named = rf"({PEOPLE})" if many else "(?!)", ID.search(words) or NUMBERED.search(words)
    return bool(re.fullmatch(called, words) or (named and re.search(rf"(^|_)({PEOPLE})(_|$)", words)))


def is_id(column: Column) -> bool:
    """Whether its values tell rows, or what they are about, apart."""
    words = words_of(column.name)
    return bool(ID.search(words)) or is_id_of_person(column) or bool(NUMBERED.search(words) and column.unique)


def personal(column: Column, beside: Iterable[str] = ("person",)) -> str | None:
    """What about a person a column holds; None if nothing is known of it.

    Args:
        column: What may hold something.
        beside: Names of the table's columns. Airports and cars have names too, where nothing else speaks of people.
    """
    words = re.sub("^(.*_)?your_", "", words_of(column.name))
    of_people = any(OF_PEOPLE.search(words_of(name)) for name in beside)
    for what, pattern in NAMES.items():
        if re.fullmatch(rf"(?:{PEOPLE}_)?(?:{pattern})", words) and _may_be(what, column, of_people=of_people):
            return what
    if is_id_of_person(column):
        return "an id of a person"
    role = re.search(rf"(^|_)({PEOPLE}|{ROLES})(_|$)", words)
    return _by_content(column, named=of_people or bool(role)) if column.kind == "text" else None


def _may_be(what: str, column: Column, *, of_people: bool) -> bool:
    """A name differs from row to row, and holds no number as a product's does; a date of birth is a time or a text.

    Two values alone of anything else say whether somebody has one.
    """
    if what != "a name" and column.distinct <= 2 < len(column.known):  # noqa: PLR2004
        return False
    if what == "a name" and words_of(column.name) in {"name", "nom", "nombre"}:
        many = column.kind == "text" and column.distinct > MOSTLY_DIFFERENT * len(column.known) / 5
        if not many or column.known.str.contains(r"\d").mean() >= 1 - MOST:
            return False
        return of_people or bool(column.known.str.fullmatch(FULL_NAME).mean() >= MOST and _two_words(column))
    if what == "a name":
        return column.kind == "text"
    return column.kind in {"text", "time"} or what in {"a telephone number", "a number of a document or account"}


def _two_words(column: Column) -> bool:
    """Whether most of its names are of two words, as those of people are."""
    return bool((column.known.str.count(r"\S+") == 2).mean() >= MOST)  # noqa: PLR2004


def _by_content(column: Column, *, named: bool) -> str | None:
    known = column.known.head(2000)
    for what, pattern in CONTENTS.items():
        if known.str.fullmatch(pattern).mean() >= MOST:
            return what
    different = column.distinct > MOSTLY_DIFFERENT * len(column.known)
    if named and different and known.str.fullmatch(FULL_NAME).mean() >= MOST:
        return "a name"
    return None
