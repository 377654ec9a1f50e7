# Two commands: `make run` starts the demo, `make test` runs every test. Both do their own set-up.
PY := .venv/bin/python
JS := tools/javascript
CROWD ?= 3
AGENTS ?= 0
WORKERS ?= 4
DATABASE ?= either
TOGETHER := -n $(WORKERS) --dist worksteal
export PYTHON
# Compiled code is kept, whatever the environment says: else every process that a test starts compiles everything anew.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help run test lint types unit stories faults browser format wheel lock audit screenshots yardstick bench prove
.PHONY: clean env dev javascript compiled chromium

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

run: env ## start the demo; CROWD=12 simulated visitors (default 3, 0 for none), AGENTS=2 simulated colleagues
	@exec $(PY) -m console.cli demo --crowd $(CROWD) --agents $(AGENTS)

# Real clocks on a busy machine: what failed beside others is tried once more, alone and by name. A fault fails again.
test: ## everything: style, types and every test
	@$(MAKE) --no-print-directory -j4 lint types chromium compiled
	@$(PY) -m pytest $(TOGETHER) || { echo "Once more, alone:"; $(PY) -m pytest -v --last-failed --last-failed-no-failures none; }

lint: javascript ## style and format of Python, JavaScript, CSS and Lua
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(JS) biome check --error-on-warnings
	@$(JS) node tools/format_lua.mjs --check

types: javascript ## strict types of Python and JavaScript
	@$(PY) -m mypy
	@$(JS) tsc

unit: dev ## one test file per module, the model of a workspace, the settings pages
	@$(PY) -m pytest $(TOGETHER) tests/unit tests/model

stories: dev ## the product as sentences; DATABASE=postgresql, sqlite or both (default: each story on one of them)
	@$(PY) -m pytest $(TOGETHER) --database $(DATABASE) tests/stories

faults: dev ## faults of production: killed processes, cut networks, full disks
	@$(PY) -m pytest $(TOGETHER) tests/faults

browser: chromium ## in a real browser
	@$(PY) -m pytest $(TOGETHER) tests/browser

format: dev ## format the code
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@$(JS) biome check --write
	@$(JS) node tools/format_lua.mjs

wheel: dev ## dist/sestetto-*.whl, with a bill of materials (CycloneDX) next to it
	@$(PY) -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation -w dist .
	@$(PY) -m tools.bill_of_materials dist

lock: dev ## update requirements/*.txt after a change of pyproject.toml; UPGRADE=1 takes the newest versions
	@$(PY) -m tools.lock $(if $(UPGRADE),--upgrade)

audit: dev ## check the locked packages for known vulnerabilities; needs the network
	@$(PY) -m tools.audit

screenshots: chromium ## take the pictures of docs/images again, from a running demo
	@$(PY) -m tools.screenshots

yardstick: chromium ## measure what one person can do with six chats (docs/six.md); about half an hour
	@$(PY) -m tools.yardstick

bench: dev ## measure what a message costs here, in bare loops, Socket.IO and Django Channels; about 18 minutes
	@$(PY) -m tools.comparison

prove: dev ## break a whole installation in every way we know; SEED=7 repeats a run, FAULT=kill-store picks one, WRITE=docs/reliability.md keeps the table
	@exec $(PY) -m console.cli prove $(if $(SEED),--seed $(SEED)) $(foreach one,$(FAULT),--fault $(one)) $(if $(WRITE),--write $(WRITE))

clean: ## remove the environment and build results; data stays
	@rm -rf .venv node_modules dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

env:
	@sh tools/environment run

dev:
	@sh tools/environment dev

javascript: dev
	@$(JS) true

# In a new checkout each worker would compile all tests; here it happens once, while mypy uses the other core.
compiled: dev
	@[ -d tests/unit/__pycache__ ] || $(PY) -m pytest --collect-only >/dev/null || true

chromium: dev
	@$(PY) -m tests.browser.chromium
