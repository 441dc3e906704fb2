# The commands of every day. They work on a machine with Python 3.11, make and bash.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A stamp bears the digest of its lock, so that a new lock is installed and an old one is not.
RUN_READY := $(VENV)/ready-run-$(shell sha256sum requirements/run.txt | cut -c1-12)
DEV_READY := $(VENV)/ready-dev-$(shell sha256sum requirements/dev.txt | cut -c1-12)
PARALLEL := -n 2
QUICK_TESTS := $(wildcard tests/unit tests/integration tests/contract tests/architecture)
# A folder left out by WITHOUT has no test to run, which pytest calls an error of its own.
NONE_IS_FINE := || { code=$$?; [ $$code = 5 ] && [ -n "$${WITHOUT:-}" ]; }
CHECKED_WORDS := $(wildcard *.md docs dev shared services tests bench requirements .ci Makefile)

.PHONY: help run test check bench clock admin clean

help: ## tell what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Ports and clock by environment: PORT, SCORING_PORT, NOTIFY_PORT, INBOX_PORT, MONGODB_PORT,"
	@echo "  KAFKA_PORT, OPS_PORT, CLOCK=now|2025-07-01T08:00, e.g. make run PORT=8180; DEMO=0 starts"
	@echo "  without demonstration. MONGODB_URI, KAFKA_BOOTSTRAP_SERVERS replace the embedded servers."

run: $(RUN_READY) ## start everything on this machine: databases, plan, demonstration, pages
	@exec $(BIN)/python -m dev up

test: $(DEV_READY) ## run all tests (WITHOUT="browser e2e" leaves folders out)
	@$(BIN)/python -m dev.frontend
	@$(BIN)/pytest -q $(PARALLEL) $(QUICK_TESTS)
	@$(BIN)/pytest -q $(PARALLEL) --dist loadfile tests/browser $(NONE_IS_FINE)
	@$(BIN)/pytest -q tests/e2e $(NONE_IS_FINE)

check: $(DEV_READY) ## look at formatting, lint, types, imports, words, documents and the plan
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell $(CHECKED_WORDS)
	$(BIN)/deptry . --config requirements/deptry.toml
	$(BIN)/python -m dev.documents --check
	$(BIN)/python -m dev.plan

bench: $(DEV_READY) ## measure what docs/performance.md promises
	@$(BIN)/python -m bench

clock: $(RUN_READY) ## move the simulated clock forward: make clock TO=2025-06-20T08:00
	@$(BIN)/python -m dev clock "$${TO:?say when: make clock TO=2025-06-20T08:00}"

admin: $(RUN_READY) ## create the first administrator of a real installation
	@$(BIN)/python -m dev admin

clean: ## forget data and demonstration; downloads are kept
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m dev clean; fi

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: say which one, e.g. make run PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "Python cannot make virtual environments here: apt-get install -y python3-venv" >&2; exit 1; }

define install
@echo "Installing what requirements/$(1).txt lists into $(VENV): about $(2), once"
@$(BIN)/pip install --disable-pip-version-check --no-input --require-hashes --no-deps -r requirements/$(1).txt \
	| awk '/^ *Downloading .*[0-9] MB/ { print; fflush() } /^Installing/ { print "  Unpacking"; fflush() }' \
	|| { echo "Installing failed. The stack has wheels for Linux on x86-64 and ARM with Python 3.11 to 3.13; a network and about 2 GB of disk are needed." >&2; exit 1; }
@rm -f $(VENV)/ready-$(1)-*; touch $@
endef

$(RUN_READY): | $(VENV)/bin/python
	$(call install,run,200 MB)

$(DEV_READY): | $(VENV)/bin/python
	$(call install,dev,330 MB)
	@touch $(RUN_READY)
