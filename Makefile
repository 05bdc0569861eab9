# Two commands are enough: `make run` and `make test`. `make` alone lists the others.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help run test demo lint types imports check unit acceptance bench chaos constraints format clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

run: $(READY)  ## serve on this machine until Ctrl-C
	@$(BIN)/aegis serve

demo: $(READY)  ## serve, watch a rendered clip, end with incidents to look at
	@$(BIN)/aegis demo

test: check unit acceptance  ## lint, types, import contracts and every test

check: lint types imports  ## everything that needs no test run

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

unit: $(READY)  ## tests without Ray, in seconds
	$(BIN)/pytest tests/unit

acceptance: $(READY)  ## tests over HTTP and WebSocket against the running system
	$(BIN)/pytest tests/integration tests/acceptance

bench: $(READY)  ## what docs/benchmarks.md tells, ours beside the bare thing
	$(BIN)/pip install --quiet --constraint constraints.txt --group bench
	$(BIN)/python -m tests.benchmarks.throughput
	$(BIN)/python -m tests.benchmarks.startup
	$(BIN)/python -m tests.benchmarks.routes
	$(BIN)/python -m tests.benchmarks.streams
	$(BIN)/python -m tests.benchmarks.door
	$(BIN)/python -m tests.benchmarks.judging
	$(BIN)/python -m tests.benchmarks.detector_speed
	$(BIN)/python -m tests.benchmarks.store_scale

chaos: $(READY)  ## hundreds of kills and power cuts under writers: nothing acknowledged is lost
	$(BIN)/python -m tests.chaos.kill_store
	$(BIN)/python -m tests.chaos.kill_node
	$(BIN)/python -m tests.chaos.power_loss
	$(BIN)/python -m tests.chaos.flipped_bits

constraints: $(READY)  ## record the versions of this environment as the tested ones
	@{ echo '# The versions that were tested together. Made by `make constraints`.'; \
	   $(BIN)/pip freeze --exclude-editable; } > constraints.txt

format: $(READY)  ## lay the code out
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## forget the environment and the caches, never the data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# trackers asks for opencv-python, which needs a display library; the headless build has the
# same module and is laid over it.
$(READY): pyproject.toml constraints.txt
	@echo 'Making the environment in .venv: about 6 GB, a few minutes, once.'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --constraint constraints.txt --editable . --group dev
	$(BIN)/pip install --quiet --constraint constraints.txt --force-reinstall --no-deps opencv-python-headless
	@touch $@
