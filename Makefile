# `make` lists the verbs. tox runs the checks and the tests; make only spares the typing.
# ARGS="..." goes to the command behind a verb: make test ARGS="-k hooks".

PYTHON ?= python3
ARGS ?=

BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)

export DO_NOT_TRACK := 1
export UV_SYSTEM_CERTS := 1
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help demo setup check fix test bench update fleet lock bump announced notes plugin publish clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

demo: .venv/ready ## Bake the example into build/demo, run its pipeline, show what came out
	@$(BIN)/python demo.py

setup: .venv/ready ## Build .venv from the lock, install the git hooks
	@if [ -e .git ]; then $(BIN)/pre-commit install; fi

check: .venv/ready ## Run every check of .pre-commit-config.yaml
	@mkdir -p build
	@git ls-files -z --cached --others --exclude-standard >build/checked
	@xargs -0 $(BIN)/pre-commit run --files <build/checked

fix: .venv/ready ## Format, and fix what can be fixed
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format --quiet

test: .venv/ready ## Run the checks, then the tests (slow ones last)
	@$(BIN)/tox run -e check,test -- $(ARGS)

bench: .venv/ready ## Measure speed against named peers, and print a table of ratios; ARGS=serving for a part
	@PYTHONPATH=tests $(BIN)/python benchmarks/run.py $(ARGS)

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock" $(ARGS)

lock: .venv/ready ## Pin the dependencies of pyproject.toml in requirements/ (ARGS=--upgrade for newer ones)
	$(COMPILE) --group uv --output-file requirements/uv.txt
	$(COMPILE) --group dev --constraints requirements/uv.txt --output-file requirements/dev.txt
	$(COMPILE) --group checkov --output-file requirements/checkov.txt

LOCKS := {{cookiecutter.project_slug}}/requirements

bump: .venv/ready ## Take the newest packages that fit into the locks of the template and of the project
	@$(MAKE) lock ARGS=--upgrade
	@rm -rf build/bump
	@$(BIN)/cookiecutter --no-input --output-dir build/bump . project_slug=bumped >/dev/null
	@cp "$(LOCKS)"/*.txt build/bump/bumped/requirements/ # those of all remotes, too
	@$(MAKE) --directory build/bump/bumped lock ARGS=--upgrade
	@cp build/bump/bumped/requirements/*.txt "$(LOCKS)/"
	@git diff --stat -- requirements "$(LOCKS)"

announced: ## Refuse what teams will notice and CHANGELOG.md does not tell, between BASE (origin/main) and here
	@git diff --quiet "$${BASE:-origin/main}..." -- cookiecutter.json hooks migrations "$(dir $(LOCKS))" ":!$(LOCKS)" || \
		! git diff --quiet "$${BASE:-origin/main}..." -- CHANGELOG.md || \
		{ echo "Teams will notice this, and CHANGELOG.md does not tell them: write it under Unreleased." >&2; exit 1; }

notes: ## Print what CHANGELOG.md says of VERSION, if that is the version of cookiecutter.json
	@grep -qF "\"_version\": \"$$VERSION\"" cookiecutter.json || \
		{ echo "\"_version\" in cookiecutter.json is not $$VERSION: raise it, or name it with make notes VERSION=..." >&2; exit 1; }
	@awk '/^## / { inside = $$2 == ENVIRON["VERSION"]; next } inside && (NF || said) { said = 1; print } END { exit !said }' \
		CHANGELOG.md || { echo "CHANGELOG.md has no section '## $$VERSION', or an empty one: write it." >&2; exit 1; }

PLUGIN := {{cookiecutter.project_slug}}/kedro-modelops

plugin: .venv/ready ## Build wheel and sdist of kedro-modelops into dist/
	@rm -rf dist build/plugin && mkdir -p build
	@cp -R "$(PLUGIN)" build/plugin # uv reads the pyproject.toml of the folder above, which is a template here
	@$(BIN)/uv build --quiet --require-hashes --build-constraints "$(LOCKS)/dev.txt" --out-dir dist build/plugin
	@ls dist

publish: .venv/ready ## Publish what is in dist/ in PACKAGE_INDEX, where it is uploaded to; files that UV_INDEX has stay
	@[ -n "$$PACKAGE_INDEX" ] || { echo "Name the address of the index for uploads: make publish PACKAGE_INDEX=https://..." >&2; exit 1; }
	@[ -n "$$UV_PUBLISH_TOKEN" ] || unset UV_PUBLISH_TOKEN; \
		$(BIN)/uv publish --publish-url "$$PACKAGE_INDEX" $(if $(UV_INDEX),--check-url "$$UV_INDEX") dist/kedro_modelops-*

update: .venv/ready ## Merge the commit that is checked out here with a project, wherever it lies: PROJECT=../folder
	@[ -n "$$PROJECT" ] || { echo "Name the project's folder: make update PROJECT=../folder" >&2; exit 1; }
	@PYTHONPATH="$(PLUGIN)/src" $(BIN)/python -m kedro_modelops.updates --project "$$PROJECT" --template "$(CURDIR)" $(ARGS)

fleet: build/fleet/ready ## Look at all projects of REPOS, a file with a folder or address in each line: who is behind, what is in the way
	@[ -n "$$REPOS" ] || { echo "Name the list of projects: make fleet REPOS=projects.txt, or REPOS=github:ORGANIZATION" >&2; exit 1; }
	@PYTHONPATH=".:$(PLUGIN)/src" build/fleet/.venv/bin/python -m fleet "$$REPOS" $(ARGS)

build/fleet/ready: $(wildcard $(LOCKS)/train.txt $(LOCKS)/dev.txt) | .venv/ready
	@echo "Installing what projects are judged with"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python build/fleet/.venv
	@$(BIN)/uv pip sync --quiet --python build/fleet/.venv --require-hashes $(LOCKS)/train.txt $(LOCKS)/dev.txt
	@touch $@

clean: ## Remove environments, caches and baked projects
	rm -rf .venv .tox build dist .mypy_cache .pytest_cache .ruff_cache

.venv/ready: requirements/uv.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is no Python 3.11 or newer: install one, or name it with make PYTHON=/path/to/python."; exit 1; }
	@echo "Building .venv"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/uv.txt
	@$(BIN)/uv pip sync --quiet --python .venv --require-hashes requirements/uv.txt requirements/dev.txt
	@touch $@
