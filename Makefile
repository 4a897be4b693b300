# Everything a person types: run, test, check, bench.
PYTHON ?= python3
BIN = .venv/bin
# Rooms whose tests take longer than it takes to think of the next line.
SLOW = journeys organise rounds conversations reflections api audit demo me reports cli
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r

.PHONY: help run test fast coverage engines check fix messages shell bench install translations clean

help: ## say what can be typed here
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: .venv/installed translations ## start everything on this machine, with a demo community
	@UNMENTOR_DEMO=1 $(BIN)/python app.py

test: .venv/installed-dev translations ## run the whole suite, on SQLite and PostgreSQL, with journeys in Chromium
	@$(if $(MEASURED),$(BIN)/coverage erase)
	@$(BIN)/$(if $(MEASURED),coverage run -m )pytest -n auto --dist worksteal
	@$(if $(MEASURED),$(BIN)/coverage combine --quiet && $(BIN)/coverage report)

fast: .venv/installed-dev translations ## run what takes seconds, on SQLite: no journeys, console, own pages, rounds, conversations, reflections, reports, API, commands, log or demo
	@$(BIN)/pytest -q -n auto -m "not thorough" -k "not postgresql" $(SLOW:%=--ignore=tests/%)

coverage: MEASURED = yes
coverage: test ## run the whole suite, a third slower, and say which lines it does not reach

engines: .venv/installed-dev translations ## find the tests that SQLite alone need run, since others ask PostgreSQL the same
	@$(BIN)/python -m pytest -q -p tests.asked -k postgresql --ignore=tests/journeys

check: .venv/installed-dev translations ## look for what is wrong: lint, types, imports, migrations, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.checks

fix: .venv/installed-dev ## mend what a machine can: format, order imports
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

messages: .venv/installed-dev ## bring the catalogues up to date with code and templates; then fill the gaps
	@$(BIN)/pybabel --quiet extract -F pyproject.toml -k _l --no-location --omit-header -o .venv/messages.pot .
	@$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete -l cy -i .venv/messages.pot -d unmentor/translations
	@$(BIN)/python -m tests.checks

shell: .venv/installed-dev translations ## open Python with the app and its database at hand
	@$(BIN)/flask shell

bench: .venv/installed-dev translations ## measure what we claim, side by side
	@$(BIN)/python -m bench

install: .venv/installed translations ## install what the service needs

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

clean: ## take away what was installed and cached
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
