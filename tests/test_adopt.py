"""`kedro adopt`: tables of every shape become projects that pass their own checks and tests and run, unedited."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from baking import BakedProject
from conftest import Bake
from plugin.postgres import PROGRAMS, running_postgres

pytestmark = pytest.mark.slow

OPENING = "import numpy as np, pandas as pd, sqlite3; draw = np.random.default_rng(7); "
DEFAULT = {"customers", "rentals"}
"""Tables that are tried always; the others in exhaustive runs."""


class Adopted(NamedTuple):
    """A table, and what it is taken for.

    Attributes:
        make: Python that writes it to `PATH`, or into the database at `URL`.
        file: Its name.
        target: What is predicted.
        kind: Of problem.
        key: Column of the model's input that holds keys.
        time: When a row was.
        told: What is pointed out.
        place: Of the table, where it is not the file: `{path}` is its path, `{url}` an empty PostgreSQL.
        arrives: Of a folder, the file that comes a month later, the name of that month, and what makes it the next one.
    """

    make: str
    file: str
    target: str
    kind: str
    key: str = "key"
    time: str | None = None
    told: tuple[str, ...] = ()
    place: str = "{path}"
    arrives: tuple[str, str, str] | None = None


CUSTOMERS = """
n = 1500
age, calls, fee = draw.integers(18, 90, n), draw.poisson(2, n), draw.gamma(3, 15, n).round(2)
churned = draw.random(n) < 1 / (1 + np.exp(2 - 0.5 * calls + 0.02 * (age - 60)))
table = pd.DataFrame({
    'customer number': [f'C-{number:06d}' for number in range(n)],
    'full name': draw.choice(['Anna Müller', 'Jo Ångström'], n),
    'e-mail': [f'p{number}@example.org' for number in range(n)],
    'age': age,
    'support calls': calls,
    'monthly fee': np.where(draw.random(n) < .05, np.nan, fee),
    'class': draw.choice(['Größe XL', 'Plus', 'Basis', None], n),
    'country': 'DE',
    'remark': [f'note {number}' for number in range(n)],
    'days since end': np.where(churned, draw.integers(1, 30, n), np.nan),
    'churned': np.where(churned, 'yes', 'no'),
})
table.to_csv(PATH, sep=';', decimal=',', encoding='latin-1', index=False)
"""
RENTALS = """
times = pd.date_range('2023-01-01', '2024-07-31 23:00', freq='4h')
n = len(times)
celsius = 10 + 10 * np.sin((times.dayofyear - 100) / 58) + draw.normal(0, 3, n)
rentals = 50 + 4 * celsius + 40 * np.isin(times.hour, [8, 16]) + 20 * (times.dayofweek < 5) + draw.normal(0, 15, n)
table = pd.DataFrame({'datetime': times, 'air temperature': celsius.round(2), 'holiday': draw.random(n) < .03,
    'weather': draw.choice(['clear', 'rain', 'mist'], n), 'rentals': np.maximum(rentals, 0).round().astype(int),
})
"""
IN_ONE_FILE = "table[:-186].to_parquet(PATH, index=False)"
BY_MONTH = """
import pathlib
pathlib.Path(PATH).mkdir()
for month, rows in table.groupby(times.to_period('M')):
    rows.to_csv(PATH + ('.csv' if str(month) == '2024-07' else f'/rentals {month}.csv'), index=False)
