# Where should backpropagation keep its cache? `make` alone explains the targets.

PYTHON ?= python3
SWEEP ?= quick
RESULTS ?= results
PLOTS ?= plots
FAIL_ABOVE ?= 0.03
VENV := .venv
BIN := $(VENV)/bin
UNWIND := $(BIN)/python -m bench
# Three test files at a time, since their processes often wait; pytest-benchmark, which only times with --benchmark-only, would warn of that.
SIDE_BY_SIDE := -n 3 --dist loadfile --benchmark-disable
# Recipes read these from their environment, where blanks, quotes and dollars are what they are. They are taken as they were
# written: make would expand the dollar of PLOTS='a$$b'.
define in_environment
override $(1) := $$(value $(1))
export $(1)
endef
$(foreach name,PYTHON SWEEP RESULTS PLOTS FAIL_ABOVE BASE NEW,$(eval $(call in_environment,$(name))))
FOLDERS := --results "$$RESULTS" --plots "$$PLOTS"
# The small sweeps study depth on the running interpreter, the larger ones on every one that is found.
SPACE := $(subst ,, )
SWEEP_WORD := $(subst $(SPACE),_,$(SWEEP))
REACH := $(if $(filter smoke quick,$(SWEEP_WORD)),--python --max-depth 100000)
# The full sweep compares with compiled code and with frameworks too, and brings what they need.
EXTRAS := $(if $(filter full,$(SWEEP_WORD)),$(VENV)/.full)

.PHONY: help setup bench test check selfcheck limits plots report train million compare clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo '  SWEEP=smoke|quick|standard|full|FILE.toml  RESULTS=DIR  PLOTS=DIR  PYTHON=python3.x'

setup: $(VENV)/.ready ## make .venv and install everything into it

$(VENV)/.ready: pyproject.toml
	@"$$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'unwind needs Python 3.11 or newer; name one with make PYTHON=python3.x' >&2; exit 2; }
	"$$PYTHON" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/.full: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,compiled,frameworks]'
	@touch $@

bench: setup $(EXTRAS) ## measure a sweep, draw the plots, write the report
	$(UNWIND) run --sweep "$$SWEEP" $(FOLDERS)
	$(UNWIND) limits $(REACH) $(FOLDERS)
	$(UNWIND) train --sweep "$$SWEEP" $(FOLDERS)
	$(UNWIND) plot $(FOLDERS)
	$(UNWIND) report $(FOLDERS)

test: setup ## run the tests
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

check: setup ## ruff, mypy and the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

selfcheck: setup ## try the method on known truths, and beside other tools; about ten minutes
	$(UNWIND) selfcheck $(FOLDERS)

train: setup ## train a network with each implementation and update
	$(UNWIND) train --sweep "$$SWEEP" $(FOLDERS)

limits: setup ## how deep each implementation can go, on every Python that is found
	$(UNWIND) limits $(FOLDERS)

plots: setup ## draw the figures again from the CSVs
	$(UNWIND) plot $(FOLDERS)

report: setup ## write the report again from the CSVs
	$(UNWIND) report $(FOLDERS)

million: setup ## train a network of a million layers, by a loop and by recursion
	$(UNWIND) million

compare: setup ## two results folders, cell by cell: make compare BASE=DIR NEW=DIR
	@test -n "$$BASE" && test -n "$$NEW" || { echo 'name the folders: make compare BASE=DIR NEW=DIR [FAIL_ABOVE=0.03]' >&2; exit 2; }
	$(UNWIND) compare "$$BASE" "$$NEW" --fail-above "$$FAIL_ABOVE"

clean: ## remove .venv and caches; results and plots stay
	rm -rf $(VENV) *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
