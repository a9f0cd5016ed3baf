from collections.abc import Callable

import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from pydantic import ValidationError
from rows import months, reference

from {{cookiecutter.package_name}}.features import identify
from {{cookiecutter.package_name}}.pipelines.data_processing.nodes import (
    build_features,
    sample_requests,
    split_train_test,
)
from {{cookiecutter.package_name}}.pipelines.data_processing.parameters import Split, Window
from {{cookiecutter.package_name}}.schemas import FlightPlan, ModelInput, Weather

Months = dict[str, Callable[[], pd.DataFrame]]


@pytest.fixture
def lazy() -> Months:
    return {month: flights.copy for month, flights in months().items()}


def split(train: tuple[str, str], test: tuple[str, str]) -> Split:
    return Split(train=Window(first=train[0], last=train[1]), test=Window(first=test[0], last=test[1]))


def test_each_month_keeps_the_contract_and_its_arrived_flights(lazy: Months) -> None:
    features = build_features(lazy, reference())
    for month, load in features.items():
        arrived = months()[month].dropna(subset="arr_delay")
        table = ModelInput.validate(load())
        assert list(table["late"]) == list(arrived["arr_delay"] > 15)


def test_weather_that_is_looked_up_keeps_its_contract() -> None:
    pd.testing.assert_frame_equal(Weather.validate(reference()), reference())


def test_a_month_is_loaded_only_when_it_is_asked_for() -> None:
    def load() -> pd.DataFrame:
        raise AssertionError

    assert list(build_features({"2013-01": load}, reference())) == ["2013-01"]


def test_a_flight_without_weather_is_kept(lazy: Months) -> None:
    table = build_features(lazy, reference().head(0))["2013-01"]()
    assert len(table)
    assert table["temp"].isna().all()


def test_months_go_where_the_split_says(lazy: Months) -> None:
    features = build_features(lazy, reference())
    train, test = split_train_test(features, split(("2013-01", "2013-03"), ("2013-04", "2013-04")))
    assert len(train) == sum(len(features[month]()) for month in ("2013-01", "2013-02", "2013-03"))
    assert list(test["flight_id"]) == list(features["2013-04"]()["flight_id"])


def test_requests_are_plans_of_the_newest_month_that_judges(lazy: Months) -> None:
    features = build_features(lazy, reference())
    _, test = split_train_test(features, split(("2013-01", "2013-03"), ("2013-04", "2013-05")))
    requests = FlightPlan.validate(sample_requests(lazy, test))
    assert set(identify(requests)) <= set(features["2013-05"]()["flight_id"])


def test_a_month_that_is_missing_is_named(lazy: Months) -> None:
    features = build_features(lazy, reference())
    with pytest.raises(RefusedError, match=r"2013-11, which split\.test asks for"):
        split_train_test(features, split(("2013-01", "2013-03"), ("2013-10", "2013-11")))


@pytest.mark.parametrize(
    ("train", "test", "told"),
    [
        (("2013-01", "2013-08"), ("2013-08", "2013-09"), "test on months that come after"),
        (("2013-05", "2013-03"), ("2013-09", "2013-10"), "is after last"),
        (("2013-01", "2013-13"), ("2014-09", "2014-10"), "pattern"),
    ],
)
def test_windows_that_make_no_sense_are_refused(train: tuple[str, str], test: tuple[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        split(train, test)


YEAR = [f"2013-{month:02}" for month in range(1, 13)]


@pytest.mark.parametrize(
    ("window", "train", "test"),
    [
        ({"window": "expanding", "test_months": 2}, YEAR[:10], YEAR[10:]),
        ({"window": "rolling", "test_months": 1, "train_months": 3}, YEAR[8:11], YEAR[11:]),
        ({"train": {"first": "2013-02", "last": "2013-03"}, "test": {"first": "2013-05", "last": "2013-05"}},
         YEAR[1:3], YEAR[4:5]),
    ],
)  # fmt: skip
def test_windows_move_with_the_newest_month_unless_they_are_listed(
    window: dict[str, object], train: list[str], test: list[str]
) -> None:
    assert Split.model_validate(window).months(YEAR) == (train, test)


def test_a_gap_is_named_and_too_few_months_are_refused(lazy: Months) -> None:
    features = build_features(lazy, reference())
    del features["2013-04"]
    with pytest.raises(RefusedError, match=r"2013-04, which split\.train asks for"):
        split_train_test(features, Split(window="expanding"))
    with pytest.raises(RefusedError, match=r"9 months to train and 2 to test, and there are 10: .*split\.train_months"):
        split_train_test(features, Split(window="rolling", train_months=9))
    with pytest.raises(RefusedError, match="1 months to train and 10 to test, and there are 10"):
        split_train_test(features, Split(window="expanding", test_months=10))


def test_listed_months_have_to_be_listed() -> None:
    with pytest.raises(ValidationError, match="needs train and test"):
        Split.model_validate({"window": "listed", "train": {"first": "2013-02", "last": "2013-03"}})
