# Everything a developer or an operator starts. `make help` lists it.
# The paths are relative, so that blanks and umlauts in the folder's name do no harm.

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
INSTALL := python3 realtrack/supervisor/install.py
ARGS ?=
# Least coverage of lines, in percent; branches are reported beside it.
COVERAGE := 90
# More workers than a small machine has cores: the tests of the whole system wait more than they work.
TEST_WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 3 ? cores + 2 : 4)))

.PHONY: help install install-dev run stop status reset shell worker migrate lint format test smoke drill bench docs

help:  ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

install:
	@$(INSTALL)

install-dev:
	@$(INSTALL) --dev

run: install  ## Start everything; ends by printing the address and the log-ins (VERBOSE=1 shows all lines)
	@exec $(PYTHON) -m realtrack.supervisor run

stop:  ## End everything that make run started in this state folder
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m realtrack.supervisor stop; else echo "Nothing runs here."; fi

status: install  ## What runs, since when, how often restarted
	@$(PYTHON) -m realtrack.supervisor status

reset: install  ## Wipe the state folder: database, photos, secrets (asks first; YES=1 does not)
	@$(PYTHON) -m realtrack.supervisor reset

shell: install  ## A Python shell with the project loaded
	@exec $(PYTHON) manage.py shell

worker: install  ## One more Celery worker; NAME=io, cpu or default
	@exec $(PYTHON) -m realtrack.supervisor worker --name $(or $(NAME),default)

migrate: install  ## Bring the database up to date
	@$(PYTHON) manage.py migrate

lint: install-dev  ## Style, types, layers, missing migrations
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports --no-logo
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py check --fail-level WARNING

format: install-dev  ## Put style right where a tool can
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

# COVER=1 also measures coverage, as .ci/run does; that takes about a third longer.
ifdef COVER
COVER_ARGS := --cov --cov-report=json:.coverage.json -p tests.least_coverage --least-lines=$(COVERAGE)
endif

test: install-dev  ## All tests (COVER=1 measures coverage too); ARGS="-k name" runs some
ifeq ($(strip $(ARGS)),)
	@exec $(PYTHON) -m pytest -n $(TEST_WORKERS) --dist loadgroup --durations=15 $(COVER_ARGS)
else
	@exec $(PYTHON) -m pytest $(ARGS)
endif

smoke: install-dev  ## Start everything in an empty folder, walk through it, stop, look for leftovers
	@exec $(PYTHON) -m pytest -m smoke tests

drill: install-dev  ## The long ones: kill servers, workers and the web while it works
	@exec $(PYTHON) -m pytest -m drill tests $(ARGS)

bench: install-dev  ## Measure; each figure stands beside a floor of the same run
	@for file in benchmarks/*.py; do echo "== $$file"; $(PYTHON) "$$file" || exit 1; done

docs: install-dev  ## Write the OpenAPI schema and the list of commands into docs/ of the state folder
	@$(PYTHON) -m realtrack.supervisor docs
