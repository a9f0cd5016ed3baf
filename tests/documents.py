"""What a project's documents say to type, and a shell in which it is typed as it stands there."""

import re
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from baking import clean_environment


@dataclass
class Shell:
    """A shell of a person: what one command exports, the next one has.

    Attributes:
        folder: In which commands are typed.
        env: Beside the clean environment; what commands export is in it too.
    """

    folder: Path
    env: dict[str, str]

    def type(self, command: str, *, fails: bool = False) -> str:
        """Types a command, and returns what it printed; it must not fail, or has to."""
        printed, exported = self.folder.parent / "printed", self.folder.parent / "exported"
        words = ["bash", "-euo", "pipefail", "-c", f"{command}\nenv -0 >{exported}"]
        with printed.open("wb") as output:  # no pipe, which a command in the background would hold open
            env = clean_environment() | self.env
            done = subprocess.run(words, cwd=self.folder, env=env, stdout=output, stderr=output, check=False)
        text = printed.read_text("utf-8", errors="replace")
        assert bool(done.returncode) == fails, f"{command}\nended with {done.returncode}:\n{text}"
        if not fails:
            self.env = dict(line.split("=", 1) for line in exported.read_text("utf-8").split("\0") if line)
        return text


def commands(block: str) -> list[str]:
    """Each line of a block of commands; what is quoted may take several."""
    found = [""]
    for line in block.splitlines(keepends=True):
        found[-1] += line
        if found[-1].count("'") % 2 == found[-1].partition(" #")[0].count('"') % 2 == 0:
            found.append("")
    return [command.rstrip("\n") for command in found if command]


@dataclass
class Manual:
    """The commands of documents, in their order.

    Attributes:
        lines: Of the blocks that are not yet typed.
        text: Of the documents.
        replaced: What readers have to replace, and by what.
        typed: Lines of before, which may be typed again.
    """

    lines: list[str]
    text: str
    replaced: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, *documents: Path, without: Collection[str]) -> "Manual":
        """Reads the blocks of shell commands, but for those of some sections."""
        text, lines = "".join(document.read_text("utf-8") for document in documents), []
        for section in re.split(r"^#+ ", text, flags=re.MULTILINE):
            if section.partition("\n")[0] not in without:
                blocks = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
                lines += [command for block in blocks for command in commands(block)]
        return cls(lines, text)

    def next(self, begins: str, **more: str) -> str:
        """The next line, which has to begin so."""
        line = self.lines.pop(0)
        assert line.startswith(begins), f"the documents say {line!r} here, not {begins!r}"
        self.typed.append(line)
        return self._replace(line, more)

    def again(self, begins: str, replaced: Mapping[str, str] | None = None) -> str:
        """A line of before."""
        (line,) = {line for line in self.typed if line.startswith(begins)}
        return self._replace(line, replaced or {})

    def inline(self, begins: str) -> str:
        """A command within a sentence, the first one that begins so."""
        command = re.search(rf"`({re.escape(begins)}[^`]*)`", self.text)
        assert command, f"the documents do not say {begins!r}"
        return self._replace(command[1], {})

    def _replace(self, line: str, more: Mapping[str, str]) -> str:
        for words, by in [*more.items(), *self.replaced.items()]:
            line = line.replace(words, by)
        return line
