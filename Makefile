# Needs Python 3.11 or newer, git and make; everything else comes into .venv and
# frontend/node_modules. `make help` lists what can be made.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo run slot-budget field-budgets test lint pytest frontend-test \
	frontend schema screenshots field-screens \
	lock chromium clean check-python bench bench-check prove

VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONUNBUFFERED := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The first Python that is new enough.
find_python = for name in python3.13 python3.12 python3.11 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& command -v $$name && break; done
say = @printf '\033[2m·\033[0m %s\n'

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' \
		$(MAKEFILE_LIST)
	@echo '  Options: make demo PORT=8001 · RESET=1 (start afresh) · CHECK=1 (try, then stop)'

# --- Set up: each step leaves a stamp and is done again only when its input changed ---

setup: $(VENV)/.demo-ready $(VENV)/.test-ready $(VENV)/.kernel-ready frontend ## Make .venv, install all locked packages, build the frontend

$(VENV)/.made:
	@python=$$($(find_python)); \
	if [ -z "$$python" ]; then \
		echo 'Python 3.11 or newer is needed and none was found: install it, then run make again.' >&2; \
		exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python cannot make virtual environments: install its venv package (Debian: apt install python3-venv)." >&2; \
		exit 1; \
	fi; \
	printf '\033[2m·\033[0m %s\n' "Making $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv $(VENV)
	@touch $@

$(VENV)/.demo-ready: requirements/base.txt requirements/demo.txt | $(VENV)/.made
	$(say) 'Installing the Python packages, the servers and Node (about a minute)'
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements/base.txt
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements/demo.txt
	@touch $@

$(VENV)/.test-ready: requirements/test.txt $(VENV)/.demo-ready
	$(say) 'Installing the packages of the tests'
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements/test.txt
	@touch $@

