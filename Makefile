# Development tasks. `make` without a target lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# The interpreter that creates the environment, and the folder of the environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Additional arguments for `serve`, `bench`, `test` (pytest) and `lock`: make serve ARGS='--port 0'
ARGS ?=
# Tests of one file run in one worker, as they share servers that are slow to start.
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder
# Tests often wait for processes, time limits and browsers: two workers more than cores.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 2)))
# Resolves the lock file. No other target needs it, so it is not in the lock file itself.
UV := uv==0.13.9

# Twice quiet: errors only.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
PYTHON_READY := $(VENV)/.installed
LINTERS_READY := node_modules/.installed

# Packages are compiled at their first import; without stored bytecode, each process starts half a second later.
export PYTHONDONTWRITEBYTECODE :=

# Reproducible wheel and sdist: their timestamp is that of the last commit.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 315532800)
# Not in the lock file, which they must not change.
AUDIT_TOOLS := pip-audit==2.10.1 cyclonedx-bom==7.5.0 pip-licenses==5.5.5
TOOLS := $(VENV)/tools
TOOLS_READY := $(TOOLS)/.installed

.PHONY: help install serve test test-all all-tests lint lint-openapi docs docs-browser lint-container format bench soak crashes fuzz audit sbom licences prove mutants lock wheel clean

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(PYTHON_READY) ## create .venv and install all packages of requirements.lock into it
	@:

serve: $(PYTHON_READY) ## start the mock server (ARGS='--port 0' passes options)
	@exec $(BIN)/ringme-mock serve $(ARGS)

test: lint ## check style and types, then run all tests except the thorough ones (ARGS='-k token' passes options to pytest)
	@$(BIN)/python -m pytest $(PARALLEL) $(if $(ARGS),$(ARGS),-m 'not thorough')

# In this order; with --jobs 2 the types are checked while the tests run.
test-all: lint lint-openapi docs-browser all-tests ## run the same as CI: all tests; fails if Node.js or Chromium is missing
	@:

all-tests: $(PYTHON_READY) $(LINTERS_READY)
	@RINGME_REQUIRE_BROWSER=1 $(BIN)/python -m pytest $(PARALLEL) $(ARGS)

lint: $(PYTHON_READY) ## check style, types, and imports between packages
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo

lint-openapi: $(LINTERS_READY) ## lint openapi.yaml with Redocly and Spectral (needs Node.js); warnings count as errors
	@REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
	    node_modules/.bin/redocly lint --config redocly.yaml openapi.yaml
	@node_modules/.bin/spectral lint --ruleset .spectral.yaml --fail-severity=warn openapi.yaml

docs: $(PYTHON_READY) ## build the documentation as a static site in site/ (ARGS='--report reports' includes a report)
	@$(BIN)/ringme-mock docs site $(ARGS)

# The ARGS of `make test-all` are for pytest.
docs-browser: override ARGS :=
docs-browser: docs $(LINTERS_READY) ## test the pages of the documentation in Chromium
	@node tests/browser/docs.mjs site

lint-container: $(PYTHON_READY) $(LINTERS_READY) ## lint Containerfile and compose.yaml, and test the installation without a container engine
	@$(BIN)/hadolint Containerfile
	@node_modules/.bin/dclint --max-warnings 0 -c tests/container/dclint.yaml compose.yaml
	@RINGME_MOCK_TEST_INSTALLATION=1 $(BIN)/python -m pytest tests/container

format: $(PYTHON_READY) ## format the code and fix style errors
	@$(BIN)/ruff check --fix --exit-zero --quiet
	@$(BIN)/ruff format

bench: $(PYTHON_READY) ## compare the speed of the mock with a hand-written server and stock Connexion (ARGS=growth, ARGS=load, ARGS='compare --peers')
	@$(BIN)/python bench $(ARGS)

soak: $(PYTHON_READY) ## run the mock under load for an hour, and check that its memory does not grow (ARGS='--minutes 5', ARGS=--state, ARGS='--redis --workers 2')
	@$(BIN)/python bench soak $(ARGS)

crashes: $(PYTHON_READY) ## kill processes that share a state, 20 times at each critical point, under load (CRASHES=1)
	@RINGME_CRASHES=$(or $(CRASHES),20) $(BIN)/python -m pytest tests/workers/test_crash_matrix.py $(ARGS)

fuzz: $(PYTHON_READY) ## send 200,000 hostile requests (ARGS='--requests 1000 --seed 2'; ARGS='--results bench/results' stores the results)
	@$(BIN)/python tests/hostile/fuzz.py $(ARGS)

