# Tsutsuura in two commands: `make demo` runs it, `make test` proves it. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test lint fmt types contracts compiled migrated unit postgres bench proof areas lock \
	browser-packages python-version
# Some images forbid Python to keep what it compiled: each of hundreds of processes would compile it all again.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
PORT ?= 8000
V := .venv
RUN := $(V)/bin/python
# Works on a bare Debian too: no ensurepip there, and pip refuses to touch the system's own Python. pip brings uv, which
# brings the rest four times as fast; where only pip knows the way to an index, pip does it all.
ONLY_LOCKED := install -q --require-hashes --only-binary :all:
PIP := PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore $(PYTHON) -m pip --python $(RUN) $(ONLY_LOCKED) -r
UV := $(V)/bin/uv pip --no-progress $(ONLY_LOCKED) --python $(RUN) --compile-bytecode -r
COMPILE = $(V)/bin/uv pip compile pyproject.toml --generate-hashes --python-version 3.11 \
	--no-header --no-annotate --no-emit-index-url -q
PYTEST := $(RUN) -m pytest -n 2 --dist worksteal

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(V)/.prod ## install, prepare and start everything on PORT (8000); keeps its data
	@exec $(RUN) manage.py demo --port $(PORT)

demo-reset: $(V)/.prod ## throw the demo's data away and start over
	@rm -rf var/tsutsuura.sqlite3* var/media var/static
	@exec $(RUN) manage.py demo --port $(PORT)

test: ## everything: lint, types, contracts, both databases, the browser
	@$(MAKE) --no-print-directory -j2 $(V)/.dev browser-packages
	@$(MAKE) --no-print-directory -j2 lint compiled types contracts migrated
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory postgres

lint: $(V)/.dev ## ruff and djlint
	@$(V)/bin/ruff check .
	@$(V)/bin/ruff format --check .
	@$(V)/bin/djlint templates --lint --quiet

fmt: $(V)/.dev ## write the code as ruff likes it
	@$(V)/bin/ruff check --fix -q . ; $(V)/bin/ruff format .

types: $(V)/.dev ## mypy, strict
	@$(V)/bin/mypy .

contracts: $(V)/.dev ## who may import whom
	@$(V)/bin/lint-imports

# What two test processes would otherwise do twice, done ahead: the solver compiled, all migrations gone through.
compiled: $(V)/.dev
	@$(RUN) manage.py warm_solver

migrated: $(V)/.dev
	@$(RUN) -m tests.migrated

unit: $(V)/.dev browser-packages ## every test, over SQLite, the browser included
	@$(PYTEST)

postgres: $(V)/.dev ## every test that a database can change, over PostgreSQL (TEST_DATABASE_URL, or one from a wheel)
	@$(RUN) -m tests.pgserver $(PYTEST) -m "not proof and not browser and not once"

bench: $(V)/.dev browser-packages ## what pages and plans cost, beside what one could use instead (over an hour; leave the machine alone)
	@$(RUN) -m tests.bench

proof: $(V)/.dev ## the long form of the proofs; figures for docs/proof.md
	@$(RUN) -m pytest -m proof -s

areas: $(V)/.dev ## derive the areas anew from the packages that hold them
	@$(UV) requirements/areas.txt || $(PIP) requirements/areas.txt
	@$(RUN) manage.py build_areas

lock: $(V)/.dev ## pin and hash requirements from pyproject.toml
	@$(COMPILE) -o requirements/prod.txt
	@$(COMPILE) --group dev -c requirements/prod.txt -o requirements/dev.txt
	@$(COMPILE) --group areas -c requirements/prod.txt -o requirements/areas.txt

python-version:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "Tsutsuura needs Python 3.11; this is $$($(PYTHON) --version 2>&1). Name one: make PYTHON=python3.11 …" >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || \
		{ echo "$(PYTHON) has no pip: apt-get install python3-pip python3-venv" >&2; exit 1; }

$(RUN): | python-version
	@$(PYTHON) -m venv --without-pip $(V)

$(V)/bin/uv: requirements/dev.txt | $(RUN)
	@sed -n '/^uv==/,/[^\\]$$/p' $< > $(V)/uv.txt
	@{ $(PIP) $(V)/uv.txt && touch $@; } || echo "No uv for this machine: pip does it all, in a minute."

$(V)/.prod: requirements/prod.txt | $(V)/bin/uv
	@echo "Installing packages (half a minute, once)…"
	@$(UV) $< || $(PIP) $<
	@touch $@

$(V)/.dev: requirements/dev.txt | $(V)/.prod
	@echo "Installing packages for tests…"
	@$(UV) $< || $(PIP) $<
	@touch $@

# Chromium's headless shell: the same engine without a desktop browser around it, in half the processor time.
BROWSER_PACKAGES := chromium-headless-shell fonts-noto-cjk fontconfig gettext libatomic1 poppler-utils redis-server
browser-packages:
	@there() { command -v "$$1" >/dev/null; }; \
	if there xgettext && there redis-server && there pdftotext && fc-list :lang=ja 2>/dev/null | grep -q CJK; then \
		if there chromium-headless-shell || [ -n "$${CHROMIUM:-}" ]; then exit 0; fi; \
		if [ "$$(id -u)" != 0 ] && there chromium; then exit 0; fi; fi; \
	if [ "$$(id -u)" != 0 ] || ! there apt-get; then \
		echo "Tests need Chromium, Japanese fonts, gettext, poppler and Redis. As root: apt-get install $(BROWSER_PACKAGES)" >&2; exit 1; fi; \
	echo "Installing Chromium and Japanese fonts…"; \
	export DEBIAN_FRONTEND=noninteractive; \
	apt-get update -qq && apt-get install -y -qq --no-install-recommends $(BROWSER_PACKAGES) >/dev/null
