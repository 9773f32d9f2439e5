# `make help` lists the targets. Everything is installed into .venv; a stamp file there remembers
# which extra was installed, so the second run of a target starts at once.

VENV := .venv
PY := $(VENV)/bin/python
PYTHONS := $(if $(PYTHON),$(PYTHON),python3 python3.13 python3.12 python3.11 python)
NEEDS_PYTHON := edugrad needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3
NEEDS_VENV := The environment could not be made. On Debian and Ubuntu: apt install python3-venv
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt
SOURCES := edugrad widgets/edugrad_widgets

.PHONY: help lab test parity check lint format clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1@/p' Makefile | awk -F@ '{printf "%-14s %s\n", $$1, $$2}'

lab: $(VENV)/.lessons ## open the lessons in JupyterLab (PORT=8899 chooses the port)
	@$(PY) -m edugrad.cli lab lessons --in-place $(if $(PORT),--port $(PORT))

test: $(VENV)/.test ## run every test: unit tests, docstring examples, lessons, browser
	@$(PY) -m pytest -n auto --doctest-modules --nbval $(SOURCES) lessons tests

parity: .parity/.installed ## compare with PyTorch, op by op (installs its CPU version into .parity)
	@.parity/bin/python -m tests.parity

check: lint ## lint, types and the fast tests: each op's value and derivatives once, no long runs
	@$(PY) -m pytest --quiet -n auto -m "not gpu and not browser and not slow" tests

lint: $(VENV)/.dev ## ruff (lint and format) and mypy
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy

format: $(VENV)/.dev ## rewrite the sources in the project's format
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

clean: ## remove .venv, caches and builds
	rm -rf $(VENV) .parity build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find edugrad widgets lessons tests benchmarks scripts \
	  \( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -prune -exec rm -rf {} +

# Each extra contains the one before it, so a larger installation also stands for the smaller ones.
$(VENV)/.lessons: pyproject.toml constraints.txt | $(VENV)/pyvenv.cfg
	@echo "Installing the lessons into $(VENV) (a minute or two, once)"
	@$(INSTALL) -e ".[lessons]"
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/pyvenv.cfg
	@echo "Installing the tests into $(VENV) (a minute or two, once)"
	@$(INSTALL) -e ".[test]"
	@touch $@ $(VENV)/.lessons

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/pyvenv.cfg
	@echo "Installing the developer tools into $(VENV) (a minute or two, once)"
	@$(INSTALL) -e ".[dev]"
	@touch $@ $(VENV)/.test $(VENV)/.lessons

# PyTorch has an environment of its own (with scikit-learn's data and torchinfo's tables to compare
# with, and expecttest, which its sample inputs need); 2.13.0 is the version that edugrad is compared with.
.parity/.installed: pyproject.toml constraints.txt | $(VENV)/pyvenv.cfg
	@echo "Installing PyTorch into .parity (a minute or two, once)"
	@$(PY) -m venv .parity
	@.parity/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt \
	  torch==2.13.0 scikit-learn torchinfo expecttest -e .
	@touch $@

$(VENV)/pyvenv.cfg:
	@for python in $(PYTHONS); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  "$$python" -m venv $(VENV) && exit 0; \
	  rm -rf $(VENV); echo "$(NEEDS_VENV)" >&2; exit 1; \
	done; echo "$(NEEDS_PYTHON)" >&2; exit 1
