"""The files of a project, rendered for its table."""

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import yaml

SOURCES = {
    "schemas.py": "src/{package}/schemas.py",
    "features.py": "src/{package}/features.py",
    "problem.py": "src/{package}/problem.py",
    "nodes.py": "src/{package}/pipelines/data_processing/nodes.py",
    "parameters.py": "src/{package}/pipelines/data_processing/parameters.py",
    "pipeline.py": "src/{package}/pipelines/data_processing/pipeline.py",
    "parameters_data_processing.yml": "conf/base/parameters_data_processing.yml",
    "parameters_training.yml": "conf/base/parameters_training.yml",
    "parameters_evaluation.yml": "conf/base/parameters_evaluation.yml",
    "parameters_ingestion.yml": "conf/base/parameters_ingestion.yml",
    "parameters_monitoring.yml": "conf/base/parameters_monitoring.yml",
    "parameters_registration.yml": "conf/base/parameters_registration.yml",
    "parameters_ci.yml": "conf/ci/parameters.yml",
    "rows.py": "tests/rows.py",
    "test_features.py": "tests/unit/test_features.py",
    "test_data_processing.py": "tests/unit/test_data_processing.py",
    "test_ranges.py": "tests/contracts/test_ranges.py",
}
"""Where each template goes."""
LONG = 80
"""Characters of a sentence that stands in the line of its name."""
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=False,  # noqa: S701  (it is Python and YAML)
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"py": repr, "yaml": in_yaml, "yaml_block": yaml_block, "short": "{:.4g}".format}
    environment.filters["yaml_text"] = yaml_text
    return environment


def in_yaml(value: Any) -> str:
    """A value in one line of YAML."""
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def yaml_text(text: str, indent: int) -> str:
    """A sentence in YAML: in one line, or folded where it is long."""
    if len(text) + indent < LONG:
        return in_yaml(text)
    return textwrap.fill(
        " ".join(text.split()),
        118,
        initial_indent=f">-\n{' ' * (indent + 2)}",
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )


def yaml_block(value: Mapping[str, Any], indent: int) -> str:
    """A mapping in YAML, what is innermost in one line."""
    plain = json.loads(json.dumps(value))  # without anchors for what stands twice
    text: str = yaml.safe_dump(plain, default_flow_style=None, sort_keys=False, width=110 - indent, allow_unicode=True)
    return textwrap.indent(text.rstrip("\n"), " " * indent)


def render(context: Mapping[str, Any]) -> dict[str, str]:
    """All files that are written anew, by their path in the project."""
    environment = _environment()
    package = context["package"]
    written = {
        path.format(package=package): environment.get_template(f"{name}.j2").render(context)
        for name, path in SOURCES.items()
    }
    return {path: _blank_lines(text) if path.endswith(".py") else text for path, text in written.items()}


def render_catalog(context: Mapping[str, Any], stays: str) -> str:
    """The catalog: what comes before `train_set` is written anew, and the rest stays."""
    return _environment().get_template("catalog.yml.j2").render(context) + stays


def render_notebook(context: Mapping[str, Any], code: str) -> str:
    """The notebook: a figure of the table."""
    words = _environment().get_template("notebook.md.j2").render(context)
    cells = [
        {"cell_type": "markdown", "id": "markdown", "metadata": {}, "source": words.strip().splitlines(keepends=True)},
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "code",
            "metadata": {},
            "outputs": [],
            "source": code.splitlines(keepends=True),
        },
    ]
    notebook = {"cells": cells, "metadata": KERNEL | {"language_info": {"name": "python"}}, "nbformat": 4}
    return json.dumps(notebook | {"nbformat_minor": 5}, indent=1, ensure_ascii=False) + "\n"


def _blank_lines(text: str) -> str:
    """Without blank lines at a class's beginning or end that a part left out has left."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.strip() and len(lines) > 1 and not lines[-1].strip() and not lines[-2].strip():
            continue
        lines.append(line.rstrip())
    return "\n".join(lines).strip("\n") + "\n"
