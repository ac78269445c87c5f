# make report · make test · make lab · make docs · make lint · make bench · make notebooks · make lock
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
# Test processes beside each other: twice two cores, for the tests of whole runs wait for kernels and browsers.
WORKERS ?= 4
# Tests and benchmarks compute outside notebooks, too; small matrix products need no threads that fight for the same cores.
export OPENBLAS_NUM_THREADS ?= 1
# Without compiled files every process would compile the libraries anew, which takes longer than all that it does.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help report test nightly lab docs lint bench notebooks lock clean

help:
	@echo "make report      run the notebooks on the bundled data and write reports/ (ARGS='--start 2010-01' for options)"
	@echo "make test        everything that must hold: unit tests, notebooks, the run itself"
	@echo "make nightly     files damaged in thousands of ways, random examples, sweeps killed at many moments"
	@echo "make lab         JupyterLab on working copies of the notebooks (ARGS='--port 8889 --allow-root' for options)"
	@echo "make docs        the documentation, docs/_build/html/index.html"
	@echo "make lint        ruff and mypy"
	@echo "make bench       one table: what is promised about speed, and whether it is so"
	@echo "make notebooks   re-execute notebooks, recipes and picture in place, after a change that moves their outputs"
	@echo "make lock        resolve requirements.lock anew"

# The stamp is newer than the lock and the project file exactly when the environment is complete.
.venv/installed: requirements.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "tradelib needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) --version`. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock \
	  && $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

report: .venv/installed
	@$(BIN)/tradelib report $(ARGS)

# Whole files and notebooks beside each other, in the order of conftest.py: the longest come first. Before nbval comes the
# package, which keeps nbformat from compiling for a second what no notebook needs.
test: .venv/installed
	JUPYTER_PATH=$(CURDIR)/tradelib/report/execution/jupyter $(BIN)/python -m pytest -p tradelib.report -n $(WORKERS) \
	  --dist loadfile --no-loadscope-reorder --nbval --nbval-kernel-name tradelib-warm notebooks tests

nightly: .venv/installed
	HYPOTHESIS_PROFILE=nightly TRADELIB_NIGHTLY=1 $(BIN)/python -m pytest -n $(WORKERS) $$(grep -l hypothesis tests/test_*.py) \
	  tests/test_mutated.py tests/test_parameter_sets.py
	TRADELIB_NIGHTLY=1 TRADELIB_KILLS=50 $(BIN)/python -m pytest -m slow tests/test_killed.py tests/test_add_killed.py \
	  tests/test_run.py tests/test_page_in_browser.py tests/test_sweep_runs.py tests/test_warm.py

lab: .venv/installed
	$(BIN)/python lab/start.py $(ARGS)

docs: .venv/installed
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html
	@echo "Documentation: docs/_build/html/index.html"

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/installed
	@$(BIN)/python benchmarks/goals.py $(ARGS)

notebooks: .venv/installed
	$(BIN)/python notebooks/refresh.py
	$(BIN)/python docs/refresh.py
	$(BIN)/python docs/picture.py
	$(BIN)/python docs/describe_data.py

lock: .venv/installed
	$(BIN)/uv pip compile pyproject.toml --all-extras --group test --group lint --group build --group docs --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --upgrade --quiet -o requirements.lock
	echo uv | $(BIN)/uv pip compile - --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --upgrade --quiet -o requirements-uv.lock

clean:
	rm -rf .venv docs/_build docs/_made reports/[0-9]* .pytest_cache .mypy_cache .ruff_cache .hypothesis
