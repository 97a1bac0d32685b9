.DEFAULT_GOAL := help
PYTHON ?= python3
ASSIGNMENT ?= softmax

VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
SAMPLE := examples/sample_class/submitted
# The pins hold for what builds the package, too.
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PATH := $(BIN):$(PATH)

.PHONY: help grade release test lint types layers pytest bench schema constraints clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

grade: $(VENV)/.grader ## Grade course/submitted, or the sample class if there is none
	@if [ -d course/submitted ]; then \
	    gradkit grade $(ASSIGNMENT); \
	else \
	    echo "There is no course/submitted: grading the sample class of examples/sample_class."; \
	    python examples/sample_class/make_class.py $(SAMPLE) && \
	    { gradkit grade $(ASSIGNMENT) --submitted $(SAMPLE) || [ $$? -eq 3 ]; } && \
	    echo "Hand-ins that cannot be judged belong to the sample class; a real class would end with exit code 3."; \
	fi

release: $(VENV)/.grader ## Make the student version in assignments/ from solutions/
	@gradkit release $(ASSIGNMENT)

test: lint types layers pytest ## Run everything that must be green

lint: $(VENV)/.dev
	ruff check .
	ruff format --check .

types: $(VENV)/.dev
	mypy

layers: $(VENV)/.dev
	lint-imports

pytest: $(VENV)/.dev
	python -m pytest --cov --cov-report=term

bench: $(VENV)/.grader ## Measure what the sandbox and the engine cost, submission by submission
	python benchmarks/submission.py

schema: $(VENV)/.grader ## Write docs/result.schema.json
	gradkit schema > docs/result.schema.json

constraints: $(VENV)/.dev ## Pin what is installed now in constraints.txt
	@{ head -n 1 constraints.txt; pip freeze --exclude-editable; } > constraints.new && mv constraints.new constraints.txt

clean: ## Remove the environment and what tools left behind
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage $(SAMPLE)

$(VENV)/.python:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.grader: $(VENV)/.python pyproject.toml constraints.txt
	pip install --quiet --editable '.[grader]'
	@touch $@

$(VENV)/.dev: $(VENV)/.grader
	pip install --quiet --editable '.[grader,dev]'
	@touch $@
