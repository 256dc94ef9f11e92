# The one list of commands, for people and for CI. `make help` prints it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# How much `make fuzz` asks, what `make load` is told, how often `make kills` kills, and the seed of both; with 0 the kills come at other moments.
CASES ?= 50000
LOAD ?=
KILLS ?= 100
SEED ?= 7
# What to install beside the service: `cpu` both frameworks, `none` neither.
FRAMEWORKS ?= cpu

VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check
EXTRAS_cpu := [frameworks]
EXTRAS_none :=
ifeq ($(filter $(FRAMEWORKS),cpu none),)
$(error FRAMEWORKS is cpu or none, not "$(FRAMEWORKS)")
endif
# The tests of what is stored: by default on SQLite, in `make postgres` on PostgreSQL.
STORED := tests/functional/storage tests/functional/runs tests/functional/faults/test_crashes.py tests/functional/measuring/test_survey.py
INSTALLED := $(VENV)/installed-$(FRAMEWORKS)
INSTALLED_DEV := $(VENV)/installed-dev

.PHONY: help serve test postgres browser lint format readme verdicts fuzz kills bench load soak picture container dev clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

serve: $(INSTALLED) ## Install what is missing and start the service (PORT=8000 HOST=127.0.0.1 FRAMEWORKS=cpu|none)
	@exec $(VENV)/bin/tiebreak serve --host $(HOST) --port $(PORT)

test: $(INSTALLED_DEV) ## Install what is missing and run the tests
	$(VENV)/bin/python -m pytest --numprocesses auto tests/unit
	$(VENV)/bin/python -m pytest tests/functional

postgres: $(INSTALLED_DEV) ## Run the tests of everything that is stored on a real PostgreSQL server, which it installs if need be
	.ci/postgres $(VENV)/bin/python -m pytest $(STORED)

browser: $(INSTALLED_DEV) ## Run the tests in a real browser (needs Chromium)
	$(VENV)/bin/python -m pytest tests/browser

lint: $(INSTALLED_DEV) ## Check format, style, types, the walls between the packages, and the rules
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	@if git rev-parse --quiet --verify HEAD~1 >/dev/null 2>&1; then \
	  echo "tiebreak rules check --against HEAD~1"; $(VENV)/bin/tiebreak rules check --against HEAD~1; \
	else \
	  echo "no earlier commit here (a shallow clone?): the impact of the rules is not looked at"; $(VENV)/bin/tiebreak rules check; \
	fi

format: $(INSTALLED_DEV) ## Bring the code into the project's format
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

readme: $(INSTALLED_DEV) ## Write the real outputs of the README's examples into it
	TIEBREAK_UPDATE_README=1 $(VENV)/bin/python -m pytest -q tests/functional/docs/test_readme.py

verdicts: $(INSTALLED_DEV) ## Check every claim here and write the verdicts that are shipped (half an hour, on a quiet machine)
	$(VENV)/bin/tiebreak rules verdicts > verdicts.new
	mv verdicts.new rules/verdicts.yaml
	$(VENV)/bin/tiebreak rules check

fuzz: $(INSTALLED_DEV) ## Ask the API what its document allows and what it does not (CASES=50000 SEED=7)
	TIEBREAK_FUZZ_CASES=$(CASES) TIEBREAK_FUZZ_SEED=$(SEED) $(VENV)/bin/python -m pytest tests/functional/api/test_api_fuzzing.py

bench: $(INSTALLED_DEV) ## Measure how far the measuring can be trusted (40 minutes, on a machine where nothing else runs)
	$(VENV)/bin/python -m bench

load: $(INSTALLED_DEV) ## Ask for pages as fast as they come, idle and while a probe runs (4 minutes; LOAD=--quick; needs wrk)
	$(VENV)/bin/python -m bench load $(LOAD)

soak: $(INSTALLED_DEV) ## An hour of mixed traffic in ten minutes: memory, files and threads must stay flat
	$(VENV)/bin/python -m bench soak

kills: $(INSTALLED_DEV) ## Kill the service at random moments, and see that nothing is lost (KILLS=100 SEED=0 for any)
	TIEBREAK_TEST_KILLS=$(KILLS) TIEBREAK_TEST_SEED=$(SEED) $(VENV)/bin/python -m pytest -s -q tests/functional/faults/test_kills.py

picture: $(INSTALLED_DEV) ## Take the README's picture anew (needs Chromium)
	$(VENV)/bin/python -m docs.picture

container: ## Lint, build and try the container image (needs Docker, or a script in ENGINE that stands in for it)
	.ci/container

dev: $(INSTALLED_DEV) ## Install everything that development needs, and do nothing else

clean: ## Remove everything that was installed or built
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Tiebreak needs Python 3.11 or later, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable '.$(EXTRAS_$(FRAMEWORKS))'
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	$(PIP) install --quiet --constraint constraints.txt --editable '.[dev,telemetry]'
	@touch $@
