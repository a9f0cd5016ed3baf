"""What to tell where a database does not give the rows of a dataset: which one, what was asked, and its own words."""

import re

from kedro.io import DataCatalog, DatasetError

FAILED = re.compile(r"(\w+): Failed while \w+ data \w+ dataset [\w.]*\.(\w*(?:SQL|GBQ|Ibis)\w*)\((.*)\)\.\n", re.DOTALL)
ASKED = re.compile(r"(?:table_name|sql|filepath)='((?!None')[^']+)'")


def name_database(error: DatasetError, catalog: DataCatalog) -> None:
    """Notes the database's address, without its password, where an error is of a dataset that has one."""
    failed = FAILED.match(str(error))
    if failed and failed[1] in catalog and (address := getattr(catalog[failed[1]], "_connection_str", None)):
        from sqlalchemy import make_url  # noqa: PLC0415  (a second, which only such errors wait)

        error.add_note(make_url(address).render_as_string(hide_password=True))


def unanswered(error: DatasetError, reason: BaseException) -> str | None:
    """A sentence on a dataset of a database; None for one that is none."""
    if "'con' argument cannot be empty" in str(error):
        return f"a dataset of a database has no address: is the variable set that its credentials name? {reason}"
    if not (failed := FAILED.match(str(error))):
        return None
    asked = ASKED.search(failed[3])
    database = next(iter(getattr(error, "__notes__", [])), "the database")
    words = str(reason).strip().splitlines()[0]
    return (
        f"{failed[1]} ({asked[1] if asked else failed[2]}): {database} does not answer with it: {words}\n"
        "Is it up, is the table there under this name, and may the user of the credentials read it?"
    )
