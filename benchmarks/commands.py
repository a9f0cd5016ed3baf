"""Rows on commands, each against one that people would type otherwise."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from contest import BIN, HERE, PACKAGE, PROJECT, TEMPLATE, Contest, command

TRIVIAL_PIPELINE = '''"""One node that does nothing."""

from kedro.pipeline import Node, Pipeline


def do_nothing(problem: object) -> bool:
    """Looks at a parameter."""
    return bool(problem)


def create_pipeline() -> Pipeline:
    """Wires the node."""
    return Pipeline([Node(do_nothing, "params:problem", "nothing", name="do_nothing")])
'''


def four_trivial_stages(folder: Path) -> None:
    """A bare DVC repository whose four stages copy a file, all done."""
    stages = "".join(f"  s{i}:\n    cmd: cp f{i} f{i + 1}\n    deps: [f{i}]\n    outs: [f{i + 1}]\n" for i in range(4))
    folder.mkdir(parents=True)
    (folder / "dvc.yaml").write_text(f"stages:\n{stages}", encoding="utf-8")
    (folder / "f0").write_text("something", encoding="utf-8")
    for arguments in (["git", "init", "--quiet"], [BIN / "dvc", "init", "--quiet"], [BIN / "dvc", "repro", "--quiet"]):
        command(*arguments, cwd=folder)()


def contests(scratch: Path) -> list[Contest]:
    """The table's rows; the project has been set up."""
    python, kedro, dvc = BIN / "python", BIN / "kedro", BIN / "dvc"
    bake = [sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "--output-dir", scratch / "ours"]
    new = [kedro, "new", "--name", "Spaceflights", "--tools", "none", "--example", "n"]
    bare = scratch / "bare"
    four_trivial_stages(bare)
    command(dvc, "repro")()
    return [
        Contest(
            "bake",
            "`kedro new`, the plain Kedro template",
            command(*bake, cwd=scratch, fresh=scratch / "ours"),
            command(*new, cwd=scratch, fresh=scratch / "spaceflights"),
            1.0,
        ),
        Contest(
            "`kedro run`, whole default pipeline",
            "a plain script that does the same pandas and scikit-learn work",
            command(kedro, "run"),
            command(python, HERE / "plain_script.py", PACKAGE),
            1.2,
            runs=3,
        ),
        Contest(
            "`kedro run` of an empty pipeline",
            '`python -c "import kedro, mlflow, pandas"`',
            command(kedro, "run", "--pipelines=trivial"),
            command(python, "-c", "import kedro, mlflow, pandas"),
            1.5,
        ),
        Contest(
            "`kedro --help`, with the plugin's commands",
            '`python -c "import kedro.framework.cli, pandas"`',
            command(kedro, "--help"),
            command(python, "-c", "import kedro.framework.cli, pandas"),
            1.5,
        ),
        Contest(
            "`dvc repro` with nothing to do",
            "four trivial stages in a bare DVC repository",
            command(dvc, "repro"),
            command(dvc, "repro", cwd=bare),
            1.2,
        ),
    ]


def table() -> Iterator[str]:
    """Rows on commands against commands of others; leaves the project trained."""
    trivial = PROJECT / "src" / PACKAGE / "pipelines" / "trivial"
    with tempfile.TemporaryDirectory() as scratch:
        rows = contests(Path(scratch))
        trivial.mkdir()
        (trivial / "pipeline.py").write_text(TRIVIAL_PIPELINE, encoding="utf-8")
        (trivial / "__init__.py").write_text(f"from {PACKAGE}.pipelines.trivial.pipeline import create_pipeline\n")
        with (trivial.parents[1] / "pipeline_registry.py").open("a", encoding="utf-8") as registry:
            registry.write('\nPIPELINES["trivial"] = f"{__package__}.pipelines.trivial"\n')
        with (PROJECT / "conf" / "base" / "catalog.yml").open("a", encoding="utf-8") as catalog:
            catalog.write("\nnothing:\n  type: MemoryDataset\n")
        for contest in rows:
            yield contest.row()
