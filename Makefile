# Two commands matter: `make demo` and `make test`. Everything else is for those who work on Comity.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup demo test check docs lock clean

help:
	@echo "make demo    start Comity with the demo states Arizona and Utah on 127.0.0.1:8000"
	@echo "make test    run every test"
	@echo "make check   lint, types, import contracts, docs"
	@echo "make setup   only make .venv with .venv/bin/comity"
	@echo "make lock    renew requirements*.txt from requirements*.in"

setup: $(VENV)/.ready

demo: $(VENV)/.ready
	@exec $(BIN)/comity demo

test: $(VENV)/.ready-dev
	@exec $(BIN)/pytest -n 2 --dist worksteal -q

check: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.docs --check

docs: $(VENV)/.ready-dev
	$(BIN)/python -m tools.docs

$(VENV)/.ready: requirements.txt pyproject.toml tools/setup.sh
	@PYTHON="$(PYTHON)" sh tools/setup.sh "$(VENV)" requirements.txt
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	@PYTHON="$(PYTHON)" sh tools/setup.sh "$(VENV)" requirements-dev.txt
	@touch $@

lock: $(VENV)/.ready-dev
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -q requirements.in -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -q requirements-hsm.in -c requirements.txt -o requirements-hsm.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -q requirements-dev.in -c requirements.txt -c requirements-hsm.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
