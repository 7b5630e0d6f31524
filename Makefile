# Every chore of a developer. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# The interpreter that the environment is made with, and the place of the environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Further arguments for `serve`, `bench`, `test` (pytest) and `lock`: make serve ARGS='--port 0'
ARGS ?=
# Tests of one file run on one core, as they share what is costly to start.
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder
# Tests wait for processes, limits of time and browsers for a good part of their time: two workers more than cores.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 2)))
# Resolves the lock; no other target needs it, so it is not in the lock itself.
UV := uv==0.13.9

# Twice quiet: errors only.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
PYTHON_READY := $(VENV)/.installed
LINTERS_READY := node_modules/.installed

# Packages are compiled when they are first imported; where nothing keeps that, each process starts half a second later.
export PYTHONDONTWRITEBYTECODE :=

# The same sources give the same wheel and sdist: their moment is that of the last commit.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 315532800)
# Apart from the lock, which they must not change.
AUDIT_TOOLS := pip-audit==2.10.1 cyclonedx-bom==7.5.0 pip-licenses==5.5.5
TOOLS := $(VENV)/tools
TOOLS_READY := $(TOOLS)/.installed

.PHONY: help install serve test test-all all-tests lint lint-openapi docs docs-browser lint-container format bench soak crashes fuzz audit sbom licences prove mutants lock wheel clean

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(PYTHON_READY) ## make .venv and install everything into it from requirements.lock
	@:

serve: $(PYTHON_READY) ## start the mock server (ARGS='--port 0' passes arguments on)
	@exec $(BIN)/ringme-mock serve $(ARGS)

test: lint ## check style and types, then run the tests but for the thorough ones (ARGS='-k token' goes to pytest)
	@$(BIN)/python -m pytest $(PARALLEL) $(if $(ARGS),$(ARGS),-m 'not thorough')

# One after the other; with --jobs 2 the types are checked while the tests have begun.
test-all: lint lint-openapi docs-browser all-tests ## run what CI runs: all tests, and fail where Node.js or Chromium are missing
	@:

all-tests: $(PYTHON_READY) $(LINTERS_READY)
	@RINGME_REQUIRE_BROWSER=1 $(BIN)/python -m pytest $(PARALLEL) $(ARGS)

lint: $(PYTHON_READY) ## check style, types, and which package imports which
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo

lint-openapi: $(LINTERS_READY) ## lint openapi.yaml with Redocly and Spectral (needs Node.js); a warning fails, too
	@REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
	    node_modules/.bin/redocly lint --config redocly.yaml openapi.yaml
	@node_modules/.bin/spectral lint --ruleset .spectral.yaml --fail-severity=warn openapi.yaml

docs: $(PYTHON_READY) ## build the documentation as a static site in site/ (ARGS='--report reports' shows a report)
	@$(BIN)/ringme-mock docs site $(ARGS)

# Those of `make test-all` are for pytest.
docs-browser: override ARGS :=
docs-browser: docs $(LINTERS_READY) ## look at the pages of the documentation with Chromium
	@node tests/browser/docs.mjs site

lint-container: $(PYTHON_READY) $(LINTERS_READY) ## lint Containerfile and compose.yaml, and try the installation without an engine
	@$(BIN)/hadolint Containerfile
	@node_modules/.bin/dclint --max-warnings 0 -c tests/container/dclint.yaml compose.yaml
	@RINGME_MOCK_TEST_INSTALLATION=1 $(BIN)/python -m pytest tests/container

format: $(PYTHON_READY) ## put the code into shape
	@$(BIN)/ruff check --fix --exit-zero --quiet
	@$(BIN)/ruff format

bench: $(PYTHON_READY) ## measure the mock beside a hand-written server and stock Connexion (ARGS=growth, ARGS=load, ARGS='compare --peers')
	@$(BIN)/python bench $(ARGS)

soak: $(PYTHON_READY) ## keep the mock busy for an hour, and see that its memory does not climb (ARGS='--minutes 5', ARGS=--state, ARGS='--redis --workers 2')
	@$(BIN)/python bench soak $(ARGS)

crashes: $(PYTHON_READY) ## kill processes of one state 20 times at each moment of interest, under load (CRASHES=1)
	@RINGME_CRASHES=$(or $(CRASHES),20) $(BIN)/python -m pytest tests/workers/test_crash_matrix.py $(ARGS)

