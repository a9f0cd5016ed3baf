"""What the tests bake, and what they can do with a baked project."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from cookiecutter.main import cookiecutter

import sharing

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))
OPTIONS: dict[str, list[str]] = {key: value for key, value in QUESTIONS.items() if isinstance(value, list)}
del OPTIONS["_copy_without_render"]

PLUGIN = {"PYTHONPATH": str(ROOT / "{{cookiecutter.project_slug}}/kedro-modelops/src")}
"""Environment in which a Python finds the plugin, and nothing that it needs."""
RELEASE = (sys.executable, "-S", "-m", "kedro_modelops.release")
"""How commands are typed where no package is installed, with `PLUGIN` as environment."""

CHECKOV = (
    *(Path(sys.executable).with_name("uv"), "run", "--no-project", "--isolated", "--python", sys.executable),
    *("--with-requirements", ROOT / "requirements" / "checkov.txt"),
)
"""Begins a command in the environment of checkov, which has a parser of HCL too."""

AUTHOR = {f"GIT_{role}_{key}": "tester@localhost" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}

SMALLEST = [
    "training.cross_validation.options={n_splits: 2}",
    "training.candidates.logistic_regression.space={C: [0.1]}",
    "training.candidates.decision_tree.space={max_depth: [6], min_samples_leaf: [200]}",
    "training.candidates.gradient_boosting.space={learning_rate: [0.1], max_leaf_nodes: [15], min_samples_leaf: [200]}",
]


def clean_environment() -> dict[str, str]:
    """Environment of a person who has set nothing up: no virtual environment, no git configuration.

    Tests share the cores: OpenMP's threads, which spin while they wait, would hold each other up for minutes.
    """
    theirs = ("GIT_", "MAKE", "PYTHON", "TOX_", "VIRTUAL_ENV")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(theirs)}
    path = [entry for entry in inherited["PATH"].split(os.pathsep) if not entry.startswith(sys.prefix)]
    clean = {"PATH": os.pathsep.join(path), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return inherited | clean | sharing.environment() | {"DO_NOT_TRACK": "1", "OMP_NUM_THREADS": "1"}


Done = subprocess.CompletedProcess[str]


def run(*command: str | Path, cwd: Path, check: bool = True, env: dict[str, str] | None = None) -> Done:
    """Run a command in the clean environment; what it printed, both streams together, is `stdout`."""
    __tracebackhide__ = True
    done = subprocess.run(
        command,
        cwd=cwd,
        env=clean_environment() | (env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if check and done.returncode:
        words = " ".join(map(str, command))
        raise AssertionError(f"{words}\nin {cwd} ended with {done.returncode}:\n{done.stdout}")
    return done


def build_plugin(into: Path, version: str | None = None) -> None:
    """Build wheel and sdist of the plugin into a folder, as `make plugin` does, or under another version."""
    project = ROOT / "{{cookiecutter.project_slug}}"
    copied = shutil.copytree(project / "kedro-modelops", into / "plugin")
    if version:
        settings = copied / "pyproject.toml"
        text = re.sub(r'^version = ".*"', f'version = "{version}"', settings.read_text("utf-8"), flags=re.MULTILINE)
        settings.write_text(text, "utf-8")
    build = ("build", "--quiet", "--require-hashes", "--build-constraints", project / "requirements/dev.txt")
    run(Path(sys.executable).with_name("uv"), *build, "--out-dir", into, copied, cwd=into)


def npm_install(locked: Path, home: Path) -> None:
    """Install into `home` what the lock in a folder names, with the scripts beside it; what `home` held goes."""
    for path in locked.iterdir():
        shutil.copy(path, home / path.name)
    run("npm", "ci", "--no-audit", "--no-fund", cwd=home)


def pythons() -> dict[str, Path]:
    """Interpreters on this machine for the Python versions one can choose, by version."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    found = {}
    for version in OPTIONS["python_version"]:
        names = [
            os.path.realpath(sys.executable),
            f"python{version}",
            *sorted(map(str, pyenv.glob(f"*/bin/python{version}"))),
        ]
        paths = [shutil.which(name) for name in names]
        for path in filter(None, paths):
            if f"Python {version}." in run(path, "--version", cwd=ROOT, check=False).stdout:
                found[version] = Path(path)
                break
    return found


PYTHONS = pythons()


CLOUDS = {"local": "laptop", "s3": "amazon", "gcs": "google", "azure": "microsoft"}
"""What tests call the answers with a remote."""


