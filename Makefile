# Everything a person types: run, test, check, bench.
PYTHON ?= python3
BIN = .venv/bin
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r

.PHONY: run test check bench install translations clean

run: .venv/installed translations
	@UNMENTOR_DEMO=1 $(BIN)/python app.py

test: .venv/installed-dev translations
	@$(BIN)/pytest

check: .venv/installed-dev translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.checks

bench: .venv/installed-dev translations
	@$(BIN)/python -m bench

install: .venv/installed translations

.venv/installed: requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what UnMentoring needs. This takes half a minute the first time."
	@$(INSTALL) requirements.lock
	@touch $@

.venv/installed-dev: requirements-dev.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(INSTALL) requirements-dev.lock
	@touch $@ .venv/installed

translations: $(patsubst %.po,%.mo,$(wildcard unmentor/translations/*/LC_MESSAGES/messages.po))

%.mo: %.po
	@$(BIN)/pybabel --quiet compile --input-file=$< --output-file=$@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
