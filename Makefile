# The front door of dangol: `make help` lists what there is. Needs Python >= 3.10 and make.

.DEFAULT_GOAL := help
.PHONY: help build export test tested_build bench lint docs clean environment-build environment-test

PYTHON ?= python3
RAW ?= sample

# A value is taken as it stands, `$$` and all, and reaches a recipe as an environment variable only:
# whatever it holds, no shell and no make function ever runs it. `dangol` checks what it means.
variables := RAW WAREHOUSE AS_OF TARGET OUT CURRENCY TIMEZONE THREADS MEMORY SPILL_FOLDER MAX_AGE_HOURS DESTINATIONS
variables += DRY_RUN SIZE PYTHON
given := $(foreach name,$(variables),$(if $(filter undefined,$(origin $(name))),,$(name)))
$(foreach name,$(given),$(eval override $(name) := $$(value $(name))))
export $(given)

# Works from a fresh clone: the package is read from src/ whatever the environment holds.
export PYTHONPATH := $(CURDIR)/src
export PYTHONDONTWRITEBYTECODE := 1

help: ## list the targets
	@echo "Targets:"
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' Makefile | while IFS='|' read -r target does; do \
		printf '%-14s %s\n' "$$target" "$$does"; done
	@echo "Variables (optional), as in \`make build RAW=my_shop AS_OF=2026-06-30\`:"
	@echo "  RAW            folder of raw files (default sample); RAW= reads the schema raw instead"
	@echo "  WAREHOUSE      DuckDB file (default dangol.duckdb)"
	@echo "  AS_OF          local day that the marts describe, YYYY-MM-DD (default: the newest day)"
	@echo "  TARGET         duckdb (default) or spark"
	@echo "  CURRENCY       reporting currency, such as KRW (default: the only one in RAW)"
	@echo "  TIMEZONE       reporting time zone (default Asia/Seoul)"
	@echo "  MEMORY         of DuckDB, such as 800MB; more is spilled to disk (default 5GB, or 60 % of less)"
	@echo "  THREADS        models built at a time, and cores that DuckDB uses (default: all, up to 8)"
	@echo "  SPILL_FOLDER   folder for what does not fit into MEMORY (default: beside the warehouse)"
	@echo "  OUT            folder of published files (default exports)"
	@echo "  DESTINATIONS   publish these only, such as braze,sms; the others stay as published last"
	@echo "  MAX_AGE_HOURS  refuse to publish an older build (default 24)"
	@echo "  DRY_RUN        DRY_RUN=1 counts what would be published, and writes no file"
	@echo "  SIZE           of the benchmark: small (default), medium or large"

# Spark is in the larger environment only.
build: $(if $(filter spark,$(TARGET)),environment-test,environment-build) ## turn RAW into marts and audiences, then sum up
	@.venv/bin/python -m dangol build

export: environment-build ## publish the files of the last green build for the messaging tools to OUT
	@.venv/bin/python -m dangol export

test: environment-test ## prove everything: lint, build with all tests, pytest, Spark parity
	@echo "lint and the build of the sample with all tests, side by side: up to ten minutes"
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint tested_build
	@$(clean_env) .venv/bin/python -m pytest

tested_build: environment-test
	@rm -rf artifacts/test && mkdir -p artifacts/test
	@$(clean_env) WAREHOUSE=artifacts/test/sample.duckdb .venv/bin/python -m dangol build --unit-tests
	@$(clean_env) WAREHOUSE=artifacts/test/sample.duckdb .venv/bin/python -m dangol check-yaml

bench: environment-test ## time builds beside the limit, pandas, polars and Spark (docs/benchmarks.md)
	@.venv/bin/python bench/run.py

lint: environment-test ## check the style of SQL, Python and YAML, and the layer rules
	@echo "lint: Python (ruff, mypy)"
	@.venv/bin/ruff check --quiet src tests docs bench
	@.venv/bin/ruff format --quiet --diff src tests docs bench
	@.venv/bin/mypy
	@echo "lint: YAML keys, descriptions, documented macros (dangol check-yaml)"
	@$(lint_env) WAREHOUSE=artifacts/lint/none.duckdb .venv/bin/python -m dangol check-yaml
	@echo "lint: dbt parse, every deprecation an error"
	@$(lint_env) .venv/bin/dbt --quiet --warn-error-options '{"error": ["Deprecations"]}' \
		parse --no-partial-parse --show-all-deprecations
	@echo "lint: names, layers and contracts (dbt-bouncer)"
	@if .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		COLUMNS=220 .venv/bin/dbt-bouncer run --config-file dbt-bouncer.yml --show-all-failures; \
		else echo "  skipped: dbt-bouncer needs Python 3.11"; fi
	@echo "lint: SQL (sqlfluff), two or three minutes"
	@$(lint_env) .venv/bin/sqlfluff lint --processes 2 --disable-progress-bar models tests/data analyses

docs: environment-build ## write the documentation of every table and column to target/static_index.html
	@.venv/bin/python -m dangol docs

clean: ## remove what builds and tests made; .venv, profiles.yml and published files stay
	@rm -rf target logs artifacts spark-warehouse metastore_db derby.log dangol.duckdb dangol.duckdb.wal dangol.duckdb.work
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Tests and lint describe the project, not the shop that the variables name.
forgotten := -u AS_OF -u CURRENCY -u TIMEZONE -u TARGET -u OUT -u MAX_AGE_HOURS -u DESTINATIONS -u DRY_RUN -u SIZE
clean_env := env $(forgotten) RAW=sample DBT_TARGET_PATH=artifacts/test/target \
	DBT_LOG_PATH=artifacts/test/logs
lint_env := env $(forgotten) RAW=sample WAREHOUSE=:memory: \
	DBT_TARGET_PATH=artifacts/lint/target DBT_LOG_PATH=artifacts/lint/logs DBT_PROFILES_DIR=artifacts/lint

environment-build:
	@cmp -s requirements/build.lock .venv/build.lock || cmp -s requirements/test.lock .venv/test.lock || { \
		$(make_environment) && $(call install,build,a minute) && cp requirements/build.lock .venv/build.lock; }

environment-test:
	@cmp -s requirements/test.lock .venv/test.lock || { \
		$(make_environment) && $(call install,test,three minutes) && cp requirements/test.lock .venv/test.lock; }
	@mkdir -p artifacts/lint && cp profiles.example.yml artifacts/lint/profiles.yml

define make_environment
{ "$$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
	echo "dangol needs Python 3.10 or newer as \`python3\`; found: $$("$$PYTHON" --version 2>&1 | head -n 1)." >&2; \
	echo "With another one installed: make build PYTHON=/path/to/python3.11" >&2; exit 1; }; \
	rm -f .venv/build.lock .venv/test.lock; \
	.venv/bin/python -m pip --version >/dev/null 2>&1 || "$$PYTHON" -m venv --clear .venv || { \
	echo "Python could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }; }
endef

# $(1): name of the lock file; $(2): how long it takes.
define install
{ echo "Making the environment in .venv from requirements/$(1).lock: about $(2), once."; \
	.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
		--requirement requirements/$(1).lock && \
	.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-cache-dir --no-deps --no-index \
		--no-build-isolation --editable .; }
endef
