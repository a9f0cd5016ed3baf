import subprocess
import sys
import time

import pytest
from kedro_modelops.tracking.resources import MEASURED, Meter, Prices, total

PRICES = Prices(currency="EUR", core_hour=3600, gigabyte_hour=0)


def test_a_meter_measures_its_own_work_and_that_of_its_children() -> None:
    meter = Meter(PRICES)
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", busy], check=True)
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
    used = meter.read()
    assert tuple(used) == MEASURED
    assert used["cpu_seconds"] >= 0.4
    assert used["wall_seconds"] >= 0.4
    assert 10 < used["peak_memory_mb"] < 100_000
    assert used["cost"] == pytest.approx(used["cpu_seconds"])


def test_memory_is_paid_for_all_the_time() -> None:
    used = Meter(Prices(currency="EUR", core_hour=0, gigabyte_hour=3600)).read()
    assert used["cost"] == pytest.approx(used["wall_seconds"] * used["peak_memory_mb"] / 1024)


def test_parts_of_a_run_add_up_and_the_higher_peak_counts() -> None:
    first = dict(zip(MEASURED, (1.0, 2.0, 900.0, 4.0), strict=True))
    second = dict(zip(MEASURED, (5.0, 6.0, 300.0, 8.0), strict=True))
    assert list(total(first | {"test_roc_auc": 0.7}, second).values()) == [6.0, 8.0, 900.0, 12.0]
    assert total({}, second) == second