def combinations() -> dict[str, dict[str, str]]:
    """Answers that together cover every option of cookiecutter.json, and every Python that is installed here.

    The first is what most tests use: data in a folder, served by Docker Compose.
    """
    plain = {"data_remote": "local", "deploy_target": "compose"}
    ordered = {name: sorted(options, key=lambda option: option != plain.get(name)) for name, options in OPTIONS.items()}
    ordered["python_version"] = list(PYTHONS)
    found = {}
    for number in range(max(map(len, ordered.values()))):
        answers = {name: options[number % len(options)] for name, options in ordered.items()}
        name = CLOUDS.get(answers["data_remote"], answers["data_remote"])
        found[f"{name} {number}" if name in found else name] = answers
    return found


COMBINATIONS = combinations()
NAMES = {
    "quotes": """Say "late", 'soon' or `now`""",
    "trailing backslash": "Flights of \\today\\",
    "unicode": "Flüge über Ærø: 航班 🛫",
    "sixty characters": "Which flights of the coming month will arrive late and why ok",
    "path separators": "flights/../../late\\..\\soon",
    "markup": "<b>Late</b> & *soon* # not: [a, {list}] = %(x)s $HOME",
}


def commit(repository: Path, message: str) -> str:
    """Commit all that is in a repository, without the hooks, which test_moves.py tries; returns the commit."""
    run("git", "add", "--all", cwd=repository)
    run("git", "commit", "--quiet", "--no-verify", "--message", message, cwd=repository, env=AUTHOR)
    return run("git", "rev-parse", "HEAD", cwd=repository).stdout.strip()


def append(file: Path, text: str) -> None:
    """Add a text to the end of a file."""
    with file.open("a", encoding="utf-8", newline="\n") as opened:
        opened.write(text)


def copy_template(to: Path) -> Path:
    """Commit the template as it is in the working tree to a repository of its own, and return that."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).stdout
    for name in sorted(set(listed.split("\0")) - {""}):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    run("git", "init", "--quiet", "--initial-branch", "main", cwd=to)
    run("git", "add", "--all", "--force", cwd=to)  # the project's own .gitignore hides its data
    commit(to, "The template as it is")
    return to


@dataclass(frozen=True)
class BakedProject:
    """A project baked from the template."""

    path: Path
    answers: dict[str, str]

    def __post_init__(self) -> None:
        """What another project has compiled is not compiled again."""
        sharing.share_bytecode(self.path)

    @classmethod
    def bake(cls, template: Path, into: Path, **answers: str) -> "BakedProject":
        """Answer the questions, defaults for those not named, in this process."""
        config = into / "cookiecutter.yaml"
        config.write_text(yaml.safe_dump({name: str(into / name) for name in ("replay_dir", "cookiecutters_dir")}))
        path = cookiecutter(
            str(template), no_input=True, extra_context=answers, output_dir=str(into), config_file=str(config)
        )
        return cls(Path(path), answers)

    def copy(self, to: Path) -> "BakedProject":
        """Copy of the project, which a test may change."""
        return BakedProject(shutil.copytree(self.path, to / self.path.name), self.answers)

    def run(self, *command: str | Path, check: bool = True, env: dict[str, str] | None = None) -> Done:
        """Run a command inside the project, with the project's Python first on the path."""
        python = PYTHONS[self.answers.get("python_version", next(iter(PYTHONS)))]
        path = os.pathsep.join([str(python.parent), clean_environment()["PATH"]])
        return run(*command, cwd=self.path, check=check, env={"PATH": path} | (env or {}))

    def make(self, *targets: str, check: bool = True, env: dict[str, str] | None = None) -> Done:
        """Run make inside the project."""
        return self.run("make", *targets, check=check, env=env)

    def set_up(self) -> None:
        """`make setup`, but for fetching uv, which test_project.py tries: for tests of what comes after it."""
        sharing.lend_uv(self.path)
        self.make("setup", env=AUTHOR)
        sharing.keep_uv(self.path)

    def search_less(self) -> None:
        """Trains with the smallest of searches, of two folds, from now on."""
        self.run(".venv/bin/kedro", "set-parameters", *SMALLEST)

    def files(self, pattern: str = "*") -> list[Path]:
        """Files whose path or name matches, without those of git."""
        return sorted(
            path
            for path in self.path.rglob(pattern)
            if path.is_file() and ".git" not in path.relative_to(self.path).parts
        )

    def texts(self) -> Iterator[tuple[str, str]]:
        """Relative path and content of every text file."""
        for path in self.files():
            content = path.read_bytes()
            if b"\0" not in content:
                yield path.relative_to(self.path).as_posix(), content.decode("utf-8")
