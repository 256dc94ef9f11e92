# The one list of commands, for people and for CI. `make help` prints it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# The number of requests of `make fuzz`, the options of `make load` and `make soak`, the number of kills of `make kills`, and the seed of
# `fuzz` and `kills` (0: other kills each time).
CASES ?= 50000
LOAD ?=
SOAK ?=
KILLS ?= 100
SEED ?= 7
# Frameworks to install with the service: `cpu` for both, `none` for neither.
FRAMEWORKS ?= cpu

VENV := .venv
# The number of tests at the same time: one more than cores, since many tests wait for processes.
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check
EXTRAS_cpu := [frameworks]
EXTRAS_none :=
ifeq ($(filter $(FRAMEWORKS),cpu none),)
$(error FRAMEWORKS is cpu or none, not "$(FRAMEWORKS)")
endif
# The tests of the store. They use SQLite by default, and PostgreSQL in `make postgres`.
RUNS := tests/functional/runs
STORED_short := tests/functional/storage $(addprefix $(RUNS)/test_,run_life.py run_history.py run_events.py event_tail.py start_limit.py) \
  tests/functional/faults/test_kills.py
STORED_full := tests/functional/storage $(RUNS) tests/functional/faults/test_crashes.py \
  tests/functional/faults/test_kills.py tests/functional/measuring/test_survey.py
STORED := $(STORED_$(or $(TIEBREAK_TEST_SIZE),short))
PYTEST := $(VENV)/bin/python -m pytest
TOGETHER = $(PYTEST) -p no:playwright --numprocesses $(WORKERS) --dist worksteal -m "not alone"
ALONE = $(PYTEST) -p no:playwright -m alone
INSTALLED := $(VENV)/installed-$(FRAMEWORKS)
INSTALLED_DEV := $(VENV)/installed-dev

.NOTPARALLEL:
.PHONY: help serve test test-together test-alone full postgres browser lint format readme verdicts fuzz kills bench load soak picture container dev clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

serve: $(INSTALLED) ## Install what is missing and start the service (PORT=8000 HOST=127.0.0.1 FRAMEWORKS=cpu|none)
	@exec $(VENV)/bin/tiebreak serve --host $(HOST) --port $(PORT)

test: $(INSTALLED_DEV) ## Install what is missing and run the tests (TIEBREAK_TEST_SIZE=full: their long forms)
	@$(MAKE) --keep-going --no-print-directory test-together test-alone

test-together: $(INSTALLED_DEV)
	$(TOGETHER) tests/unit tests/functional

test-alone: $(INSTALLED_DEV)
	$(ALONE) tests/unit tests/functional

full: ## Run all of CI with every test in its long form, and the load and soak tests (two hours)
	.ci/run full

postgres: $(INSTALLED_DEV) ## Run the tests of the store on a real PostgreSQL server; installs it if needed
	.ci/postgres bash -c '$(TOGETHER) $(STORED); together=$$?; $(ALONE) $(STORED) && exit $$together'

browser: $(INSTALLED_DEV) ## Run the tests in a real browser (needs Chromium)
	$(PYTEST) --numprocesses $(WORKERS) --dist worksteal tests/browser

lint: $(INSTALLED_DEV) ## Check format, style, types, imports between packages, and the rules
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	@if git rev-parse --quiet --verify HEAD~1 >/dev/null 2>&1; then \
	  echo "tiebreak rules check --against HEAD~1"; $(VENV)/bin/tiebreak rules check --against HEAD~1; \
	else \
	  echo "no earlier commit (a shallow clone?): skipping the impact of the rules"; $(VENV)/bin/tiebreak rules check; \
	fi

format: $(INSTALLED_DEV) ## Format the code
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

readme: $(INSTALLED_DEV) ## Update the outputs of the examples in the README and in docs/
	TIEBREAK_UPDATE_README=1 $(PYTEST) -q tests/functional/docs/test_examples.py

verdicts: $(INSTALLED_DEV) ## Check every claim and write the shipped verdicts (30 minutes on a quiet machine)
	$(VENV)/bin/tiebreak rules verdicts > verdicts.new
	mv verdicts.new rules/verdicts.yaml
	$(VENV)/bin/tiebreak rules check

fuzz: $(INSTALLED_DEV) ## Send valid and invalid requests to the API, made from its OpenAPI document (CASES=50000 SEED=7)
	TIEBREAK_FUZZ_CASES=$(CASES) TIEBREAK_FUZZ_SEED=$(SEED) $(PYTEST) tests/functional/api/test_api_fuzzing.py

bench: $(INSTALLED_DEV) ## Measure how reliable the measurements are (40 minutes on a quiet machine)
	$(VENV)/bin/python -m bench

load: $(INSTALLED_DEV) ## Measure throughput and latency, idle and while a probe runs (4 minutes; LOAD=--quick; needs wrk)
	$(VENV)/bin/python -m bench load $(LOAD)

soak: $(INSTALLED_DEV) ## Send an hour of mixed traffic in ten minutes; memory, files and threads must not grow
	$(VENV)/bin/python -m bench soak $(SOAK)

kills: $(INSTALLED_DEV) ## Kill the service at random moments and check that nothing is lost (KILLS=100; SEED=0 for other moments)
	TIEBREAK_TEST_KILLS=$(KILLS) TIEBREAK_TEST_SEED=$(SEED) $(PYTEST) -s -q tests/functional/faults/test_kills.py

picture: $(INSTALLED_DEV) ## Retake the picture in the README (needs Chromium)
	$(VENV)/bin/python -m docs.picture

container: ## Lint, build and test the container image (needs Docker, or a script in ENGINE that replaces it)
	.ci/container

dev: $(INSTALLED_DEV) ## Install everything for development

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
