"""Bad data is refused, on this project's own tables; tests/contracts has the rules that only these have."""

from kedro_modelops.testing.contracts import ContractTests, RequestTests


class TestContracts(ContractTests):
    """Files with a column, a value or rows that break their contract."""


class TestRequests(RequestTests):
    """The same, online."""