audit: $(TOOLS_READY) ## check the locked packages for known vulnerabilities (needs network)
	@$(TOOLS)/bin/pip-audit --strict --disable-pip --requirement requirements.lock --progress-spinner off

# The code for browsers is part of the package, so it is in no lock file.
ADD_VENDORED := import json, sys; bom, vendored = (json.load(open(one)) for one in sys.argv[1:]); \
    bom["components"] += vendored["components"]; json.dump(bom, open(sys.argv[1], "w"), indent=2)

sbom: $(TOOLS_READY) ## write the locked packages and the code for browsers to build/sbom.json (CycloneDX)
	@mkdir -p build
	@$(TOOLS)/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
	    --mc-type application --output-reproducible --of JSON -o build/sbom.json
	@$(BIN)/python -c '$(ADD_VENDORED)' build/sbom.json mock/ringme_mock/vendored.json

LIST_VENDORED := import json; [print(one["purl"], *(part["license"]["id"] for part in one["licenses"])) \
    for one in json.load(open("mock/ringme_mock/vendored.json"))["components"]]

licences: $(TOOLS_READY) ## list the licences of all installed packages and of the code for browsers
	@$(TOOLS)/bin/pip-licenses --python $(BIN)/python --from=mixed
	@$(BIN)/python -c '$(LIST_VENDORED)'

# Random seed for the twelve mutants that `make prove` tries.
SEED ?= 1

prove: $(PYTHON_READY) ## inject faults into the mock, one at a time, and check that the contract kit finds each; then try twelve mutants
	@$(BIN)/ringme-contract prove $(ARGS)
	@$(if $(ARGS),,$(BIN)/python tests/mutation/run.py --sample 12 --seed $(SEED))

mutants: $(PYTHON_READY) ## change the mock and tests/second in one place at a time, and check that the kit notices it (ARGS='--id way-2')
	@$(BIN)/python tests/mutation/run.py $(ARGS)

lock: $(BIN)/pip ## update requirements.lock after a change of pyproject.toml (ARGS=--upgrade updates to newer releases)
	@$(PIP) install '$(UV)'
	@$(BIN)/uv pip compile pyproject.toml --extra dev --output-file requirements.lock \
	    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --strip-extras --custom-compile-command 'make lock' --no-config --quiet $(ARGS)

wheel: $(PYTHON_READY) ## build sdist and wheel into dist/
	@rm -rf build dist
	@$(BIN)/python -m build --no-isolation

clean: ## remove all files that the other targets created
	@rm -rf $(VENV) node_modules site build dist spec/*.egg-info mock/*.egg-info contract_tests/*.egg-info *.egg-info \
	    .hypothesis .mypy_cache .pytest_cache .ruff_cache .schemathesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# On Debian, the venv module of Python is in a separate package.
$(TOOLS_READY): $(PYTHON_READY) Makefile
	@$(BIN)/python -m venv --clear $(TOOLS)
	@$(TOOLS)/bin/python -m pip --disable-pip-version-check --no-input -qq install $(AUDIT_TOOLS)
	@touch $@

$(BIN)/pip:
	@command -v $(PYTHON) >/dev/null \
	    || { echo "$(PYTHON) was not found: install Python 3.11 or newer, or set PYTHON= to its command." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "$$($(PYTHON) --version) is too old: Python 3.11 or newer is needed; set PYTHON= to its command." >&2; exit 1; }
	@if ! $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
	    if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
	        echo "$(PYTHON) cannot create environments: install its venv module (Debian, Ubuntu: apt-get install python3-venv)." >&2; \
	        exit 1; \
	    fi; \
	    echo "Installing python3-venv"; \
	    apt-get update -qq; \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null; \
	fi
	@$(PYTHON) -m venv --clear $(VENV)

# Compiling all packages takes as long as the rest of the installation, and most modules are never imported.
$(PYTHON_READY): pyproject.toml setup.py requirements.lock | $(BIN)/pip
	@echo "Installing requirements.lock into $(VENV)"
	@$(PIP) install --no-compile --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(LINTERS_READY): package.json package-lock.json .npmrc
	@command -v npm >/dev/null || { echo "npm was not found: install Node.js 18 or newer with npm." >&2; exit 1; }
	@echo "Installing package-lock.json into node_modules"
	@npm ci --loglevel=error --no-progress >/dev/null
	@touch $@
