"""Names stay names in the tables that pipelines write as CSV."""

from pathlib import Path

import pandas as pd
import pytest
import yaml
from kedro.io import DataCatalog


@pytest.mark.parametrize("name", ["importances", "slices", "search_results"])
def test_features_and_values_may_be_called_as_missing_values_are(name: str, tmp_path: Path) -> None:
    entry = yaml.safe_load(Path("conf/base/catalog.yml").read_text("utf-8"))[name]
    catalog = DataCatalog.from_config({name: entry | {"filepath": str(tmp_path / "table.csv")}})
    table = pd.DataFrame({"name": ["None", "NA", "null", "nan"], "score": [0.5, None, -0.25, 1.0]})
    catalog[name].save(table)
    pd.testing.assert_frame_equal(catalog[name].load(), table)
