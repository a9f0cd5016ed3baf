"""A baked project is whole, clean and readable everywhere, whatever it is called."""

import ast
import json
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
import yaml

from baking import COMBINATIONS, NAMES, OPTIONS, PYTHONS, QUESTIONS, BakedProject, run
from conftest import Bake

ONLY_WITH = {  # what no other answer may leave in a project
    "s3": ["requirements/remote-s3.txt"],
    "gcs": ["requirements/remote-gcs.txt"],
    "azure": ["requirements/remote-azure.txt"],
    "compose": ["compose.yaml", "deploy/compose"],
    "kubernetes": ["deploy/kubernetes"],
}
PARSERS: dict[str, Callable[[str], object]] = {
    ".py": ast.parse,
    ".toml": tomllib.loads,
    ".yml": lambda text: list(yaml.safe_load_all(text)),
    ".yaml": lambda text: list(yaml.safe_load_all(text)),
    ".dvc": lambda text: list(yaml.safe_load_all(text)),
    ".lock": lambda text: list(yaml.safe_load_all(text)),
    ".json": json.loads,
    ".ipynb": json.loads,
}
NO_WINDOWS_NAME = re.compile(r"(?i)(aux|con|nul|prn|com\d|lpt\d)(\.|$)|.*[. ]$|.*[<>:\"\\|?*\x00-\x1f]")


@pytest.fixture(params=[*COMBINATIONS, *NAMES])
def project(request: pytest.FixtureRequest, bake: Bake) -> BakedProject:
    """Each named combination, and each hostile name as project name and description."""
    hostile = NAMES.get(request.param, "")
    return bake(**COMBINATIONS.get(request.param) or {"project_name": hostile, "description": hostile})


def test_combinations_cover_every_option_and_every_python_here() -> None:
    chosen = {question: {answers[question] for answers in COMBINATIONS.values()} for question in OPTIONS}
    assert chosen == {question: set(options) for question, options in OPTIONS.items()} | {
        "python_version": set(PYTHONS)
    }


def test_every_file_parses(project: BakedProject) -> None:
    parsed = set()
    for name, text in project.texts():
        if (suffix := PurePosixPath(name).suffix) in PARSERS:
            PARSERS[suffix](text)
            parsed.add(suffix)
    assert parsed >= {".py", ".toml", ".yml", ".dvc", ".json"}


def test_no_jinja_is_left(project: BakedProject) -> None:
    verbatim = tuple(pattern.removesuffix("*") for pattern in QUESTIONS["_copy_without_render"])
    for name, text in project.texts():
        assert not re.search(r"\{[{%].*cookiecutter", text + name), name
        assert name.startswith(verbatim) or not re.search(r"\{[{%#]", text), name


def test_every_name_is_good_on_windows(project: BakedProject) -> None:
    names = [path.relative_to(project.path) for path in project.files()]
    assert [name for name in names if any(NO_WINDOWS_NAME.match(part) for part in name.parts)] == []
    assert [name for name in names if len(str(name)) > 160] == []
    assert len({str(name).lower() for name in names}) == len(names)


def test_texts_have_unix_line_breaks_and_end_with_one(project: BakedProject) -> None:
    assert [name for name, text in project.texts() if "\r" in text] == []
    assert [name for name, text in project.texts() if text and not text.endswith("\n")] == []


