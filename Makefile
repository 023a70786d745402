# `make app` and `make test` work on a fresh clone with Python 3.11 or newer and make; each step runs once.
PYTHON ?= python3
# Processes that share the tests by file; half of what they do is waiting for browsers and trainers.
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
SOURCES := app.py curation training pages tests benchmarks

.PHONY: app test check fix bench help

help:
	@echo "make app    install what is needed and serve the app at http://127.0.0.1:8501"
	@echo "make test   install what is needed and run every test"
	@echo "make check  format, lint, strict types, import contracts"
	@echo "make fix    let the formatter and the linter mend what they can"
	@echo "make bench  print benchmark figures (minutes)"

app: $(VENV)/.installed
	$(BIN)/streamlit run app.py

test: $(VENV)/.installed-dev
	@sh .ci/chromium
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-dev
	@sh .ci/chromium
	@for file in benchmarks/[a-z]*.py; do \
		name=$$(basename $$file .py); echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; \
	done

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pairloom needs Python 3.11 or newer: make PYTHON=python3.12 app" or 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed pyproject.toml requirements-ray.txt
	$(BIN)/python -m pip install --quiet --group dev -r requirements-ray.txt
	@touch $@
