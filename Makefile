# Tsutsuura in two commands: `make demo` runs it, `make test` proves it. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test lint fmt types contracts unit postgres bench proof areas lock browser-packages python-version

PYTHON ?= python3
PORT ?= 8000
V := .venv
RUN := $(V)/bin/python
# Works on a bare Debian too: no ensurepip there, and pip refuses to touch the system's own Python.
INSTALL := PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore \
	$(PYTHON) -m pip --python $(RUN) install -q --require-hashes --only-binary :all: -r
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

test: $(V)/.dev browser-packages lint types contracts unit postgres ## everything: lint, types, contracts, both databases, the browser

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

unit: $(V)/.dev browser-packages ## every test, over SQLite, the browser included
	@$(PYTEST)

postgres: $(V)/.dev ## every test that a database can change, over PostgreSQL (TEST_DATABASE_URL, or one from a wheel)
	@$(RUN) -m tests.pgserver $(PYTEST) -m "not proof and not browser and not once"

bench: $(V)/.dev browser-packages ## what pages and plans cost, beside what one could use instead (over an hour; leave the machine alone)
	@$(RUN) -m tests.bench

proof: $(V)/.dev ## the long form of the proofs; figures for docs/proof.md
	@$(RUN) -m pytest -m proof -s

areas: $(V)/.dev ## derive the areas anew from the packages that hold them
	@$(INSTALL) requirements/areas.txt
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

$(V)/.prod: requirements/prod.txt | $(RUN)
	@echo "Installing packages (about a minute, once)…"
	@$(INSTALL) requirements/prod.txt
	@touch $@

$(V)/.dev: requirements/dev.txt | $(V)/.prod
	@echo "Installing packages for tests…"
	@$(INSTALL) requirements/dev.txt
	@touch $@

browser-packages:
	@if command -v chromium >/dev/null && command -v xgettext >/dev/null && command -v redis-server >/dev/null && command -v pdftotext >/dev/null && fc-list :lang=ja 2>/dev/null | grep -q CJK; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
		echo "Tests need Chromium, Japanese fonts, gettext, poppler and Redis. As root: apt-get install chromium fonts-noto-cjk fontconfig gettext libatomic1 poppler-utils redis-server" >&2; exit 1; fi; \
	echo "Installing Chromium and Japanese fonts…"; \
	export DEBIAN_FRONTEND=noninteractive; \
	apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig gettext libatomic1 poppler-utils redis-server >/dev/null
