"""A template of a few files, with versions that differ in one thing each; and projects of it."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cookiecutter.main import cookiecutter
from kedro_modelops.testing.commands import git

Files = dict[str, bytes]
Change = Callable[[Path], None]
QUESTIONS: dict[str, Any] = {
    "slug": "late-trains",
    "package": "late_trains",
    "region": "north",
    "remote": ["local", "s3", "gcs"],
    "_version": "0.1.0",
    "_copy_without_render": ["kedro-modelops/*"],
}
INNER = "{{cookiecutter.slug}}"
PACKAGE = "src/{{cookiecutter.package}}"
FEATURES = "".join(f"def feature_{n}(rows):\n    return rows[{n}]\n\n\n" for n in range(8))
PLUGIN = "".join(f"def gate_{n}(model):\n    return model > {n}\n\n\n" for n in range(8))
TEXTS = {
    ".gitignore": "/data/0*/[!.]*\n!/data/0*/*.dvc\n/build/\n",
    "Makefile": "setup:\n\techo setup\n\ncheck:\n\techo check\n\ntest:\n\techo test\n",
    "README.md": "# {{ cookiecutter.slug }}\n\nTrains of the {{ cookiecutter.region }}.\n\n"
    "Set it up.\n\nRun it.\n\nOperate it.\n",
    "kedro-modelops/pyproject.toml": "[project]\nname = 'plugin'\n",
    "kedro-modelops/src/gates.py": PLUGIN,
    ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    steps:\n      - run: make test\n",
    ".github/workflows/nightly.yml": "on: schedule\njobs:\n  watch:\n    steps:\n      - run: make monitor\n",
    "conf/base/catalog.yml": "trains:\n  type: table\n\nmodel:\n  type: skops\n\nreport:\n  type: html\n",
    "conf/base/parameters_training.yml": "seed: 1\ncandidates: 3\nmetric: roc_auc\nlimit: 0.7\n",
    "docs/operate.md": "Deploy.\n\nRoll back.\n\nMonitor.\n\nRetrain.\n",
    "dvc.yaml": "stages:\n  train:\n    deps: [a, b]\n",
    "requirements/train.txt": "kedro==1.7.0\nnumpy==2.4.0\npandas==2.3.0\n",
    "data/01_raw/.gitkeep": "",
    "data/01_raw/trains.parquet.dvc": "outs:\n- md5: 123\n  path: trains.parquet\n",
    "data/01_raw/trains.parquet": "the example's rows\n",
    f"{PACKAGE}/features.py": FEATURES,
    f"{PACKAGE}/schemas.py": "class Trains:\n    delay: float\n    line: str\n    operator: str\n",
    "tests/unit/test_features.py": "from late_trains import features\n\n\ndef test_it():\n    assert features\n",
}
LOGO = bytes(range(256)) * 4


def replace(path: str, old: str, new: str) -> Change:
    """A change that replaces a text, which has to be there once."""

    def change(folder: Path) -> None:
        text = (folder / path).read_text("utf-8")
        assert text.count(old) == 1
        (folder / path).write_text(text.replace(old, new), "utf-8")

    return change


def write(path: str, content: str | bytes) -> Change:
    """A change that writes a file."""

    def change(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)

    return change


def move(old: str, new: str) -> Change:
    """A change that renames a file or folder."""

    def change(folder: Path) -> None:
        (folder / new).parent.mkdir(parents=True, exist_ok=True)
        (folder / old).rename(folder / new)

    return change


def delete(path: str) -> Change:
    """A change that deletes a file or folder."""

    def change(folder: Path) -> None:
        shutil.rmtree(folder / path) if (folder / path).is_dir() else (folder / path).unlink()

    return change


def both(*changes: Change) -> Change:
    """Some changes, one after the other."""

    def change(folder: Path) -> None:
        for one in changes:
            one(folder)

    return change


def ask(**questions: Any) -> Change:
    """A change of the template's questions; None takes one away."""

    def change(folder: Path) -> None:
        said = {**QUESTIONS, **questions}
        kept = {name: value for name, value in said.items() if value is not None}
        (folder.parent / "cookiecutter.json").write_text(json.dumps(kept, indent=2), "utf-8")

    return change


def commit(folder: Path, message: str = "A change") -> str:
    """Commits all that is in a repository."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


@dataclass(frozen=True)
class TinyTemplate:
    """The template, in git."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "TinyTemplate":
        """Makes it; its main branch holds the first version."""
        inner = folder / INNER
        for path, text in TEXTS.items():
            write(path, text)(inner)
        write("docs/logo.png", LOGO)(inner)
        write("cookiecutter.json", json.dumps(QUESTIONS, indent=2))(folder)
        git(folder, "init", "--quiet", "--initial-branch", "main")
        git(folder, "add", "--all", "--force")
        commit(folder, "The first version")
        return cls(folder)

    def version(self, name: str, change: Change) -> str:
        """A version that differs from the first by a change, as a branch; its commit."""
        git(self.folder, "switch", "--quiet", "--create", name, "main")
        change(self.folder / INNER)
        git(self.folder, "add", "--all", "--force")
        made = commit(self.folder, name)
        git(self.folder, "switch", "--quiet", "main")
        return made

    def bake(self, into: Path, version: str = "main", answers: Mapping[str, str] | None = None) -> Path:
        """A project, committed, with the record that cruft would have left."""
        git(self.folder, "switch", "--quiet", version)
        settings = into / "settings.yml"
        write("settings.yml", f"replay_dir: {into}/replay\ncookiecutters_dir: {into}/templates\n")(into)
        made = cookiecutter(
            str(self.folder),
            no_input=True,
            extra_context=dict(answers or {}),
            output_dir=str(into),
            config_file=str(settings),
        )
        said = json.loads((self.folder / "cookiecutter.json").read_text("utf-8"))
        told = {name: value for name, value in said.items() if name != "remote"} | {"remote": said["remote"][0]}
        if "owner" in told:
            told["owner"] = f"{told['slug']}-team"
        context = {name: told[name] for name in said} | dict(answers or {})
        sha = git(self.folder, "rev-parse", "HEAD")
        values = context | {"_template": str(self.folder), "_commit": sha}
        state = {"template": str(self.folder), "commit": sha, "checkout": None, "context": {"cookiecutter": values}}
        write(".cruft.json", json.dumps(state, indent=2) + "\n")(Path(made))
        git(self.folder, "switch", "--quiet", "main")
        git(Path(made), "init", "--quiet", "--initial-branch", "main")
        commit(Path(made), "Start from the template")
        return Path(made)


def files(project: Path) -> Files:
    """What lies in a project's folder, by path."""
    paths = [path for path in project.rglob("*") if path.is_file() and ".git" not in path.relative_to(project).parts]
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in paths}
