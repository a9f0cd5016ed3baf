"""How long ci.yml takes on a push, each job executed here on its own: `PYTHONPATH=tests python benchmarks/workflow.py`.

Jobs run one after another here, and beside each other on GitHub, where the longest is the wall time; so do tests on
other Pythons. Caches are warm, images too. Prints rows of a table.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from baking import AUTHOR, COMBINATIONS, BakedProject, copy_template
from expressions import Evaluator
from github import QUICK, GitHub, ask_for_one_python, told
from images import take_what_is_here


def main() -> None:
    """Runs the workflow twice, the first time with hardly any tests, and times the second run."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        for name in ("template", "baked", "expressions"):
            (home / name).mkdir()
        evaluator = stack.enter_context(Evaluator.started(home / "expressions"))
        template = copy_template(home / "template")
        project = BakedProject.bake(template, home / "baked", **COMBINATIONS["laptop"])
        ask_for_one_python(project)
        take_what_is_here(project.path)
        project.make("setup", env=AUTHOR)
        github = GitHub(project, evaluator, home / "github")
        github.store_data()
        github.run("ci", env=QUICK)
        jobs = github.run("ci")
        print(told(jobs))
        for name, of_name in jobs.items():
            for job in of_name:
                print(f"| {name} {' '.join(map(str, job.contexts['matrix'].values()))} | {job.seconds:.0f} s |")


if __name__ == "__main__":
    main()
