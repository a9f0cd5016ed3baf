"""What changes from one version of a template to the next, and what teams change."""

from tiny_template import FEATURES, PACKAGE, Change, ask, both, delete, move, replace, write

MIGRATION = '''
def migrate(project):
    """Parameter `limit` is called `threshold`."""
    for file in project.glob("conf/*/*.yml"):
        file.write_text(file.read_text().replace("limit: ", "threshold: "))
'''
VERSIONS: dict[str, Change] = {
    "file-added": write("docs/monitoring.md", "Look at it.\nEach day.\n"),
    "file-removed": delete("docs/operate.md"),
    "file-renamed": both(
        move("docs/operate.md", "docs/operations.md"),
        replace("docs/operations.md", "Retrain.\n", "Retrain.\n\nRetire.\n"),
    ),
    "line-moved": both(
        replace("README.md", "Set it up.\n\n", ""), replace("README.md", "Operate it.\n", "Operate it.\n\nSet it up.\n")
    ),
    "lock-changed": replace("requirements/train.txt", "numpy==2.4.0", "numpy==2.4.1"),
    "question-added": both(
        ask(owner="{{ cookiecutter.slug }}-team"),
        write("OWNERS", "{{ cookiecutter.owner }}\n"),
    ),
    "default-changed": ask(region="south"),
    "workflow-changed": both(
        replace(".github/workflows/nightly.yml", "make monitor", "make monitor MONTH=now"),
        replace(".github/workflows/ci.yml", "on: push\n", "on: [push, pull_request]\n"),
    ),
    "option-removed": ask(remote=["local", "gcs"]),
    "plugin-changed": both(
        replace("kedro-modelops/src/gates.py", "return model > 6", "return model >= 6"),
        write("kedro-modelops/src/judge.py", "def judge():\n    return True\n"),
    ),
    "example-changed": both(
        replace(f"{PACKAGE}/features.py", "return rows[7]", "return rows[7] * 2"),
        replace("conf/base/parameters_training.yml", "limit: 0.7\n", "limit: 0.72\n"),
        write(f"{PACKAGE}/holidays.py", "HOLIDAYS = [1, 5]\n"),
        write("tests/unit/test_holidays.py", "def test_holidays():\n    assert True\n"),
        write("data/01_raw/trains.parquet", "other rows\n"),
        replace("data/01_raw/trains.parquet.dvc", "md5: 123", "md5: 456"),
    ),
    "binary-changed": write("docs/logo.png", bytes(range(255, -1, -1)) * 4),
    "migration": both(
        write("../migrations/0001_threshold.py", MIGRATION),
        replace("conf/base/parameters_training.yml", "limit: 0.7\n", "threshold: 0.7\n"),
    ),
    "stages-changed": replace("dvc.yaml", "deps: [a, b]", "deps: [a, b, c]"),
}
"""By name; each differs from the first version by this."""

SOURCE = "src/late_trains"
EDITS: dict[str, Change] = {
    "nothing": both(),
    "own-files": both(
        write(f"{SOURCE}/pipelines/own.py", "OURS = 'our own pipeline'\n"),
        write(".github/workflows/own.yml", "on: workflow_dispatch\n# our own workflow\n"),
        write("docs/ours.md", "Our own page.\n"),
    ),
    "edited": both(
        replace("README.md", "Run it.\n", "Run it as we do.\n"),
        replace(f"{SOURCE}/features.py", "return rows[1]", "return rows[1] + 1"),
        replace("docs/operate.md", "Deploy.\n", "Deploy on Mondays.\n"),
        replace(".github/workflows/ci.yml", "make test", "make test ARGS=--ours"),
    ),
    "edited-the-same-lines": both(
        replace(f"{SOURCE}/features.py", "return rows[7]", "return rows[7] - 1"),
        replace("docs/operate.md", "Retrain.\n", "Retrain on Sundays.\n"),
        replace(".github/workflows/nightly.yml", "make monitor", "make monitor ARGS=--ours"),
        replace("kedro-modelops/src/gates.py", "return model > 6", "return model > 6.5"),
        replace("README.md", "Set it up.\n", "Set it up twice.\n"),
        replace("conf/base/parameters_training.yml", "limit: 0.7\n", "limit: 0.9\n"),
    ),
    "deleted": both(
        delete("docs/operate.md"),
        delete(".github/workflows/nightly.yml"),
        delete("conf/base/parameters_training.yml"),
        delete("tests/unit"),
    ),
    "renamed": both(
        move("docs/operate.md", "docs/how-we-operate.md"),
        move(".github/workflows/nightly.yml", ".github/workflows/watch.yml"),
        move(f"{SOURCE}/features.py", f"{SOURCE}/columns.py"),
    ),
    "package-renamed": move(SOURCE, "src/slow_trains"),
    "catalog-extended": both(
        replace("conf/base/catalog.yml", "report:\n", "ours:\n  type: our_table\n\nreport:\n"),
        write("requirements/train.txt", "kedro==1.7.0\nnumpy==2.4.0\nour-package==1\npandas==2.3.0\n"),
        replace("dvc.yaml", "deps: [a, b]", "deps: [a, b, ours]"),
    ),
    "plugin-edited": both(
        replace("kedro-modelops/src/gates.py", "return model > 1", "return model > 1.5"),
        replace("Makefile", "echo check", "echo our check"),
    ),
    "binary-changed": write("docs/logo.png", b"\x00our logo" * 50),
    "own-table": both(
        delete("data/01_raw/trains.parquet.dvc"),
        write("data/01_raw/buses.parquet.dvc", "outs:\n- md5: 789\n  path: buses.parquet\n"),
        write("data/01_raw/buses.parquet", "our rows\n"),
        write("dvc.lock", "schema: '2.0'\nours: true\n"),
        write(f"{SOURCE}/features.py", FEATURES.replace("rows[7]", "buses[7]")),
        delete("tests/unit/test_features.py"),
    ),
}
"""What a team has done since the bake, by name."""
