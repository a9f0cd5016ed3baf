"""Answers that would not work are refused with a sentence, and leave nothing behind."""

import json
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cookiecutter.utils import create_env_with_context

from baking import NAMES, QUESTIONS, ROOT, run
from conftest import Bake

COOKIECUTTER = (sys.executable, "-m", "cookiecutter")
GOOD = {
    "project_name": "Flight Delays",
    "project_slug": "flight-delays",
    "package_name": "flight_delays",
    "description": "Predicts delays.",
    "organization": "example-org",
}
REFUSED = [
    ("project_name", "Late\nflights", "on one line"),
    ("project_name", "Late\x00flights", "on one line"),
    ("project_name", "Late\u2028flights", "on one line"),
    ("project_name", "Late {{ flights }}", "without paired braces"),
    ("description", "Predicts\tdelays", "on one line"),
    ("description", "{% raw %}", "without paired braces"),
    ("description", "{# nothing #}", "without paired braces"),
    ("project_slug", "Flight-Delays", "lower-case letters, digits and inner hyphens"),
    ("project_slug", "flight_delays", "lower-case letters, digits and inner hyphens"),
    ("project_slug", "flight delays", "lower-case letters, digits and inner hyphens"),
    ("project_slug", "-flight-delays", "lower-case letters, digits and inner hyphens"),
    ("project_slug", "flight-delays-", "lower-case letters, digits and inner hyphens"),
    ("project_slug", "f", "lower-case letters, digits and inner hyphens"),
    ("project_slug", "flüge", "lower-case letters, digits and inner hyphens"),
    ("project_slug", "flights/late", "lower-case letters, digits and inner hyphens"),
    ("project_slug", "../flights", "lower-case letters, digits and inner hyphens"),
    ("project_slug", "con", "'con-project'"),
    ("project_slug", "lpt1", "'lpt1-project'"),
    ("package_name", "flight-delays", "a letter first"),
    ("package_name", "Flights", "a letter first"),
    ("package_name", "2013_flights", "a letter first"),
    ("package_name", "_flights", "a letter first"),
    ("package_name", "flüge", "a letter first"),
    ("package_name", "", "a letter first"),
    ("package_name", "import", "a letter first"),
    ("package_name", "json", "'json_project'"),
    ("package_name", "nul", "'nul_project'"),
    ("package_name", "kedro", "'kedro_project'"),
    ("package_name", "tests", "'tests_project'"),
    ("organization", "-example", "up to 39 letters"),
    ("organization", "example-", "up to 39 letters"),
    ("organization", "example--org", "up to 39 letters"),
    ("organization", "example_org", "up to 39 letters"),
    ("organization", "example org", "up to 39 letters"),
    ("organization", "e" * 40, "up to 39 letters"),
    ("organization", "", "up to 39 letters"),
]


@pytest.fixture(scope="module")
def refusals() -> Callable[..., list[str]]:
    """The judge of pre_gen, rendered as cookiecutter does."""
    source = (ROOT / "hooks" / "pre_gen_project.py").read_text("utf-8")
    context: dict[str, Any] = {"cookiecutter": GOOD}
    namespace: dict[str, Any] = {}
    exec(create_env_with_context(context).from_string(source).render(**context), namespace)  # noqa: S102 (our own hook)
    return lambda **changed: list(namespace["refusals"](**GOOD | changed))


@pytest.mark.parametrize(("question", "answer", "advice"), REFUSED)
def test_refuses_with_one_sentence(question: str, answer: str, advice: str, refusals: Callable[..., list[str]]) -> None:
    [sentence] = refusals(**{question: answer})
    assert sentence.startswith(f"{question} {answer!r} ")
    assert sentence.endswith(".")
    assert advice in sentence


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_accepts_hostile_names(name: str, refusals: Callable[..., list[str]]) -> None:
    assert refusals(project_name=name, description=name) == []


def test_accepts_the_longest_answers(refusals: Callable[..., list[str]]) -> None:
    assert refusals(project_slug="s" * 100, package_name="p" * 40, organization="o" * 39) == []


