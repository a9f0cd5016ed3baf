"""Spark in place of Dask, with the packages themselves, which stand in no lock; it needs Java 17."""

from pathlib import Path

import pytest

from conftest import Bake

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

PLUGIN_TESTS = Path(__file__).parent / "plugin" / "distribution"
EXECUTORS = "local-cluster[2,1,1024]"
"""Two, each a process of Java on this machine with Python workers of its own, as on a cluster."""
PACKAGES = ("pyspark==4.3.0", "joblibspark==0.6.0")
TRIED = """
import os, sys
from functools import partial
from pathlib import Path

from dying import DIED, broken
from kedro_datasets.pandas import ParquetDataset
from kedro_modelops.contracts.explanations import explain
from kedro_modelops.distribution.cluster import SPARK, connected
from kedro_modelops.distribution.partitions import ComputedPartitions
from spread_stages import STAGES

folder = Path(sys.argv[1])
died = folder / "died"
died.mkdir(parents=True)
here = {stage: run(folder / "here" / stage) for stage, run in STAGES.items()}
os.environ[DIED] = str(died)
with connected({SPARK.setting: sys.argv[2]}):
    del os.environ[DIED]  # executors have it
    for stage, run in STAGES.items():
        print(stage, run(folder / "there" / stage) == here[stage], (died / stage).exists())
    months = ComputedPartitions(path=str(folder / "bad"), dataset=ParquetDataset, filename_suffix=".parquet")
    try:
        months.save({"2024-01": partial(broken, "2024-01")})
    except Exception as error:
        print(explain(error))
try:
    with connected({SPARK.setting: "nonsense"}):
        pass
except Exception as error:
    print(error)
"""


def test_what_comes_out_of_spark_is_what_comes_out_here(bake: Bake, tmp_path: Path) -> None:
    project = bake().copy(tmp_path)
    project.set_up()
    project.run(".uv/bin/uv", "pip", "install", "--quiet", "--python", ".venv", *PACKAGES)
    env = {"PYTHONPATH": str(PLUGIN_TESTS), "SPARK_LOCAL_IP": "127.0.0.1"}
    told = project.run(".venv/bin/python", "-c", TRIED, tmp_path / "work", EXECUTORS, env=env).stdout
    for stage in ("processing", "search", "evaluation"):
        assert f"{stage} True True" in told
    assert "2024-01 breaks its contract: column 'wind' is missing" in told
    assert "Spark does not start with the master nonsense" in told