"""
IN_PARTS = """
table = table.drop(columns='datetime')
table['Year'], table['Month'], table['Day'], table['Hour'] = times.year, times.strftime('%b'), times.day, times.hour
"""
LOANS = """
n = 10_000
ratio = draw.gamma(2, 1, n).round(3)
late = draw.poisson(ratio)
table = pd.DataFrame({
    'loan_id': range(n),
    'opened': pd.date_range('2020-01-01', periods=n, freq='3h').strftime('%d.%m.%Y %H:%M'),
    'debt ratio': ratio,
    'late': late,
    'sex': draw.choice(['f', 'm'], n),
    'default': (draw.random(n) < 1 / (1 + np.exp(7.4 - 0.9 * ratio - 0.3 * late))).astype(int),
})
table.to_csv(PATH, index=False)
"""
PATIENTS = """
n = 2000
patient = np.arange(n) // 5
base, dose = draw.normal(size=n // 5)[patient], draw.choice([0, 5, 10], n)
table = pd.DataFrame({
    'patient_id': patient,
    'dose': dose,
    'severity': (base + draw.normal(0, .3, n)).round(2),
    'pressure': (120 + 10 * base - dose + draw.normal(0, 4, n)).round(1),
})
table.to_csv(PATH, sep='|', index=False)
"""
SALES = """
days, stores = pd.date_range('2023-01-01', periods=150), [f'S{number:02d}' for number in range(20)]
day, store = np.repeat(days, len(stores)), np.tile(stores, len(days))
price, size = draw.gamma(4, 1, len(day)).round(1), np.tile(draw.normal(100, 30, len(stores)).round(), len(days))
table = pd.DataFrame({'store': store, 'day': day, 'price': price})
table['sold'] = (size + 15 * (day.dayofweek > 4) - 5 * price + draw.normal(0, 6, len(day))).round(1)
table.to_csv(PATH, index=False)
"""
PASSENGERS = """
n = 1300
table = pd.DataFrame({'class': draw.choice(['1st', '2nd', '3rd', 'crew'], n)})
table['age'] = draw.choice(['adult', 'child'], n)
table['survived'] = np.where(draw.random(n) < np.where(table['class'] < '3rd', .7, .2), 'yes', 'no')
table.to_csv(PATH)
"""
WEATHER = """
days = pd.date_range('2021-01-01', periods=1400)
n = len(days)
celsius = (10 + 10 * np.sin((days.dayofyear - 100) / 58) + draw.normal(0, 3, n)).round(1)
rain = draw.gamma(.3, 8, n).round(1)
table = pd.DataFrame({'date': days, 'celsius': celsius, 'rain': rain, 'wind': draw.gamma(4, 1, n).round(1)})
table['weather'] = np.select([(celsius < 3) & (days < '2023-06-01') & (rain > .2), rain > 2], ['snow', 'rain'], 'sun')
table.to_csv(PATH, index=False)
"""
CLICKS = """
n = 300_000
shown, age = draw.integers(1, 40, n), draw.integers(18, 90, n)
table = pd.DataFrame({
    'shown_at': pd.date_range('2024-01-01', periods=n, freq='90s', tz='UTC'),
    'times_shown': shown,
    'age': np.where(draw.random(n) < .2, np.nan, age),
    'device': draw.choice(['phone', 'tablet', 'desktop', None], n, p=[.6, .1, .25, .05]),
    'site': draw.choice([f's{number}' for number in range(60)], n),
    'clicked': draw.random(n) < 1 / (1 + np.exp(2.5 + .05 * shown - .02 * (age - 50))),
})
table.to_csv(PATH, index=False)
"""
HANDWRITING = """
import pathlib
from PIL import Image
from sklearn.datasets import load_digits
digits = load_digits()
for number, (pixels, digit) in enumerate(zip(digits.images[:600], digits.target)):
    file = pathlib.Path(PATH, str(digit), f'{number:04d}.png')
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((15 * pixels).astype(np.uint8)).save(file)
"""
STATSMODELS = "from statsmodels.datasets import {0}; table = {0}.load_pandas().data; "
SKLEARN = "from sklearn.datasets import {0}; table = {0}(as_frame=True).frame; "
TABLES = {
    "customers": Adopted(
        CUSTOMERS,
        "Customers 2024.csv",
        "churned",
        "binary",
        key="customer number",
        told=("days since end", "e-mail", "full name", "country is always DE"),
    ),
    "rentals": Adopted(
        RENTALS + BY_MONTH,
        "rentals",
        "rentals",
        "regression",
        time="datetime",
        told=("one for each month",),
        arrives=("rentals.csv", "2024-07", "datetime=lambda t: t['datetime'].str.replace('2024-07', '2024-08')"),
    ),
    "rentals whose time is in four columns": Adopted(
        RENTALS + IN_PARTS + BY_MONTH,
        "rentals",
        "rentals",
        "regression",
        time="time",
        told=("time (made of Year, Month, Day and Hour)", "one for each month"),
        arrives=("rentals.csv", "2024-07", "Month='Aug'"),
    ),
    "rentals in one file": Adopted(RENTALS + IN_ONE_FILE, "rentals.parquet", "rentals", "regression", time="datetime"),
    "breast cancer": Adopted(
        SKLEARN.format("load_breast_cancer") + "table.to_csv(PATH, index=False)", "tumours.csv", "target", "binary"
    ),
    "iris": Adopted(
        SKLEARN.format("load_iris")
        + "table['target'] = table['target'].map({0: 'setosa', 1: 'versicolor', 2: 'virginica'}); "
        "table.rename(columns={'target': 'species'}).to_csv(PATH, sep='\\t', encoding='utf-16', index=False)",
        "iris.tsv",
        "species",
        "multiclass",
    ),
    "wine": Adopted(SKLEARN.format("load_wine") + "table.to_parquet(PATH)", "wines.parquet", "target", "multiclass"),
    "digits": Adopted(
        SKLEARN.format("load_digits") + "table.to_json(PATH, orient='records', lines=True)",
        "digits.jsonl",
        "target",
        "multiclass",
    ),
    "digits as images": Adopted(
        HANDWRITING, "handwriting", "label", "multiclass", key="file", told=("its pixels are features",)
    ),
    "diabetes": Adopted(
        SKLEARN.format("load_diabetes") + "table.to_csv(PATH, sep=';', decimal=',', index=False)",
        "patients.csv",
        "target",
        "regression",
    ),
    "affairs": Adopted(
        STATSMODELS.format("fair") + "table['affair'] = (table.pop('affairs') > 0).astype(int); table.to_csv(PATH)",
        "affairs.csv",
        "affair",
        "binary",
        key="row_id",
        told=("a number given to each row",),
    ),
    "doctor visits": Adopted(
        STATSMODELS.format("randhie")
        + "connection = sqlite3.connect(PATH); table.to_sql('visits', connection, index=False); connection.close()",
        "visits.db",
        "mdvis",
        "regression",
        key="row_id",
        place="sqlite:///{path}#visits",
    ),
    "voters": Adopted(
        STATSMODELS.format("anes96") + "table.to_excel(PATH, index=False)", "voters.xlsx", "vote", "binary"
    ),
    "marriages of a server": Adopted(
        STATSMODELS.format("fair") + "import sqlalchemy; engine = sqlalchemy.create_engine(URL); "
        "table.to_sql('marriages', engine, index_label='marriage_id'); engine.dispose()",
        "",
        "affairs",
        "regression",
        key="marriage_id",
        place="{url}#marriages",
    ),
    "clicks of a year": Adopted(CLICKS, "clicks.csv", "clicked", "binary", time="shown_at"),
    "rare defaults": Adopted(
        LOANS,
        "loans.csv",
        "default",
        "binary",
        key="loan_id",
        time="opened",
    ),
    "passengers of whom all look alike": Adopted(
        PASSENGERS, "passengers.csv", "survived", "binary", key="row_id", told=("a number given to each row",)
    ),
    "weather without snow of late": Adopted(WEATHER, "weather.csv", "weather", "multiclass", time="date"),
    "measurements of patients": Adopted(
        PATIENTS,
        "visits.txt",
        "pressure",
        "regression",
        told=("group         patient_id", "none: made of what callers send of a row"),
    ),
    "sales of stores and days": Adopted(
        SALES, "sales.csv", "sold", "regression", time="day", told=("store and day together are the key",)
    ),
}


@pytest.fixture(
    params=[name if name in DEFAULT else pytest.param(name, marks=pytest.mark.exhaustive) for name in TABLES]
)
def table(request: pytest.FixtureRequest) -> Adopted:
    return TABLES[request.param]


@pytest.fixture
def project(bake: Bake, tmp_path: Path) -> BakedProject:
    project = bake().copy(tmp_path)
    project.set_up()
    return project


def write(project: BakedProject, table: Adopted, folder: Path, url: str = "") -> str:
    """The place of the table, after it was written."""
    path, beside = folder / table.file, folder / "packages"
    if "statsmodels" in table.make:  # which a project excludes, wherever uv is called in it
        install = (project.path / ".uv/bin/uv", "--directory", folder, "pip", "install", "--quiet", "--no-deps")
        project.run(*install, "--python", project.path / ".venv", "--target", beside, "statsmodels", "patsy")
    code = f"PATH, URL = {str(path)!r}, {url!r}\n{OPENING}\n{table.make.strip()}"
    project.run(".venv/bin/python", "-c", code, env={"PYTHONPATH": str(beside)})
    return table.place.format(path=path, url=url)


def words_of_the_example(project: BakedProject) -> Iterator[str]:
    """Lines of the team's part that speak of flights, but for the names that the project was given."""
    names = re.compile(r"flight[-_]delays?|Flight Delays", flags=re.IGNORECASE)
    for file in in_git(project):
        path, content = file.relative_to(project.path).as_posix(), file.read_bytes()
        if path.startswith(("kedro-modelops", ".cruft.json", "requirements")) or b"\0" in content:
            continue
        for line in content.decode("utf-8").splitlines():
            if re.search("flight", names.sub("", line), flags=re.IGNORECASE):
                yield f"{path}: {line}"


def test_a_table_becomes_a_project(project: BakedProject, table: Adopted, tmp_path: Path) -> None:
    of_a_server = "{url}" in table.place
    if of_a_server and not PROGRAMS:
        pytest.skip("no PostgreSQL is here; .ci/run installs it")
    with running_postgres() if of_a_server else nullcontext("") as url:
        place = write(project, table, tmp_path, url)
        begun = time.monotonic()
        told = project.run(".venv/bin/kedro", "adopt", place, "--target", table.target, "--yes").stdout
    print(f"{table.file}: adopted in {time.monotonic() - begun:.0f} s\n{told}")  # noqa: T201  (what a person would read)
    assert [words for words in table.told if words not in told] == []
    assert f"{table.target} ({table.kind}" in told
    roles = yaml.safe_load((project.path / "conf/base/parameters_data_processing.yml").read_text("utf-8"))["problem"]
    assert (roles["target"], roles["key"], roles["time"]) == (table.target, table.key, table.time)
    assert list(words_of_the_example(project)) == []
    changed = project.run("git", "status", "--porcelain").stdout
    project.make("fix")
    assert project.run("git", "status", "--porcelain").stdout == changed
    project.make("check")
    project.make("test")
    project.make("run")
    registered = json.loads((project.path / "data/06_models/registered_version.json").read_text("utf-8"))
    assert int(registered["version"]) == 1
    verdict = json.loads((project.path / "data/08_reporting/gates.json").read_text("utf-8"))
    assert verdict["verdict"] == "passed"
    if table.arrives:
        take_in(project, tmp_path / table.arrives[0], *table.arrives[1:])


def take_in(project: BakedProject, file: Path, month: str, later: str) -> None:
    """A month later, its file becomes one to train on; one in which nothing is as it was goes into quarantine."""
    parquet = "import pandas as pd; pd.read_csv({0!r}).{1}.to_parquet('data/incoming/{2}.parquet', index=False)"
    (project.path / "data/incoming").mkdir(exist_ok=True)
    project.run(".venv/bin/python", "-c", parquet.format(str(file), "copy()", month))
    pointer = project.path / f"data/01_raw/{file.stem}.dvc"
    before = pointer.read_text("utf-8")
    project.run(".venv/bin/kedro", "run", "--pipelines=ingestion")
    assert (project.path / f"data/01_raw/{file.stem}/{month}.parquet").is_file()
    assert pointer.read_text("utf-8") != before
    project.run(".venv/bin/python", "-c", parquet.format(str(file), f"assign(rentals=399, {later})", "2024-08"))
    refused = project.run(".venv/bin/kedro", "run", "--pipelines=ingestion", check=False).stdout
    assert "2024-08 is refused" in refused
    assert (project.path / "data/quarantine/2024-08.md").is_file()


def test_a_dirty_tree_is_refused_and_a_failure_changes_nothing(project: BakedProject, tmp_path: Path) -> None:
    place = write(project, TABLES["customers"], tmp_path)
    changed = project.path / "README.md"
    changed.write_text(changed.read_text("utf-8") + "\n", encoding="utf-8")
    refused = project.run(".venv/bin/kedro", "adopt", place, "--yes", check=False)
    assert "README.md: commit or stash them first" in refused.stdout
    project.run("git", "checkout", "README.md")

    before = contents(project)
    program = project.path / ".venv/bin/nbstripout"
    works = program.read_text("utf-8")
    program.write_text("#!/bin/sh\necho no >&2\nexit 3\n", encoding="utf-8")
    failed = project.run(".venv/bin/kedro", "adopt", place, "--target", "churned", "--yes", check=False)
    program.write_text(works, encoding="utf-8")
    assert "nbstripout notebooks/exploration.ipynb fails: no" in failed.stdout
    after = contents(project)
    assert [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)] == []


def contents(project: BakedProject) -> dict[str, bytes]:
    """Files of git and data of the project, by name."""
    data = [path for path in (project.path / "data").rglob("*") if path.is_file()]
    return {path.relative_to(project.path).as_posix(): path.read_bytes() for path in [*in_git(project), *data]}


def in_git(project: BakedProject) -> list[Path]:
    """Files that git knows, or would take."""
    listed = project.run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
    named = [project.path / name for name in listed.split("\0") if name]
    return sorted({path for path in named if path.is_file()})
