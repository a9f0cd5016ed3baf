"""No package that a project installs has a license that nobody has agreed to."""

import re
from importlib.metadata import Distribution, distributions

import pytest

PERMISSIVE = re.compile(
    r"0?BSD\b.*|MIT\b.*|Apache\b.*|ISC\b.*|PSF.*|Python Software Foundation.*|3-Clause BSD.*|Zlib|CC0-1.0|TCL"
    r"|CNRI-Python|MPL-2.0|Mozilla Public License 2.0.*|Zope Public.*"
)
"""What asks for a notice at most, and the Mozilla and Zope licenses, which ask for changes in their own files."""
AGREED = {
    "asyncssh": "EPL-2.0, for remotes over SSH, unchanged",
    "codespell": "GPL-2.0, a program that checks; in no image",
    "cookiecutter": "BSD-3-Clause, of which its metadata says nothing",
    "grandalf": "GPL-2.0 or EPL-1.0, draws graphs in DVC's commands, unchanged",
    "huey": "MIT, of which its metadata says nothing",
    "psycopg": "LGPL-3.0, a library, unchanged, which can be replaced; in the image of the service",
    "psycopg-binary": "the same",
    "pygit2": "GPL-2.0, with an exception for what links to it",
    "skops": "MIT, of which its metadata says nothing",
    "text-unidecode": "Artistic, or GPL",
    "yamllint": "GPL-3.0, a program that checks; in no image",
}


def licenses(package: Distribution) -> list[str]:
    """What its metadata says: of several that it offers, each is one."""
    metadata = package.metadata
    if said := metadata.get("License-Expression"):
        return said.split(" OR ")
    kinds = [name for name in metadata.get_all("Classifier") or [] if name.startswith("License :: ")]
    named = [name.rpartition(" :: ")[2] for name in kinds if not name.endswith("OSI Approved")]
    return named or (metadata.get("License") or "unknown").splitlines()[:1] or ["unknown"]


def is_permissive(license_: str) -> bool:
    return all(PERMISSIVE.fullmatch(part.strip("() ")) for part in re.split(r" AND | OR ", license_))


def test_each_package_has_a_license_that_is_agreed_to() -> None:
    ours = {"flight-delays", "kedro-modelops"}
    found = {package.name: licenses(package) for package in distributions() if package.name not in ours}
    others = {name for name, said in found.items() if not any(map(is_permissive, said))}
    assert others - set(AGREED) == set()


@pytest.mark.parametrize("license_", ["GPL-3.0-or-later", "MIT AND GPL-2.0-only", "unknown", "AGPL-3.0", "Proprietary"])
def test_others_are_found(license_: str) -> None:
    assert not is_permissive(license_)
