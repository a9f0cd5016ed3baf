"""Judge the answers: the first that would not work ends the bake with a sentence that says what to type instead."""

import json
import keyword
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")
NO_WINDOWS_NAME = {"aux", "con", "nul", "prn"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
IMPORTED_HERE = set(
    """adlfs alembic attr attrs azure boto3 botocore click cookiecutter coverage dask data detect_secrets distributed
    dvc dvc_azure dvc_gs dvc_s3 editables evidently fairlearn fastapi fastapi_offline filelock flask fsspec gcsfs git
    google grimp hatchling httptools hypothesis importlinter ipykernel jinja2 joblib kedro kedro_datasets
    kedro_modelops markdown_it matplotlib mlflow mypy nbclient nbstripout notebooks numpy openpyxl opentelemetry
    packaging pandas pandera power pre_commit pre_commit_hooks prometheus_client psutil psycopg pyarrow pydantic
    pydantic_settings pytest pytest_cov pytest_randomly pytest_timeout pytest_xdist pythonjsonlogger requests rich rows
    ruamel ruff s3fs schemathesis scipy service setuptools sklearn skops sqlalchemy src starlette tests threadpoolctl
    tox tox_uv typing_extensions uv uvicorn uvloop windows yaml yamllint
    """.split()  # noqa: SIM905 (a literal would take a line for each name)
)


def refusals(
    project_name: str, project_slug: str, package_name: str, description: str, organization: str, **_: object
) -> Iterator[str]:
    """Yield a sentence for each answer that would not work."""
    for question, text in (("project_name", project_name), ("description", description)):
        if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text):
            yield f"{question} {text!r} has a line break or control character: type it on one line."
        if re.search(r"\{[%#{]", text):
            yield f"{question} {text!r} would be read as Jinja: type it without paired braces."
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,98}[a-z0-9]", project_slug):
        yield f"project_slug {project_slug!r} names no repository: type lower-case letters, digits and inner hyphens."
    if project_slug in NO_WINDOWS_NAME:
        yield f"project_slug {project_slug!r} is a device on Windows: type another, {project_slug + '-project'!r} say."
    if not re.fullmatch(r"[a-z][a-z0-9_]*", package_name) or keyword.iskeyword(package_name):
        yield f"package_name {package_name!r} is no import name: type lower-case letters, digits and _, a letter first."
    if package_name in IMPORTED_HERE | NO_WINDOWS_NAME | set(sys.stdlib_module_names):
        yield f"package_name {package_name!r} hides another of that name: type {package_name + '_project'!r}, say."
    if not re.fullmatch(r"(?!.*--)[A-Za-z0-9]([A-Za-z0-9-]{0,37}[A-Za-z0-9])?", organization):
        yield f"organization {organization!r} is no GitHub owner: type up to 39 letters, digits, single inner hyphens."


def leave_nothing(slug: str) -> None:
    """Remove the folders that a slug with separators made: cookiecutter itself removes the innermost only."""
    parts = () if Path(slug).is_absolute() or ".." in slug else Path(slug).parts
    for folder in (Path.cwd(), *Path.cwd().parents)[: len(parts) if parts[1:] else 0]:
        os.chdir(folder.parent)
        with suppress(OSError):  # not empty: it was there before
            folder.rmdir()


for sentence in refusals(**ANSWERS):
    leave_nothing(ANSWERS["project_slug"])
    sys.exit(sentence)
