"""Many years of flights, made of one by shifting it: `python shifted_years.py PACKAGE YEARS FLIGHTS`.

Run inside a baked project, whose raw months it replaces, and those that have arrived to be scored. Clocks stay as they
are, so that the contracts hold in each year. The weather stays that of the one year: it is no table of months.
"""

import os
import shutil
import sys
from importlib import import_module
from pathlib import Path

import pandas as pd

YEAR, LAST = 2013, 2100
"""Of the data, and the last that the contracts know."""
RAW, ARRIVED = Path("data/01_raw/flights"), Path("data/incoming")
DELAYS = (("dep_delay", "dep_time", "sched_dep_time"), ("arr_delay", "arr_time", "sched_arr_time"))


def main(package: str, years: int, source: Path) -> None:
    """Makes so many years: from that of the data on, or as many before it as the contracts do not know after it."""
    schemas = import_module(f"{package}.schemas")
    first = min(YEAR, LAST - years + 1)
    for folder in (RAW, ARRIVED):
        shutil.rmtree(folder)
        folder.mkdir()
    for file in sorted(source.glob("*.parquet")):
        flights = pd.read_parquet(file)
        for year in range(first, first + years):
            made = shift(flights, year, schemas.TIME_ZONE)
            for names in DELAYS:  # of a night in which the clocks were changed that year, and are not in this one
                made = made[schemas.is_minutes_late(made, *names)]
            month = RAW / f"{year}-{file.stem[-2:]}.parquet"
            made.to_parquet(month, index=False)
            os.link(month, ARRIVED / month.name)


def shift(flights: pd.DataFrame, year: int, zone: str) -> pd.DataFrame:
    """The flights in another year, without those of an hour that its clocks have not, or have twice."""
    clocks = flights["time_hour"].dt.tz_convert(zone).dt.tz_localize(None) + pd.DateOffset(years=year - YEAR)
    moments = clocks.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC").dt.as_unit("us")
    shifted = flights.assign(year=flights["year"].dtype.type(year), time_hour=moments)
    return shifted[moments.notna()].reset_index(drop=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
