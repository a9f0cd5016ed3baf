import pytest
from rows import wines

from wine_cultivars.features import CULTIVAR
from wine_cultivars.pipelines.data_processing.nodes import build_features, sample_requests, split_train_test
from wine_cultivars.pipelines.data_processing.parameters import Split
from wine_cultivars.schemas import Features, ModelInput


def test_each_wine_keeps_the_contract_and_its_cultivar() -> None:
    table = ModelInput.validate(build_features(wines()))
    assert list(table["cultivar"]) == [CULTIVAR[number] for number in wines()["target"]]
    assert table.groupby("strength")["alcohol"].min()["strong"] > table.groupby("strength")["alcohol"].max()["light"]


def test_each_wine_is_in_one_of_the_sets_and_each_cultivar_in_both() -> None:
    features = build_features(wines())
    train, test = split_train_test(features, Split(test_share=0.3, seed=1))
    assert sorted([*train["wine"], *test["wine"]]) == sorted(features["wine"])
    in_train, in_test = (table["cultivar"].value_counts(normalize=True).to_dict() for table in (train, test))
    assert in_train == pytest.approx(in_test, abs=0.05)


def test_requests_are_wines_as_callers_send_them() -> None:
    requests = Features.validate(sample_requests(wines()))
    assert 0 < len(requests) <= 20
