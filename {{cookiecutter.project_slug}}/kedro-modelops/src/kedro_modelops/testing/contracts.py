"""Bad data is refused, with a sentence that names file, column and rule, and leaves nothing behind."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from kedro.validation import DataValidationError, PanderaValidator

from kedro_modelops.contracts.refusal import broken_contract
from kedro_modelops.problem import load_problem
from kedro_modelops.serving.requests.broken_rules import BrokenContractError
from kedro_modelops.serving.requests.contract import RequestContract
from kedro_modelops.testing.commands import connect
from kedro_modelops.testing.project import Kedro
from kedro_modelops.testing.raw_tables import raw_tables
from kedro_modelops.testing.spoilings.tables import OUTSIDE, TABLE_SPOILINGS, SpoiledTable

ROWS = 30
"""Of a table that is spoiled in memory, again and again."""


def refusal(contract: type[pa.DataFrameModel], table: pd.DataFrame) -> str:
    """What people are told of a table that breaks its contract."""
    with pytest.raises(DataValidationError) as refused:
        PanderaValidator(contract).validate(table)
    return broken_contract(refused.value)


class ContractTests:
    """Each raw table of the project, spoiled in every way that its contract can tell."""

    @pytest.mark.filterwarnings(
        "ignore:The behavior of DataFrame concat:FutureWarning"
    )  # of pandera's list of failures
    @pytest.mark.usefixtures("project")
    @pytest.mark.parametrize("spoil", TABLE_SPOILINGS, ids=lambda spoil: spoil.__name__)
    def test_a_table_is_refused_with_column_and_rule(
        self, spoil: Callable[[pd.DataFrame, pa.DataFrameSchema], Iterator[SpoiledTable]]
    ) -> None:
        """In words."""
        for raw in raw_tables():
            table = raw.dataset.load().head(ROWS).reset_index(drop=True)
            raw.contract.validate(table)
            for spoiled in spoil(table, raw.contract.to_schema()):
                sentence = refusal(raw.contract, spoiled.table)
                assert [words for words in spoiled.words if words not in sentence] == [], sentence

    def test_a_file_that_is_refused_stops_the_run_and_leaves_nothing(self, project: Path, kedro: Kedro) -> None:
        """No output and no model; the sentence begins with the file."""
        for raw in raw_tables():
            with raw.spoiled() as (beginning, named):
                result = kedro("run", "--env", "ci")
            assert result.exit_code == 1, result.output[-500:]
            assert "Traceback" not in result.output
            sentence = result.output.partition("Error: ")[2]
            assert sentence.startswith(beginning), sentence
            assert named in sentence
            assert not list((project / "data").glob("0[5-8]_*/*.parquet"))
            assert not connect(project).search_model_versions()


class RequestTests:
    """A request is refused with row, column and rule."""

    @pytest.fixture
    def contract(self) -> RequestContract:
        """Of the team's request."""
        problem = load_problem()
        return RequestContract(problem.request, dict(problem.example), 100)

    def read(self, contract: RequestContract, *rows: dict[str, Any]) -> list[dict[str, Any]]:
        """What the service makes of the body of a request."""
        return contract.read(json.dumps({"dataframe_records": rows}).encode())[0]

    def broken(self, contract: RequestContract, **changes: Any) -> list[tuple[int | None, str | None]]:
        """Row and column of each broken rule, where the second of two rows is changed; `...` leaves a field out."""
        example = dict(load_problem().example)
        changed = {name: value for name, value in (example | changes).items() if value is not ...}
        try:
            rules = [rule for _, rule in contract.broken_rules(contract.table(self.read(contract, example, changed)))]
        except BrokenContractError as error:
            rules = error.rules
        return [(rule["row"], rule["column"]) for rule in rules]

    def test_the_example_is_taken(self, contract: RequestContract) -> None:
        """Documentation shows it."""
        rows = self.read(contract, dict(load_problem().example))
        assert list(contract.broken_rules(contract.table(rows))) == []

    def test_a_field_is_missing_null_or_not_allowed(self, contract: RequestContract) -> None:
        """Each field."""
        for name, column in load_problem().request.to_schema().columns.items():
            bad = [OUTSIDE[check.name](check.statistics) for check in column.checks if check.name in OUTSIDE]
            bad += [...] * column.required + [None] * (not column.nullable)
            for value in bad:
                assert (1, name) in self.broken(contract, **{name: value}), f"{name}: {value}"

    def test_what_is_known_later_or_not_at_all_is_not_taken(self, contract: RequestContract) -> None:
        """So it cannot become a feature."""
        problem = load_problem()
        known = set(problem.request.to_schema().columns)
        every = {name for contract in problem.contracts() for name in contract.to_schema().columns}
        for name in [*sorted(every - known), "undeclared"]:
            assert (1, name) in self.broken(contract, **{name: 1})