def test_python_is_clean_as_baked(project: BakedProject) -> None:
    project.run(sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise", ".")
    project.run(sys.executable, "-m", "ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_name_arrives(name: str, bake: Bake) -> None:
    project = bake(project_name=name, description=name)
    settings = tomllib.loads((project.path / "pyproject.toml").read_text("utf-8"))
    assert settings["project"]["description"] == name
    assert settings["tool"]["kedro"]["project_name"] == name
    assert (project.path / "src" / settings["tool"]["kedro"]["package_name"] / "__init__.py").is_file()
    assert len(settings["tool"]["kedro"]["package_name"]) <= 30


def test_has_the_files_of_the_template_and_no_others(combination: BakedProject, template: Path) -> None:
    folder = "{{cookiecutter.project_slug}}/"
    tracked = run("git", "ls-files", "-z", folder, cwd=template).stdout.split("\0")
    package = "flight_delays"
    names = {name.removeprefix(folder).replace("{{cookiecutter.package_name}}", package) for name in tracked if name}
    unchosen = tuple(
        path for option, paths in ONLY_WITH.items() if option not in combination.answers.values() for path in paths
    )
    expected = {name for name in names if not name.startswith(("licenses/", *unchosen))} | {
        "LICENSE",
        ".cruft.json",
        ".conformance.json",
    }
    assert {path.relative_to(combination.path).as_posix() for path in combination.files()} == expected


def named_images(project: BakedProject) -> list[tuple[str, str]]:
    """Images of others that files name, each with its file: what has a digest, and any tag of the same names."""
    texts = {path: text for path, text in project.texts() if not path.startswith("requirements/")}
    begun = {image for text in texts.values() for image in re.findall(r"([a-z][\w./-]*):[\w.-]+@sha256:", text)}
    tags = re.compile(rf"(?<![\w./])(?<!\w-)(?:{'|'.join(sorted(begun))}):(?!\d{{4}})\d[\w.-]*")  # 5432 is a port
    return sorted((path, image) for path, text in texts.items() for image in tags.findall(text))


def test_base_images_stand_in_one_place(combination: BakedProject, tmp_path: Path) -> None:
    run_beside = {"compose.yaml": ["haproxy", "postgres"]} if (combination.path / "compose.yaml").exists() else {}
    named = named_images(combination)
    places = {path: [image.partition(":")[0] for where, image in named if where == path] for path, _ in named}
    assert places == run_beside | {"docker/base.Dockerfile": ["python"] * len(PYTHONS)}
    assert len({image for _, image in named}) == len(named)
    other = combination.copy(tmp_path)
    (other.path / "docker/nightly.Dockerfile").write_text("FROM python:3.12-slim\n", "utf-8")
    assert set(named_images(other)) - set(named) == {("docker/nightly.Dockerfile", "python:3.12-slim")}


def test_a_container_of_an_editor_has_the_python_and_the_environment_of_the_project(combination: BakedProject) -> None:
    container = json.loads((combination.path / ".devcontainer/devcontainer.json").read_text("utf-8"))
    editor = json.loads((combination.path / ".vscode/settings.json").read_text("utf-8"))
    version = (combination.path / ".python-version").read_text("utf-8").strip()
    assert container["image"] == f"mcr.microsoft.com/devcontainers/python:1-{version}-bookworm"
    programs = editor["python.defaultInterpreterPath"].replace("${w", "${containerW").removesuffix("/python")
    assert container["remoteEnv"]["PATH"].split(":")[0] == programs


def test_the_license_is_the_chosen_one(combination: BakedProject) -> None:
    opening = {
        "Proprietary": f"Copyright (c) {QUESTIONS['organization']}. All rights reserved.",
        "Apache-2.0": "Apache License",
        "BSD-3-Clause": "BSD 3-Clause License",
        "MIT": "MIT License",
    }
    text = (combination.path / "LICENSE").read_text("utf-8")
    assert text.split("\n\n")[0].strip().startswith(opening[combination.answers["license"]])
    assert re.search(rf"Copyright (\(c\) )?{QUESTIONS['organization']}", text)


def test_two_bakes_are_equal(bake: Bake, template: Path, tmp_path: Path) -> None:
    first, second = bake(), BakedProject.bake(template, tmp_path)
    assert dict(first.texts()) == dict(second.texts())


def test_the_template_is_left_as_it_was(bake: Bake, template: Path) -> None:
    bake()
    assert run("git", "status", "--porcelain", cwd=template).stdout == ""


def test_a_zip_bakes_and_says_that_it_has_no_commit(template: Path, tmp_path: Path) -> None:
    archive = tmp_path / "template.zip"
    run("git", "archive", "--prefix", "template/", "--output", archive, "HEAD", cwd=template)
    done = run(sys.executable, "-m", "cookiecutter", archive, "--no-input", cwd=tmp_path)
    assert "No .cruft.json, for the template's commit is unknown here" in done.stdout
    assert not (tmp_path / "flight-delays" / ".cruft.json").exists()
    assert (tmp_path / "flight-delays" / "LICENSE").is_file()


def test_a_python_without_a_base_image_is_said_in_a_sentence(bake: Bake, tmp_path: Path) -> None:
    project = bake(**COMBINATIONS["laptop"]).copy(tmp_path)
    (project.path / ".python-version").write_text("3.14\n", "utf-8")
    told = project.make("image-train", "DOCKER=true", check=False)
    assert told.returncode
    assert "docker/base.Dockerfile has no image of the Python 3.14 that .python-version names" in told.stdout
