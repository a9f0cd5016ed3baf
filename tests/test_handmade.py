"""A project that was made by hand comes into the template, as docs/platform-teams.md says."""

import os
import re
import shutil
import sys
import textwrap
from pathlib import Path

import pytest

from baking import AUTHOR, ROOT, BakedProject, append, commit, run
from conftest import Bake

pytestmark = pytest.mark.slow
PACKAGE = "src/penguin_sizes"
OWN = {
    f"{PACKAGE}/pipelines/sizes/__init__.py": """
        \"\"\"Sizes by species.\"\"\"

        from .pipeline import create_pipeline

        __all__ = ["create_pipeline"]
        """,
    f"{PACKAGE}/pipelines/sizes/nodes.py": """
        \"\"\"Nodes of the pipeline.\"\"\"

        import pandas as pd


        def average_sizes(penguins: pd.DataFrame) -> pd.DataFrame:
            \"\"\"Averages by species.\"\"\"
            return penguins.groupby("species", as_index=False)[["grams"]].mean()
        """,
    f"{PACKAGE}/pipelines/sizes/pipeline.py": """
        \"\"\"Wires the nodes.\"\"\"

        from kedro.pipeline import Pipeline, node

        from .nodes import average_sizes


        def create_pipeline() -> Pipeline:
            \"\"\"Sizes by species.\"\"\"
            return Pipeline([node(average_sizes, "penguins", "sizes", name="average_sizes")])
        """,
    "data/01_raw/penguins.csv": """
        species,grams
        Adelie,3700
        Adelie,3800
        Gentoo,5000
        """,
}
ENTRIES = """
penguins:
  type: pandas.CSVDataset
  filepath: data/01_raw/penguins.csv{contract}
sizes:
  type: pandas.CSVDataset
  filepath: data/08_reporting/sizes.csv{contract}
"""
CONTRACT = '''

class Penguins(Table):
    """Animals, or averages of them."""

    species: Series[str] = pa.Field(metadata={"pii": False})
    grams: Series[float] = pa.Field(gt=0, metadata={"pii": False})
'''
TESTS = """
import pandas as pd

from penguin_sizes.pipelines.sizes.nodes import average_sizes


def test_sizes_are_averaged() -> None:
    penguins = pd.DataFrame({"species": ["Adelie", "Adelie"], "grams": [3700.0, 3800.0]})
    assert average_sizes(penguins)["grams"].tolist() == [3750]
"""


@pytest.fixture
def made_by_hand(bake: Bake, tmp_path: Path) -> BakedProject:
    """A project of `kedro new`, with a pipeline of its own, and data that git keeps."""
    lender = bake().copy(tmp_path / "lender")
    lender.set_up()
    names = ("--name", "Penguin sizes", "--tools", "none", "--example", "no", "--telemetry", "no")
    run(lender.path / ".venv/bin/kedro", "new", *names, cwd=tmp_path)
    project = BakedProject(tmp_path / "penguin-sizes", {})
    for name, text in OWN.items():
        file = project.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).lstrip("\n"), "utf-8")
    append(project.path / "conf/base/catalog.yml", ENTRIES.format(contract=""))
    project.run("git", "init", "--quiet", "--initial-branch", "main")
    project.run("git", "add", "--force", "data/01_raw/penguins.csv")
    commit(project.path, "By hand")
    shutil.rmtree(lender.path)
    return project


def test_it_joins_the_template_and_keeps_its_own_pipeline(made_by_hand: BakedProject, template: Path) -> None:
    project = made_by_hand
    (project.path.parent / "template").symlink_to(template)
    guide = (ROOT / "docs" / "platform-teams.md").read_text("utf-8").partition("made by hand,**")[2]
    (commands,) = re.findall(r"^```sh\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # cookiecutter is there
    told = project.run("bash", "-euc", commands, env=AUTHOR | {"PATH": path}).stdout
    for both in ("catalog.yml", "pyproject.toml", "pipeline_registry.py", "settings.py", "README.md", ".gitignore"):
        assert f"{both} " in told
    project.run("git", "rm", "--quiet", "--cached", "data/01_raw/penguins.csv")
    project.run("git", "rm", "--quiet", "requirements.txt", f"{PACKAGE}/__main__.py")
    project.run(".venv/bin/dvc", "add", "--quiet", "data/01_raw/penguins.csv")
    contract = "\n  validator: penguin_sizes.schemas.Penguins"
    append(project.path / "conf/base/catalog.yml", ENTRIES.format(contract=contract))
    append(project.path / PACKAGE / "schemas.py", CONTRACT)
    registry = project.path / PACKAGE / "pipeline_registry.py"
    own = 'PIPELINES = {\n    "sizes": f"{__package__}.pipelines.sizes",'
    registry.write_text(registry.read_text("utf-8").replace("PIPELINES = {", own), "utf-8")
    (project.path / "tests/unit/test_sizes.py").write_text(TESTS.lstrip("\n"), "utf-8")
    project.run(".venv/bin/kedro", "dvc", "sync")
    project.run("git", "add", "--all")
    project.make("check")
    project.run(".venv/bin/kedro", "run", "--pipelines=sizes")
    assert "Adelie,3750.0" in (project.path / "data/08_reporting/sizes.csv").read_text("utf-8")
    project.run(".venv/bin/pytest", "tests/unit/test_sizes.py", "--no-cov")