fuzz: $(PYTHON_READY) ## send 200,000 hostile requests (ARGS='--requests 1000 --seed 2'; ARGS='--results bench/results' keeps the figures)
	@$(BIN)/python tests/hostile/fuzz.py $(ARGS)

audit: $(TOOLS_READY) ## look up the locked packages in the database of vulnerabilities (needs network)
	@$(TOOLS)/bin/pip-audit --strict --disable-pip --requirement requirements.lock --progress-spinner off

# What browsers get lies in the package itself, so no lock names it.
ADD_VENDORED := import json, sys; bom, vendored = (json.load(open(one)) for one in sys.argv[1:]); \
    bom["components"] += vendored["components"]; json.dump(bom, open(sys.argv[1], "w"), indent=2)

sbom: $(TOOLS_READY) ## write build/sbom.json, the locked packages and the code for browsers, in CycloneDX
	@mkdir -p build
	@$(TOOLS)/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
	    --mc-type application --output-reproducible --of JSON -o build/sbom.json
	@$(BIN)/python -c '$(ADD_VENDORED)' build/sbom.json mock/ringme_mock/vendored.json

LIST_VENDORED := import json; [print(one["purl"], *(part["license"]["id"] for part in one["licenses"])) \
    for one in json.load(open("mock/ringme_mock/vendored.json"))["components"]]

licences: $(TOOLS_READY) ## list the licences of all installed packages, and of the code for browsers
	@$(TOOLS)/bin/pip-licenses --python $(BIN)/python --from=mixed
	@$(BIN)/python -c '$(LIST_VENDORED)'

# Which dozen of all mutants `make prove` tries.
SEED ?= 1

prove: $(PYTHON_READY) ## put faults into the mock, one at a time, and see the contract kit find them all; then a dozen mutants
	@$(BIN)/ringme-contract prove $(ARGS)
	@$(if $(ARGS),,$(BIN)/python tests/mutation/run.py --sample 12 --seed $(SEED))

mutants: $(PYTHON_READY) ## change the mock and tests/second a little, one way at a time, and see the kit notice it (ARGS='--id way-2')
	@$(BIN)/python tests/mutation/run.py $(ARGS)

lock: $(BIN)/pip ## renew requirements.lock after a change of pyproject.toml (ARGS=--upgrade takes newer releases)
	@$(PIP) install '$(UV)'
	@$(BIN)/uv pip compile pyproject.toml --extra dev --output-file requirements.lock \
	    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --strip-extras --custom-compile-command 'make lock' --no-config --quiet $(ARGS)

wheel: $(PYTHON_READY) ## build sdist and wheel into dist/
	@rm -rf build dist
	@$(BIN)/python -m build --no-isolation

clean: ## remove everything that the other targets made
	@rm -rf $(VENV) node_modules site build dist spec/*.egg-info mock/*.egg-info contract_tests/*.egg-info *.egg-info \
	    .hypothesis .mypy_cache .pytest_cache .ruff_cache .schemathesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Debian keeps the part of Python that makes environments in a package of its own.
$(TOOLS_READY): $(PYTHON_READY) Makefile
	@$(BIN)/python -m venv --clear $(TOOLS)
	@$(TOOLS)/bin/python -m pip --disable-pip-version-check --no-input -qq install $(AUDIT_TOOLS)
	@touch $@

$(BIN)/pip:
	@command -v $(PYTHON) >/dev/null \
	    || { echo "$(PYTHON) is not there: install Python 3.11 or newer, or name one with PYTHON=." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "$$($(PYTHON) --version) is too old: Python 3.11 or newer is needed; name one with PYTHON=." >&2; exit 1; }
	@if ! $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
	    if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
	        echo "$(PYTHON) cannot make environments: install its venv module (Debian, Ubuntu: apt-get install python3-venv)." >&2; \
	        exit 1; \
	    fi; \
	    echo "Installing python3-venv"; \
	    apt-get update -qq; \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null; \
	fi
	@$(PYTHON) -m venv --clear $(VENV)

# Compiling all packages takes as long as the rest of the installation, and most of their modules are never imported.
$(PYTHON_READY): pyproject.toml setup.py requirements.lock | $(BIN)/pip
	@echo "Installing requirements.lock into $(VENV)"
	@$(PIP) install --no-compile --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(LINTERS_READY): package.json package-lock.json .npmrc
	@command -v npm >/dev/null || { echo "npm is not there: install Node.js 18 or newer with npm." >&2; exit 1; }
	@echo "Installing package-lock.json into node_modules"
	@npm ci --loglevel=error --no-progress >/dev/null
	@touch $@
