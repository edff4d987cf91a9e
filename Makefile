# Two commands matter: `make demo` and `make test`. Everything else is for those who work on Comity.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup demo test check docs screenshots lock clean

help:
	@echo "make demo    start Comity with the demo states Arizona and Utah on 127.0.0.1:8000"
	@echo "make test    run every test"
	@echo "make check   lint, types, import contracts, docs"
	@echo "make screenshots  every page as a picture, in build/screenshots"
	@echo "make setup   only make .venv with .venv/bin/comity"
	@echo "make lock    renew requirements*.txt from requirements*.in"

setup: $(VENV)/.ready .static/staticfiles.json

demo: $(VENV)/.ready .static/staticfiles.json
	@exec $(BIN)/comity demo

test: $(VENV)/.ready-dev .static/staticfiles.json
	@sh tools/browser.sh "$(VENV)"
	@exec $(BIN)/pytest -n 2 --dist worksteal -q

check: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.docs --check

docs: $(VENV)/.ready-dev
	$(BIN)/python -m tools.docs

screenshots: $(VENV)/.ready-dev .static/staticfiles.json
	@sh tools/browser.sh "$(VENV)"
	@rm -rf build/screenshots
	@$(BIN)/pytest -n 2 -q tests/browser/screenshots.py

$(VENV)/.ready: requirements.txt pyproject.toml tools/setup.sh
	@PYTHON="$(PYTHON)" sh tools/setup.sh "$(VENV)" requirements.txt
	@touch $@

# What browsers are given: packages of npm, gathered beside what is our own.
ASSETS := $(shell find src/comity/doors/*/static src/comity/doors/*/locale -type f -not -name "*.mo")

node_modules/.ready: package.json package-lock.json tools/node.sh $(VENV)/.ready
	@sh tools/node.sh "$(VENV)"
	@touch $@

.static/staticfiles.json: node_modules/.ready $(ASSETS) src/comity/config/settings.py tools/assets.py tools/counties.py
	@$(BIN)/python -m tools.assets

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	@PYTHON="$(PYTHON)" sh tools/setup.sh "$(VENV)" requirements-dev.txt
	@touch $@

lock: $(VENV)/.ready-dev
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -q requirements.in -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -q requirements-hsm.in -c requirements.txt -o requirements-hsm.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -q requirements-dev.in -c requirements.txt -c requirements-hsm.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) node_modules .static .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
