"""What release.yml releases: notes, and a plugin of the same version."""

import json
import re
import shutil
import sys
import tomllib
import zipfile
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from baking import ROOT, Done, build_plugin, commit, run

pytestmark = pytest.mark.slow  # quick, but runners with Windows have no make
PLUGIN = ROOT / "{{cookiecutter.project_slug}}" / "kedro-modelops"
CHANGES = """# Changes

Said of all.

## Unreleased

- Not yet.

## 0.2.0

- New.

  More of it.

## 0.2

- Older.

## 0.1.0
"""


def notes(folder: Path, version: str, told: str) -> Done:
    """Asks for the notes of a version in a repository that calls itself by another, or the same."""
    (folder / "Makefile").write_text((ROOT / "Makefile").read_text("utf-8"), "utf-8")
    (folder / "CHANGELOG.md").write_text(CHANGES, "utf-8")
    (folder / "cookiecutter.json").write_text(f'{{\n  "_version": "{told}"\n}}\n', "utf-8")
    return run("make", "notes", cwd=folder, check=False, env={"VERSION": version})


def test_the_notes_are_the_section_of_the_version_and_nothing_else(tmp_path: Path) -> None:
    done = notes(tmp_path, "0.2.0", "0.2.0")
    assert (done.returncode, done.stdout) == (0, "- New.\n\n  More of it.\n\n")


@pytest.mark.parametrize(
    ("version", "told", "sentence"),
    [
        ("0.2.0", "0.1.0", '"_version" in cookiecutter.json is not 0.2.0'),
        ("0.2", "0.2.0", '"_version" in cookiecutter.json is not 0.2:'),
        ("", "0.1.0", '"_version" in cookiecutter.json is not :'),
        ("0.3.0", "0.3.0", "CHANGELOG.md has no section '## 0.3.0'"),
        ("0.1.0", "0.1.0", "CHANGELOG.md has no section '## 0.1.0', or an empty one"),
    ],
)
def test_a_release_of_another_version_or_without_notes_is_refused(
    version: str, told: str, sentence: str, tmp_path: Path
) -> None:
    done = notes(tmp_path, version, told)
    assert done.returncode
    assert sentence in done.stdout


class Index(BaseHTTPRequestHandler):
    """Takes what is uploaded; `received` has who uploaded it, and what."""

    received: ClassVar[list[tuple[str, bytes]]] = []

    def do_POST(self) -> None:
        """Reads one file."""
        length = int(self.headers["Content-Length"])
        self.received.append((self.headers["Authorization"], self.rfile.read(length)))
        self.send_response(200)
        self.end_headers()


def test_wheel_and_sdist_are_published_where_the_organization_says(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "uv").symlink_to(Path(sys.executable).with_name("uv"))
    (tmp_path / ".venv" / "ready").touch()
    (tmp_path / "dist").mkdir()
    build_plugin(tmp_path / "dist")
    assert "Name the address of the index" in run("make", "publish", cwd=tmp_path, check=False).stdout
    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        index = {"PACKAGE_INDEX": f"http://127.0.0.1:{server.server_port}/upload", "UV_PUBLISH_TOKEN": "pypi-token"}
        run("make", "publish", cwd=tmp_path, env=index)
        server.shutdown()
    assert {login for login, _ in Index.received} == {"Basic " + b64encode(b"__token__:pypi-token").decode()}
    names = [re.findall(rb'filename="(kedro_modelops-[^"]+)"', body) for _, body in Index.received]
    assert sorted(name.suffix for (found,) in names for name in [Path(found.decode())]) == [".gz", ".whl"]


def test_the_plugin_has_the_templates_version() -> None:
    plugin = tomllib.loads((PLUGIN / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert plugin == json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))["_version"]


def test_wheel_and_sdist_hold_the_whole_plugin(tmp_path: Path) -> None:
    build_plugin(tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    assert len(list(tmp_path.glob("*.tar.gz"))) == 1
    source = PLUGIN / "src"
    files = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name} == files


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ("{{cookiecutter.project_slug}}/Makefile", True),
        ("cookiecutter.json", True),
        ("hooks/post_gen_project.py", True),
        ("migrations/0002_more.py", True),
        ("{{cookiecutter.project_slug}}/requirements/train.txt", False),
        ("tests/test_more.py", False),
        ("README.md", False),
    ],
)
def test_what_teams_will_notice_is_in_the_changelog(changed: str, refused: bool, tmp_path: Path) -> None:
    def write(path: str) -> str:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
        return commit(tmp_path, path)

    shutil.copy(ROOT / "Makefile", tmp_path)
    run("git", "init", "--quiet", cwd=tmp_path)
    base = {"BASE": write("start.txt")}
    write(changed)
    done = run("make", "announced", cwd=tmp_path, check=False, env=base)
    assert (done.returncode != 0) is refused
    assert ("CHANGELOG.md does not tell them" in done.stdout) is refused
    write("CHANGELOG.md")
    assert run("make", "announced", cwd=tmp_path, env=base).stdout == ""