# Compiled for this machine, once; a change of the kernel compiles it anew.
$(VENV)/.kernel-ready: $(wildcard scheduling/kernel/*.py) $(VENV)/.demo-ready
	$(say) 'Compiling the engine (less than a minute, once)'
	@$(BIN)/python -m scheduling warm
	@touch $@

frontend/node_modules/.ready: frontend/package-lock.json | $(VENV)/.demo-ready
	$(say) 'Installing the packages of the frontend'
	@cd frontend && npm ci --silent --no-audit --no-fund
	@touch $@

FRONTEND_SOURCES := $(shell find frontend/src frontend/public -type f 2>/dev/null) \
	$(wildcard frontend/*.ts frontend/*.js frontend/*.json) \
	field_app/templates/field_app/shell.html dispatch/integrations/typst/fonts.py

frontend/dist/.built: frontend/node_modules/.ready $(FRONTEND_SOURCES)
	$(say) 'Building the frontend'
	@cd frontend && npm run --silent build > node_modules/.build.log 2>&1 \
		|| { cat node_modules/.build.log >&2; exit 1; }
	@$(BIN)/python -m dispatch.integrations.typst.fonts
	@touch $@

frontend: frontend/dist/.built ## Build board, field app and portal when their sources changed

# --- Run ------------------------------------------------------------------------------

demo: $(VENV)/.demo-ready $(VENV)/.kernel-ready frontend ## The trial run: one believable Tuesday, on one address
	@exec $(BIN)/python -m dispatch.config.demo $(if $(RESET),--reset) \
		$(if $(CHECK),--check) $(if $(PORT),--port $(PORT))

run: $(VENV)/.demo-ready $(VENV)/.kernel-ready frontend ## The same, with reload on change and debug pages
	@exec $(BIN)/python -m dispatch.config.demo --reload $(if $(PORT),--port $(PORT))

slot-budget: $(VENV)/.demo-ready $(VENV)/.kernel-ready frontend ## Measure how long customers wait for arrival windows
	@$(BIN)/python -m dispatch.config.slot_budget $(SLOT_ARGS)

# --- Gates and tests ------------------------------------------------------------------

test: lint frontend-test pytest ## All gates and all tests

lint: $(VENV)/.test-ready frontend/node_modules/.ready ## ruff, mypy, import contracts, svelte-check
	$(say) 'ruff, mypy, import contracts, svelte-check'
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@MODE=test $(BIN)/mypy
	@$(BIN)/lint-imports
	@cd frontend && npm run --silent check

frontend-test: frontend/node_modules/.ready
	@cd frontend && npm test --silent

# Screens and engine beside the rest: two cores, half the time. What they say comes
# after the others, and the names of all that failed in either half come last.
SCREENS_AND_ENGINE := tests/architecture tests/scheduling tests/e2e

pytest: $(VENV)/.test-ready $(VENV)/.kernel-ready frontend chromium ## All tests; PYTEST_ARGS=… for some of them
ifdef PYTEST_ARGS
	@$(BIN)/python -m pytest $(PYTEST_ARGS)
else
	$(say) 'The tests of screens and engine run beside these; their report comes at the end'
	@report=$$(mktemp); own=$$(mktemp); \
	$(BIN)/python -m pytest $(SCREENS_AND_ENGINE) -p no:cacheprovider >"$$report" 2>&1 & \
	beside=$$!; \
	trap 'kill $$beside 2>/dev/null; rm -f "$$report" "$$own"' EXIT INT TERM; \
	$(BIN)/python -m pytest $(addprefix --ignore=,$(SCREENS_AND_ENGINE)) 2>&1 | tee "$$own"; \
	first=$${PIPESTATUS[0]}; second=0; \
	wait $$beside || second=$$?; \
	cat "$$report"; \
	if ((first || second)); then \
		printf '\nOne half of the tests ended with %d, screens and engine with %d:\n' \
			"$$first" "$$second"; \
		grep -hE '^(FAILED|ERROR) |^!!' "$$own" "$$report"; \
	fi; \
	exit $$((first || second))
endif

prove: $(VENV)/.test-ready frontend chromium ## The field app's fault proof, a few minutes; LONG=1 for hours, SEED=n to walk again
	@$(BIN)/python -m tests.proof $(if $(LONG),--long) $(if $(SEED),--seed $(SEED))

# Debian's Chromium for the browser tests, where it may be installed. Where it may
# not, pytest says at its end what did not run.
chromium:
	@if ! $(BIN)/python -m tests.chromium >/dev/null && [ "$$(id -u)" = 0 ] \
		&& command -v apt-get >/dev/null; then \
		printf '\033[2m·\033[0m %s\n' 'Installing Chromium for the browser tests'; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; \
		} >/dev/null || true; \
	fi

# --- Measuring ------------------------------------------------------------------------

field-budgets: $(VENV)/.test-ready frontend chromium ## Measure sizes and times of the field app beside their budgets
	@$(BIN)/python -m tests.budgets $(BUDGET_ARGS)

# The peers live in an environment of their own, never in the product's. VRP is a folder
# of public benchmark files with their `best_known.csv` (docs/benchmarks.md says which);
# without it the made-up days alone are measured.
VRP ?=
PEERS ?= pyvrp,vroom,ortools
BENCH := .venv-bench
BENCH_FILES ?= R101,R104,R208,RC104,C1_4_2,C2_2_3,R1_4_8,R2_2_8,RC1_10_3,Instanz,instance
BENCH_SIZES ?= 20x120:5,100x800:20
BENCH_ARGS ?= $(if $(VRP),$(VRP) --files $(BENCH_FILES)) --generated $(BENCH_SIZES) \
	--seconds 10 --seeds 3 --days 5
measure = cd $(CURDIR) && $(BENCH)/bin/python -m scheduling bench $(BENCH_ARGS)

$(BENCH)/.ready: requirements/bench.txt
	@python=$$($(find_python)); "$$python" -m venv $(BENCH)
	$(say) 'Installing the engine and its peers into $(BENCH)'
	@$(BENCH)/bin/python -m pip install -qq --require-hashes -r requirements/bench.txt
	@touch $@

bench: $(BENCH)/.ready ## Measure beside other solvers, about 30 minutes: VRP=folder; writes docs/benchmarks.*
	@$(measure) --peers $(PEERS) --json docs/benchmarks.json --markdown docs/benchmarks.md

bench-check: $(BENCH)/.ready ## The same without peers against docs/benchmarks.json; fails on a loss of half a point
	@$(measure) --against docs/benchmarks.json

# --- Files that are made and committed ---------------------------------------------------

schema: $(VENV)/.test-ready frontend/node_modules/.ready ## Write the OpenAPI snapshot, its TypeScript types and docs/errors.md
	@MODE=test DATABASE_URL=postgresql://unused@127.0.0.1/unused \
		$(BIN)/python manage.py export_schema
	@cd frontend && npm run --silent schema

screenshots: $(VENV)/.test-ready $(VENV)/.kernel-ready frontend chromium ## Take the pictures of README and docs
	@TRIAL_HOME=$(CURDIR)/var/pictures $(BIN)/python -m tests.screenshots $(ONLY)

field-screens: $(VENV)/.test-ready $(VENV)/.kernel-ready frontend chromium ## Every screen of the field app into build/, to be looked at; ONLY="day lines"
	@TRIAL_HOME=$(CURDIR)/var/pictures $(BIN)/python -m tests.pictures $(if $(ONLY),--only $(ONLY))

lock: ## Compile requirements/*.in to hashed locks (needs uv)
	@command -v uv >/dev/null || { echo 'uv is needed to compile the locks: install it first.' >&2; exit 1; }
	@for name in base demo test bench; do \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url requirements/$$name.in -o requirements/$$name.txt; \
	done

clean: ## Delete what was built; the trial run's data stays
	@rm -rf frontend/dist frontend/node_modules .venv .venv-bench .pytest_cache .mypy_cache \
		.ruff_cache .import_linter_cache .hypothesis staticfiles
