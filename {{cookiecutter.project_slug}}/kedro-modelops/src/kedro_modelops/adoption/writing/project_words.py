"""What a project says of its example outside the code: names, README, changelog, guides; and what it says then."""

import re
import tomllib
from pathlib import Path

import yaml

from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.errors import RefusedError

CATALOG = "conf/base/catalog.yml"
BEGIN = "\ntrain_set:"


class ProjectWords:
    """Texts of a project, adapted to its table."""

    def __init__(self, project: Path, proposal: Proposal) -> None:
        """Takes the project's folder and what the table is taken for."""
        self._project, self._proposal = project, proposal
        self.slug = self._model_name_now()
        known = tomllib.loads(self._read("pyproject.toml")).get("tool", {}).get("template", {})
        self._example: str | None = known.get("example")

    def owner(self) -> str:
        """Who answers for the model."""
        card = yaml.safe_load(self._read("conf/base/parameters_registration.yml") or "{}").get("card", {})
        return str(card.get("owner") or "the team")

    def catalog_tail(self) -> str:
        """Of the catalog, what stays, with the name of the model.

        Raises:
            RefusedError: If the catalog is not as the template left it.
        """
        _, begin, tail = self._read(CATALOG).partition(BEGIN)
        if not begin:
            msg = f"{CATALOG} has no train_set, as the template's has: what follows it is kept, so it has to be there"
            raise RefusedError(msg)
        return self._renamed(begin + tail)

    def adapted(self) -> dict[str, str]:
        """Files that say something of the example, as they say it of the table."""
        files = {path: self._renamed(self._read(path)) for path in ("conf/base/mlflow.yml", "conf/ci/mlflow.yml")}
        files |= {"README.md": self._readme(), "CHANGELOG.md": self._changelog(), "pyproject.toml": self._pyproject()}
        files["docs/make-it-yours.md"] = self._guide()
        return {path: text for path, text in files.items() if text and text != self._read(path)}

    @property
    def model_name(self) -> str:
        """Of the registered model: another one, where the example's versions may stand under the name."""
        if not self._names_example(self.slug) and not (self._project / "mlflow.db").exists():
            return self.slug
        plain = re.sub(r"[^a-z0-9]+", "-", f"{self._proposal.name}-{self._proposal.target}".lower()).strip("-")
        return f"{plain}-model" if plain == self.slug else plain

    def _model_name_now(self) -> str:
        found = re.search(r"^registered_version:\n(?:  .*\n)*?  name: (\S+)$", self._read(CATALOG), flags=re.MULTILINE)
        return found[1] if found else self._project.name

    def _renamed(self, text: str) -> str:
        for suffix in ("", "-ci", "-monitoring"):
            text = re.sub(
                rf"^(\s*(?:name|experiment): ){re.escape(self.slug + suffix)}$",
                rf"\g<1>{self.model_name}{suffix}",
                text,
                flags=re.MULTILINE,
            )
        return text

    def _read(self, path: str) -> str:
        file = self._project / path
        return file.read_text("utf-8") if file.is_file() else ""

    def _purpose(self) -> str:
        return f"Predicts {self._proposal.target} from {self._proposal.place}."

    def _description(self) -> str:
        found = re.search(r'^description = "(.*)"$', self._read("pyproject.toml"), flags=re.MULTILINE)
        return found[1] if found else ""

    def _pyproject(self) -> str:
        text, description = self._read("pyproject.toml"), self._description()
        new = self._purpose().replace("\\", "/").replace('"', "'")
        if self._is_example():
            text = text.replace(f'description = "{description}"', f'description = "{new}"')
        return re.sub(rf'^example = "{re.escape(self._example or "")}".*\n', "", text, flags=re.MULTILINE)

    def _is_example(self) -> bool:
        return self._names_example(self._description())

    def _names_example(self, text: str) -> bool:
        return bool(self._example) and str(self._example) in text.lower()

    def _readme(self) -> str:
        text = self._read("README.md")
        if self._is_example():
            text = text.replace(self._description(), self._purpose())
        place = self._proposal.stored
        told = (
            f"## The table\n\n`{place}` holds what stood in {self._proposal.place}; `schemas.py` says what it is like. "
            "For another table, [docs/make-it-yours.md](docs/make-it-yours.md) is the way.\n\n"
        )
        return re.sub(r"## Make it yours\n.*?(?=^## )", lambda _: told, text, flags=re.MULTILINE | re.DOTALL)

    def _changelog(self) -> str:
        line = f"- Started from the template, with {self._proposal.place} in place of its example."
        return re.sub(
            r"^- Started from the template.*$", lambda _: line, self._read("CHANGELOG.md"), flags=re.MULTILINE
        )

    def _guide(self) -> str:
        """Without the edits by hand, which the command has done."""
        text = self._read("docs/make-it-yours.md")
        return re.sub(r"^## By hand\n.*?(?=^## |\Z)", "", text, flags=re.MULTILINE | re.DOTALL).replace(
            " The rest of this page is what it does, by hand.", ""
        )
