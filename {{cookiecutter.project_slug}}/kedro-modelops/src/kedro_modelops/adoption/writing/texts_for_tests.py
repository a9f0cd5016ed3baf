"""What the templates say in tests and in the notebook."""

import re
from typing import Any

from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.writing import contract_fields as fields

OPENING = """from pathlib import Path

{}from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.utils import find_kedro_project

%matplotlib inline

project = find_kedro_project(Path.cwd())
bootstrap_project(project)
with KedroSession.create(project_path=project) as session:
    table = {}
"""
FOREIGN = repr("nothing of the kind")


def texts_for_tests(proposal: Proposal) -> dict[str, Any]:
    """A value that breaks the contract, rows with what became of them, and a figure."""
    columns = [proposal.columns[name] for name in proposal.features]
    ranged = [column for column in columns if " le=" in fields.field_line(column, "x") and column.known.max() > 0]
    listed = [column for column in columns if column.kind == "text" and column.is_listed]
    free = [column for column in columns if column.name in proposal.text]
    if ranged:
        name, broken = ranged[0].name, "another_unit"
        title, value = f"{name} in another unit does not fit its range", f"recorded()[{name!r}] * 1000"
    elif listed:
        name, broken = listed[0].name, "another_value"
        title, value = f"A {name} that is not listed is refused", FOREIGN
    elif free:
        name, broken = free[0].name, "a_longer_text"
        is_file = proposal.rules and name == proposal.content
        longest = proposal.rules.longest if proposal.rules and is_file else fields.longest_text(free[0])
        title, value = f"A {name} that is too long is refused", f'"x" * {longest + 1}'
    else:
        name, broken = next((column.name for column in columns if column.kind != "text"), columns[0].name), "a_text"
        title, value = f"A text is no {name}", FOREIGN
    return {
        "range_title": title,
        "range_name": broken,
        "range_column": name,
        "range_value": value,
        "missing": re.escape(columns[0].name),
        **_label_test(proposal),
        **_notebook(proposal),
    }


def _label_test(proposal: Proposal) -> dict[str, Any]:
    if proposal.kind == "regression":
        value = proposal.goal.known.iloc[0].item()
        return {"label_rows": [value], "label_expected": [float(value)]}
    given = list(proposal.classes)[:3] if proposal.kind == "multiclass" else list(proposal.classes)
    expected = [value == proposal.classes[-1] for value in given] if proposal.kind == "binary" else given
    return {"label_rows": given, "label_expected": expected}


def _loaded(proposal: Proposal) -> str:
    """What the notebook loads."""
    raw = f'session.load_context().catalog.load("{proposal.name}_raw")'
    return f"pd.concat([load() for load in {raw}.values()], ignore_index=True)" if proposal.every else raw


def _notebook(proposal: Proposal) -> dict[str, str]:
    """Code of a figure: the target by the first feature that is a number, or alone."""
    number = next((column.name for column in proposal.of_kind("whole number") if not column.is_listed), None)
    target = proposal.target
    if number and proposal.kind == "regression":
        figure = f"table.plot.scatter({number!r}, {target!r}, s=4);"
    elif number:
        figure = f"table.boxplot({number!r}, by={target!r});"
    elif proposal.kind == "regression":
        figure = f"table[{target!r}].plot.hist(bins=30);"
    else:
        figure = f"table[{target!r}].value_counts().plot.bar();"
    imports = "import pandas as pd\n" if proposal.every else ""
    words = f"{number} of each row, by {target}." if number else f"How often which {target} occurs."
    return {"notebook": OPENING.format(imports, _loaded(proposal)) + figure, "notebook_text": words}
