"""From a project that holds the platform in `src/<package>/mlops/` to one with the plugin beside it."""

import re
from pathlib import Path

RENAMED = {
    r"from \.+border import": "from kedro_modelops.contracts import",
    r"from \.+errors import": "from kedro_modelops.errors import",
    r"\b\w+\.mlops\.partitions\b": "kedro_modelops.predictions.partitions",
    r"\b\w+\.contracts\.EachPartition\b": "kedro_modelops.contracts.partitions.EachPartition",
}
"""Names that teams use in their modules and settings, and what they are called now."""


def migrate(project: Path) -> None:
    """Names of what `mlops/` held are those of the plugin."""
    if not any(project.glob("src/*/mlops")):
        return
    files = [
        *project.glob("src/*/*.py"),
        *project.glob("src/*/pipelines/data_processing/*.py"),
        *project.glob("conf/**/*.yml"),
    ]
    for file in files:
        text = file.read_bytes().decode()
        for old, new in RENAMED.items():
            text = re.sub(old, new, text)
        if "data_processing" in file.parts:  # a second name of the request's contract, in the example's nodes
            text = re.sub(r"\bRequest\b", "FlightPlan", text)
        file.write_bytes(text.encode())
