# make run    set up what is missing and start Rapporteur        make lint   what CI checks besides the tests
# make test   every test, on SQLite and on PostgreSQL            make fmt    format the source
# make bench  the measurements of docs/benchmarks.md          make messages  collect what is to be translated
#
# PYTHON=…  chooses the interpreter (3.11 or newer).  ARGS=…  is passed on to pytest or to the benchmarks.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && exit; done; \
	command -v python3 >/dev/null 2>&1 && echo python3)
BOOTSTRAP = $(or $(PYTHON),$(error Rapporteur needs Python 3.11 or newer, and there is no python3 on PATH; set PYTHON=/path/to/python)) tracker/bootstrap.py
ARGS ?=

.PHONY: run test lint fmt bench messages
.DEFAULT_GOAL := run

run:
	@$(BOOTSTRAP) requirements.lock
	@.venv/bin/python -m tracker.serve

test:
	@$(BOOTSTRAP) requirements-test.lock
	@.venv/bin/python -m tests.run $(ARGS)

lint:
	@$(BOOTSTRAP) requirements-test.lock
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m mypy
	.venv/bin/python .venv/bin/lint-imports
	.venv/bin/python -m djlint templates --lint --quiet
	.venv/bin/python manage.py makemigrations --check --dry-run

fmt:
	@$(BOOTSTRAP) requirements-test.lock
	.venv/bin/python -m ruff check --fix-only --quiet .
	.venv/bin/python -m ruff format .

bench:
	@$(BOOTSTRAP) requirements-test.lock
	@.venv/bin/python -m benchmarks $(ARGS)

messages:
	@$(BOOTSTRAP) requirements-test.lock
	@.venv/bin/python -m tracker.messages
