# What a person types. The work of getting tools is in tools/bootstrap, which does nothing when all is there.
# A machine needs git, make and Python 3.11 or newer; everything else is fetched into this folder.

.DEFAULT_GOAL := help
.PHONY: help demo wheel test soak ready lint bench clean
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
export PYTHON
unexport PYTHONPATH PYTHONHOME

# Tests see the installed wheel and never the source tree: PYTHONSAFEPATH keeps the current folder off sys.path.
TESTED_WHEEL = BLOCKER_TEST_WHEEL=1 PYTHONSAFEPATH=1 .venv-wheel/bin/python -m pytest

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: ## a week of a household's calls over a real socket, and the report made of it; nothing to set up
	@tools/bootstrap run
	@.venv/bin/python -m blocker demo

wheel: ## the program as one file in dist/, to be installed on the machine where it is to run
	@tools/bootstrap dist

lint: ## style, types and import directions
	@tools/bootstrap dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

# First those with a real Asterisk, which has the machine to itself, since its calls have time limits. Three processes share
# the others, which wait as much as they reckon; one that is done with its part takes of what others have left.
test: lint ready ## lint, then all tests against the built wheel, with a real Asterisk where one can be had
	$(TESTED_WHEEL) tests/pbx
	$(TESTED_WHEEL) --ignore=tests/pbx --numprocesses=3 --dist=worksteal

soak: ready ## the tests that take minutes
	$(TESTED_WHEEL) -m soak -o faulthandler_timeout=3600

# Fetching an Asterisk takes its time, and no test should be blamed for that; where there is none, the tests say so.
ready:
	@tools/bootstrap system
	@tools/bootstrap wheel
	@tools/get-asterisk >/dev/null || true

bench: ## speed and size, as ratios against floors measured in the same run
	@tools/bootstrap dev
	.venv/bin/python -m bench

clean: ## remove everything that make and the tools made in this folder
	rm -rf .venv .venv-wheel build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
