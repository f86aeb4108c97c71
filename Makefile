# Everything about the project starts here. `make` alone lists what there is.

PORT ?=
SITE ?= http://localhost:8000
ARGS ?=
PYTHON ?=
PY := .venv/bin/python
# The tests' own servers: beside the demo's, and without waiting for the disk.
TEST := LIAISON_EMBEDDED_FAST=1 $(PY)

.DEFAULT_GOAL := help
.PHONY: audit bench chaos fuzz help setup demo browser screenshots test test-faults test-fast lint format clean requirements messages lighthouse validate

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## virtual environment, packages, messages, static files; quick when nothing changed
	@python=$$(PYTHON="$(PYTHON)" sh scripts/find-python) && "$$python" scripts/setup.py

demo: setup ## the portal with a demo district, on this machine; PORT=8123 chooses the port
	@exec $(PY) manage.py demo --with-parent $(if $(PORT),--port "$(PORT)")

test: setup browser ## the tests, on real PostgreSQL and Redis; ARGS="-k sign -x" goes to pytest
	@$(TEST) -m pytest -n auto -m "not long" $(ARGS)

test-faults: setup ## every fault test: parts of a running portal stopped and killed on purpose (minutes)
	@$(TEST) -m pytest -n 0 tests/faults $(ARGS)

test-fast: setup ## the tests that start no worker or web server
	@$(TEST) -m pytest -n auto -m "not processes and not long" $(ARGS)

browser: setup ## Chromium for the browser tests, where the machine allows it
	@$(PY) scripts/browser.py

screenshots: browser ## every page in both widths to var/screenshots/
	@SCREENSHOTS=1 $(TEST) -m pytest -n 0 tests/browser/test_screenshots.py $(ARGS)

lighthouse: browser ## accessibility, best practices, SEO of a running portal; SITE=http://localhost:8000
	@cd scripts/page_checks && npm ci --ignore-scripts --omit=optional --silent
	@$(PY) scripts/page_checks/lighthouse.py $(SITE)

validate: setup ## every public page of a running portal through the Nu checker; SITE=http://localhost:8000
	@cd scripts/page_checks && npm ci --ignore-scripts --omit=optional --silent
	@$(PY) scripts/page_checks/validate.py $(SITE)

bench: setup ## the portal beside a bare view, at 1 thousand to 1 million petitions; ARGS="--sizes 1000"
	@$(PY) -m bench $(ARGS)

fuzz: setup ## 100 thousand requests from the API's schema, allowed and forbidden; ARGS="--requests 2000"
	@$(PY) -m bench.fuzz $(ARGS)

chaos: setup ## kill parts at random during 10 thousand submissions, then audit; ARGS="--submissions 500 --seed 2"
	@$(PY) -m bench.chaos $(ARGS)

lint: setup ## style, imports, types, migrations, settings for production
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -c "import sys; from importlinter.cli import lint_imports_command as main; sys.exit(main())"
	$(PY) -m mypy .
	$(TEST) manage.py makemigrations --check --dry-run
	$(PY) scripts/check_deploy.py

audit: setup ## known holes in the pinned packages, asked of the outside (not part of lint: docs/security.md says why)
	@$(PY) -m venv var/audit && var/audit/bin/pip install --quiet pip-audit==2.10.1
	@var/audit/bin/pip-audit --requirement requirements.txt --no-deps --disable-pip $(ARGS)

format: setup ## ruff's layout and its safe repairs
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

clean: ## remove the demo's and the tests' data (not the packages)
	@python=$$(PYTHON="$(PYTHON)" sh scripts/find-python) && "$$python" scripts/clean.py

requirements: setup ## pin the newest versions that requirements*.in allow
	$(PY) scripts/requirements.py

messages: setup ## bring locale/ up to date with the code; then translate what is empty
	$(PY) scripts/messages.py update
	$(PY) scripts/messages.py compile
