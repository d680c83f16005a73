# Two commands are the whole set-up: `make decks` builds every package, `make test` passes the tests.
# Both make their own virtual environment in .venv, from a bare clone with Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := constraints.txt
LOCKED := locked.txt
PYTEST_ARGS ?= -n auto --dist loadfile

PEERS := .atlas/peers
BENCH_ARGS ?= -n 72 -n 1060 -n 10000

.PHONY: help decks test test-long test-anki lint format docs check preview screenshots verify mutants bench bench-peers clean

help:  ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

decks: $(VENV)/.build  ## every package, into decks/
	$(BIN)/atlas-decks build

test: $(VENV)/.dev lint  ## everything that must pass
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# more kills and random sequences than `test` has, with figures; the pictures before the official Mermaid, the cards in
# the real Anki's window
test-long: test bench-peers $(VENV)/.reviewer  ## and more kills and sequences, official Mermaid, real window
	ATLAS_BENCH_MODULES=$(PEERS)/node_modules $(BIN)/python -m pytest --long -s tests/files/test_crash_safety.py \
	  tests/release/test_release.py tests/learner/test_update_sequences.py tests/diagrams/test_official.py tests/diagrams/test_mutations.py tests/curriculum/test_yaml_mutations.py tests/schedule tests/study/test_exam.py tests/study/test_the_plan_is_played.py tests/learner/test_collection.py \
	  tests/cards/test_reviewer.py

test-anki: $(VENV)/.dev  ## packages in eight versions of Anki; 2.1.x wants a Python 3.9 on the machine
	cd tests && $(abspath $(BIN))/python anki_versions.py

lint: $(VENV)/.dev  ## style, types, workflow files, the curriculum
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/card.yml .github/ISSUE_TEMPLATE/bug.yml
	$(BIN)/zizmor --offline --no-progress --quiet .github
	$(BIN)/atlas-decks check --strict

format: $(VENV)/.dev  ## lay the code out
	$(BIN)/ruff check --fix --quiet
	$(BIN)/ruff format --quiet

docs: $(VENV)/.dev  ## the parts of docs/ that the code knows best
	$(BIN)/python docs/generate.py

check: $(VENV)/.build  ## the curriculum
	$(BIN)/atlas-decks check --strict

preview: $(VENV)/.build  ## a site of all cards, into site/
	$(BIN)/atlas-decks preview

screenshots: $(VENV)/.dev  ## the pictures of README.md
	$(BIN)/python tests/screenshots.py

verify: $(VENV)/.dev decks  ## import all packages into the real Anki
	$(BIN)/atlas-decks verify decks/*.apkg

mutants: $(VENV)/.mutants  ## put small faults into the code: do the tests notice?
	$(BIN)/python tests/mutants.py $(MUTANTS_ARGS)

bench: bench-peers  ## measure, into docs/performance.md
	ATLAS_BENCH_MODULES=$(PEERS)/node_modules $(BIN)/python -m bench --peers bench/peer_programs.py -o docs $(BENCH_ARGS)

bench-peers: $(VENV)/.dev $(PEERS)/.done

clean:  ## remove everything that was made
	rm -rf $(VENV) .atlas .pytest_cache .mypy_cache .ruff_cache .hypothesis decks/*.apkg

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.build: pyproject.toml $(LOCKED) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(LOCKED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

# what `make bench` compares with: the official Mermaid, by its command line and for a page in Chromium
$(PEERS)/.done: Makefile
	PUPPETEER_SKIP_DOWNLOAD=1 npm install --prefix $(PEERS) --no-audit --no-fund --no-package-lock --silent \
	  @mermaid-js/mermaid-cli@11.17.0 mermaid@11.17.2
	touch $@

$(VENV)/.dev: pyproject.toml $(CONSTRAINTS) $(VENV)/.build
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e ".[dev]"
	@# only for Anki's own style sheets: with what it needs to run (Qt and a browser engine) it would be 600 MB larger
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -c $(CONSTRAINTS) aqt
	touch $@

$(VENV)/.mutants: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e ".[mutants]"
	touch $@

$(VENV)/.reviewer: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e ".[dev,reviewer]"
	touch $@
