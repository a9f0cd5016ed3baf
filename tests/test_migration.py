"""A project from before the plugin comes over by the update, as docs/migrate-to-plugin.md says."""

import re
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from baking import AUTHOR, ROOT, BakedProject, commit, run

pytestmark = pytest.mark.slow
BEFORE = ROOT / "tests" / "migration" / "before_the_plugin.tar.xz"
"""The template at its last commit without plugin, but for data, locks and licenses: a shallow clone has no history."""
SOURCE = "src/flight_delays"
EDITS = {
    f"{SOURCE}/schemas.py": (
        "    weekday: Series[np.float32] = pa.Field(ge=0, le=6, metadata=BEFORE)\n",
        "    weekday: Series[np.float32] = pa.Field(ge=0, le=6, metadata=BEFORE)\n"
        "    weekend: Series[np.float32] = pa.Field(ge=0, le=1, metadata=BEFORE)\n",
    ),
    f"{SOURCE}/features.py": (
        '        "wind_speed": flights',
        '        "weekend": flights["time_hour"].dt.tz_convert(TIME_ZONE).dt.weekday.isin([5, 6]).astype("float32"),\n'
        '        "wind_speed": flights',
    ),
    f"{SOURCE}/pipelines/data_processing/nodes.py": (  # beside a line that the migration changes
        "tested.sample(min(SAMPLE, len(tested)), random_state=0)[asked]",
        'tested.nlargest(SAMPLE, "distance")[asked]',
    ),
    "conf/base/parameters_training.yml": ("max_depth: [4, 6, 8]", "max_depth: [4, 6]"),
    "conf/base/catalog.yml": (
        "# Arrived months become",
        "# What other teams ask us for.\nlate_flights:\n  type: flight_delays.mlops.partitions.FlatPartitions\n"
        "  path: ${globals:raw}/flights\n  filename_suffix: .parquet\n  dataset: pandas.ParquetDataset\n"
        "  validator:\n    class: flight_delays.contracts.EachPartition\n    options:\n"
        "      schema: flight_delays.schemas.RawFlights\n  metadata:\n    used_by: [notebooks]\n\n"
        "# Arrived months become",
    ),
}
"""What a team has changed: a contract, a feature, a node, a parameter and the catalog."""
ALIVE = {name: new for name, (_, new) in EDITS.items()} | {
    "conf/base/catalog.yml": "late_flights:\n  type: kedro_modelops.predictions.partitions.FlatPartitions\n"
}


GUIDE = re.findall(
    r"^```sh\n(.*?)^```", (ROOT / "docs" / "migrate-to-plugin.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)


@pytest.fixture
def project(template: Path, tmp_path: Path) -> BakedProject:
    """A project from before, with a team's edits; since then its template has gone on to what it is now."""
    clone = tmp_path / "template"
    run("git", "clone", "--quiet", template, clone, cwd=tmp_path)
    now = run("git", "rev-parse", "HEAD", cwd=clone).stdout.strip()
    kept = [
        f":!{{{{cookiecutter.project_slug}}}}/{name}" for name in ("data", "requirements", "licenses", "tests/data")
    ]
    run(
        "git",
        "rm",
        "-r",
        "--quiet",
        "--",
        "hooks",
        "migrations",
        "cookiecutter.json",
        "{{cookiecutter.project_slug}}",
        *kept,
        cwd=clone,
    )
    with tarfile.open(BEFORE) as archive:
        archive.extractall(clone, filter="data")
    run("git", "add", "--all", "--force", cwd=clone)
    commit(clone, "The template as it was")
    run(sys.executable, "-m", "cruft", "create", "--no-input", clone, cwd=tmp_path)
    run("git", "read-tree", "-u", "--reset", now, cwd=clone)
    commit(clone, "The template as it is")
    project = BakedProject(tmp_path / "flight-delays", {})
    project.run("git", "init", "--quiet", "--initial-branch", "main")
    commit(project.path, "Start from the template")
    for name, (old, new) in EDITS.items():
        file = project.path / name
        text = file.read_text("utf-8")
        assert text.count(old) == 1
        file.write_text(text.replace(old, new), "utf-8")
    commit(project.path, "Our edits")
    return project


Follow = Callable[[str], str]


@pytest.fixture
def follow(project: BakedProject, tested_already: dict[str, str]) -> Follow:
    """Runs commands of the guide in the project, and says what they print."""

    def run_in_project(script: str) -> str:
        return project.run("bash", "-e", "-c", script, env=AUTHOR | tested_already).stdout

    return run_in_project


def test_a_project_comes_over_with_its_edits(project: BakedProject, follow: Follow) -> None:
    update, decide, look, _ = GUIDE
    told = follow(update)
    assert "0001_plugin: Names of what `mlops/` held are those of the plugin." in told
    assert "In conflict" not in told
    follow(decide)
    assert follow(look) == ""
    texts = {name: (project.path / name).read_text("utf-8") for name in EDITS}
    assert [name for name, edit in ALIVE.items() if edit not in texts[name]] == []
    assert not (project.path / SOURCE / "mlops").exists()


@pytest.mark.exhaustive
def test_a_project_that_came_over_passes_its_checks(project: BakedProject, follow: Follow) -> None:
    update, decide, _, finish = GUIDE
    for step in (update, decide, finish):
        follow(step)
    assert project.run("git", "status", "--porcelain").stdout == ""
