"""A version of the template, rendered as cookiecutter bakes it, by a process of its own: hooks print and may fail."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kedro_modelops.errors import RefusedError
from kedro_modelops.updates.versions.template import Version

Apart = Callable[[Path], str]
"""Has a process of its own `bake` into a folder; what that tells where it fails, and nothing where it does not."""


def start_python(scratch: Path) -> str:
    """Starts a Python for it."""
    command = [sys.executable, "-m", __name__, str(scratch)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return ((done.stderr + done.stdout).strip() or f"exit status {done.returncode}") if done.returncode else ""


def render(
    version: Version, answers: Mapping[str, Any], address: str, scratch: Path, apart: Apart = start_python
) -> tuple[Path, dict[str, Any]]:
    """Renders a version.

    Args:
        version: Of the template, checked out.
        answers: To its questions.
        address: Of the template; files may name it.
        scratch: A folder that is not there yet.
        apart: How the process comes about.

    Returns:
        The folder with the project, and all that it was rendered from.

    Raises:
        RefusedError: With what a hook or cookiecutter says.
    """
    scratch.mkdir()
    request = {"template": str(version.folder), "answers": dict(answers), "address": address, "commit": version.commit}
    (scratch / "request.json").write_text(json.dumps(request), "utf-8")
    if told := apart(scratch):
        msg = f"version {version.name} of the template cannot be rendered with the project's answers: {told[-1500:]}"
        raise RefusedError(msg)
    answer = json.loads((scratch / "answer.json").read_text("utf-8"))
    return Path(answer["folder"]), answer["context"]


def bake(scratch: Path) -> None:
    """Does so in this process; the commit in the context tells hooks that somebody else records it."""
    from cookiecutter.generate import generate_context, generate_files  # noqa: PLC0415  (this process alone needs it)
    from cookiecutter.prompt import prompt_for_config  # noqa: PLC0415  (the same)

    request = json.loads((scratch / "request.json").read_text("utf-8"))
    template = request["template"]
    sys.path.append(template)  # extensions of Jinja that the template brings
    context = generate_context(f"{template}/cookiecutter.json", extra_context=request["answers"])
    context["cookiecutter"] = dict(prompt_for_config(context, no_input=True))
    context["cookiecutter"] |= {"_template": request["address"], "_commit": request["commit"]}
    folder = generate_files(template, context, str(scratch / "project"))
    answer = {"folder": folder, "context": context["cookiecutter"]}
    (scratch / "answer.json").write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    try:
        bake(Path(sys.argv[1]))
    except Exception as error:  # whatever it is, the process that waits tells it
        sys.exit(f"{type(error).__name__}: {error}")
