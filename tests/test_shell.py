"""No command in a script fails unseen, and the rule that says so bites."""

from pathlib import Path

import pytest

from shell import masked, recipes, runs, scripts_in

HEAD = "#!/bin/bash\nset -euo pipefail\n"
REFUSED = [
    'echo "VERSION=$(kedro model verify "$WANTED")" | tee -a "$GITHUB_OUTPUT"',
    "echo `kedro model verify 3`",
    'docker build --build-arg REVISION="$(git rev-parse HEAD)" .',
    'docker run "$(docker build --quiet .)"',
    'export VERSION="$(kedro model verify 3)"',
    "export VERSION=${WANTED:-$(kedro model verify 3)}",
    'main() {\n  local version=$(kedro model verify 3)\n  echo "$version"\n}\nmain',
    'main() {\n  local version=${WANTED:-$(kedro model verify 3)}\n  echo "$version"\n}\nmain',
    "readonly VERSION=$(kedro model verify 3)",
    "declare -x VERSION=$(kedro model verify 3)",
    'VERSION=$(kedro model verify 3) IMAGE=$(cat image)\necho "$VERSION $IMAGE"',
    "VERSION=$(kedro model verify 3) make deploy",
    'read -r version image <<<"$(kedro model previous)"\necho "$version $image"',
    'cat <<END\n$(kedro model verify 3)\nEND',
    "diff <(kedro model card 1) <(kedro model card 2)",
    "while read -r line; do echo \"$line\"; done < <(kedro model list)",
    'if [[ $(kedro model verify 3) != 3 ]]; then exit 1; fi',
    '[ "$(git rev-parse HEAD)" = abc ]',
    "for version in $(kedro model list); do echo \"$version\"; done",
    "case $(kedro model verify 3) in 3) ;; esac",
    'make deploy >"$(kedro where)"',
    'versions=("$(kedro model verify 3)" "$(kedro model verify 4)")\necho "${versions[@]}"',
    'echo "$(kedro model verify 3)" # shellcheck disable=SC2312',
    '# shellcheck disable=SC2312\necho "$(kedro model verify 3)"',
]  # fmt: skip
ACCEPTED = [
    'version=$(kedro model verify "$WANTED")\necho "VERSION=$version" | tee -a "$GITHUB_OUTPUT"',
    'version=$(kedro model list | head -1)\necho "$version"',
    'export VERSION\nVERSION=$(kedro model verify 3)',
    'main() {\n  local version\n  version=$(kedro model verify 3)\n  echo "$version"\n}\nmain',
    'if version=$(kedro model verify 3); then echo "$version"; fi',
    'cd "$(dirname "$0")" || exit',
    'end=$(($(date +%s) + 90))\necho "$end"',
    'echo "$((1 + 2))"',
    'branch=$(<branch)\necho "$branch"',
    "# it was: echo \"$(kedro model verify 3)\"",
    "for number in 1 2 3; do version=$(kedro model verify \"$number\"); echo \"$version\"; done",
]  # fmt: skip


@pytest.mark.parametrize("script", REFUSED)
def test_a_command_that_fails_unseen_is_found(script: str) -> None:
    assert list(masked({"deploy.sh": HEAD + script + "\n"}))


def test_a_part_of_a_pipe_fails_unseen_without_pipefail() -> None:
    pipe = 'version=$(kedro model list | head -1)\necho "$version"\n'
    assert list(masked({"deploy.sh": f"#!/bin/bash\nset -e\n{pipe}"})) == [f"deploy.sh: {pipe.splitlines()[0]}"]


def test_what_fails_loudly_is_left_alone() -> None:
    scripts = {str(number): f"{HEAD}{script}\n" for number, script in enumerate(ACCEPTED)}
    assert list(masked(scripts)) == []


def test_recipes_and_run_lines_are_seen_as_their_shell_sees_them() -> None:
    makefile = (
        'BUILD = docker build \\\n\t--tag "$$(name)"\n\nimage:\n\t@$(BUILD) $(or $(ARGS),a b) \\\n\t\t.\n\t@echo $@\n'
    )
    build, echo = recipes(makefile)
    assert build == '#!/bin/sh\nset -e\ndocker build \\\n--tag "$(name)" word \\\n\t.\n'
    assert echo.endswith("\necho word\n")
    dockerfile = (
        'FROM a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b \\\n    # why\n    && c\nFROM b\nRUN d | e\n'
    )
    first, second = runs(dockerfile)
    assert list(masked({"first": first, "second": second})) == ["second: d | e"]
    assert "&& c" in first


def test_no_script_of_a_repository_hides_a_failure(repository: Path) -> None:
    scripts = scripts_in(repository)
    assert any(name.startswith("Makefile") for name in scripts)
    assert list(masked(scripts)) == []
    files = {name: script for name, script in scripts.items() if " " not in name}
    assert [name for name, script in files.items() if "\nset -e" not in script] == []