def test_refuses_the_name_of_everything_a_project_imports(refusals: Callable[..., list[str]], bake: Bake) -> None:
    settings = tomllib.loads((bake().path / "pyproject.toml").read_text("utf-8"))
    groups = settings["dependency-groups"]
    remotes = [requirement for group in groups if group.startswith("remote-") for requirement in groups[group]]
    folder = bake().path / "kedro-modelops"
    plugin = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    listed = (folder / "src/kedro_modelops/serving/requirements.in").read_text("utf-8").splitlines()
    service = [line for line in listed if not line.startswith("#")]
    needed = [*settings["project"]["dependencies"], *plugin["project"]["dependencies"]]
    wanted = [*needed, *groups["test"], *groups["model"], *service, plugin["project"]["name"]]
    names = {re.split(r"[^a-z0-9-]", name)[0] for name in (*wanted, *remotes)}
    called = {
        "markdown-it-py": "markdown_it",
        "opentelemetry-exporter-otlp-proto-http": "opentelemetry",
        "pillow": "PIL",
        "python-json-logger": "pythonjsonlogger",
        "scikit-learn": "sklearn",
        "pyyaml": "yaml",
        "ruamel-yaml": "ruamel",
    }
    imported = {called.get(name, name.replace("-", "_")) for name in names}
    assert {"kedro", "sklearn", "pytest", "dvc_s3"} <= imported
    assert [name for name in sorted(imported) if not refusals(package_name=name)] == []


def test_every_question_and_option_has_words_for_people() -> None:
    prompts = QUESTIONS["__prompts__"]
    questions = [key for key in QUESTIONS if not key.startswith("_")]
    assert list(prompts) == questions
    for question in questions:
        if isinstance(options := QUESTIONS[question], list):
            assert [*prompts[question]] == ["__prompt__", *options]


@pytest.mark.parametrize(
    "answer",
    ["project_slug=Flight_Delays", "project_slug=a/b/c", "project_slug=con", "project_name=🛫", "package_name=json"],
)
def test_a_refused_bake_leaves_nothing(answer: str, template: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    done = run(*COOKIECUTTER, template, "--no-input", "-o", out, answer, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "type " in done.stdout.splitlines()[0]
    assert list(out.iterdir()) == []


def test_an_existing_folder_is_refused_and_kept(template: Path, tmp_path: Path) -> None:
    mine = tmp_path / "flight-delays" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    done = run(*COOKIECUTTER, template, "--no-input", cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "already exists" in done.stdout
    assert list(tmp_path.rglob("*")) == [mine.parent, mine]


def test_an_existing_folder_is_kept_when_answers_are_refused(template: Path, tmp_path: Path) -> None:
    mine = tmp_path / "flight-delays" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    command = (*COOKIECUTTER, template, "--no-input", "--overwrite-if-exists", "organization=not an owner")
    assert run(*command, cwd=tmp_path, check=False).returncode == 1
    assert list(tmp_path.rglob("*")) == [mine.parent, mine]


def test_an_existing_folder_is_filled_on_demand(template: Path, tmp_path: Path) -> None:
    mine = tmp_path / "flight-delays" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    run(*COOKIECUTTER, template, "--no-input", "--overwrite-if-exists", cwd=tmp_path)
    assert mine.read_text() == "mine"
    assert (mine.parent / "LICENSE").is_file()


def test_bakes_without_network_and_without_git_configuration(template: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*_):\n    raise OSError('there is no network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
    )
    offline = {"PYTHONPATH": str(tmp_path), "HOME": str(tmp_path / "home"), "USERPROFILE": str(tmp_path / "home")}
    probe = "import socket; socket.create_connection(('localhost', 1))"
    assert "there is no network" in run(sys.executable, "-c", probe, cwd=tmp_path, check=False, env=offline).stdout
    done = run(*COOKIECUTTER, template, "--no-input", cwd=tmp_path, env=offline)
    assert "make setup" in done.stdout
    state = json.loads((tmp_path / "flight-delays" / ".cruft.json").read_text("utf-8"))
    assert state["commit"] == run("git", "rev-parse", "HEAD", cwd=template).stdout.strip()
