# `make` lists the verbs. tox runs the checks and the tests; make only spares the typing.
# ARGS="..." goes to the command behind a verb: make test ARGS="-k hooks".

PYTHON ?= python3
ARGS ?=

BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)

export DO_NOT_TRACK := 1
export UV_SYSTEM_CERTS := 1
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help demo setup check fix test bench lock bump notes clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile

demo: .venv/ready ## Bake the example into build/demo, run its pipeline, show what came out
	@$(BIN)/python demo.py

setup: .venv/ready ## Build .venv from the lock, install the git hooks
	@if [ -e .git ]; then $(BIN)/pre-commit install; fi

check: .venv/ready ## Run every check of .pre-commit-config.yaml
	@git ls-files -z --cached --others --exclude-standard | xargs -0 $(BIN)/pre-commit run --files

fix: .venv/ready ## Format, and fix what can be fixed
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format --quiet

test: .venv/ready ## Run the checks, then the tests (slow ones last)
	@$(BIN)/tox run -e check,test -- $(ARGS)

bench: .venv/ready ## Measure speed against named peers, and print a table of ratios
	@PYTHONPATH=tests $(BIN)/python benchmarks/run.py

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock" $(ARGS)

lock: .venv/ready ## Pin the dependencies of pyproject.toml in requirements/ (ARGS=--upgrade for newer ones)
	$(COMPILE) --group uv --output-file requirements/uv.txt
	$(COMPILE) --group dev --constraints requirements/uv.txt --output-file requirements/dev.txt
	$(COMPILE) --group checkov --output-file requirements/checkov.txt

PROJECT := {{cookiecutter.project_slug}}/requirements

bump: .venv/ready ## Take the newest packages that fit into the locks of the template and of the project
	@$(MAKE) lock ARGS=--upgrade
	@rm -rf build/bump
	@$(BIN)/cookiecutter --no-input --output-dir build/bump . project_slug=bumped >/dev/null
	@cp "$(PROJECT)"/*.txt build/bump/bumped/requirements/ # those of all remotes, too
	@$(MAKE) --directory build/bump/bumped lock ARGS=--upgrade
	@cp build/bump/bumped/requirements/*.txt "$(PROJECT)/"
	@git diff --stat -- requirements "$(PROJECT)"

notes: ## Print what CHANGELOG.md says of VERSION, if that is the version of cookiecutter.json
	@grep -qF "\"_version\": \"$$VERSION\"" cookiecutter.json || \
		{ echo "\"_version\" in cookiecutter.json is not $$VERSION: raise it, or name it with make notes VERSION=..." >&2; exit 1; }
	@awk '/^## / { inside = $$2 == ENVIRON["VERSION"]; next } inside && (NF || said) { said = 1; print } END { exit !said }' \
		CHANGELOG.md || { echo "CHANGELOG.md has no section '## $$VERSION', or an empty one: write it." >&2; exit 1; }

clean: ## Remove environments, caches and baked projects
	rm -rf .venv .tox build .mypy_cache .pytest_cache .ruff_cache

.venv/ready: requirements/uv.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is no Python 3.11 or newer: install one, or name it with make PYTHON=/path/to/python."; exit 1; }
	@echo "Building .venv"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/uv.txt
	@$(BIN)/uv pip sync --quiet --python .venv --require-hashes requirements/uv.txt requirements/dev.txt
	@touch $@
