"""What the log says of an error, and what not."""

from kedro_modelops.serving.logs import without_values

PERSON = "jane.doe@example.com"


def fail() -> None:
    try:
        int(PERSON)
    except ValueError as error:
        raise KeyError(PERSON) from error


def test_an_error_is_told_by_kind_and_place() -> None:
    try:
        fail()
    except KeyError as error:
        told = without_values(error)
    assert told["error"] == "KeyError, from ValueError"
    assert "in fail" in told["traceback"]
    assert PERSON not in str(told)
