.DEFAULT_GOAL := help
PYTHON ?= python3
ASSIGNMENT ?= softmax
CASES ?= 100000
SEED ?= 1

VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
# A course of its own for the sample class, so that it never mixes with yours.
SAMPLE := build/sample_course
# The pins hold for what builds the package, too.
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PATH := $(BIN):$(PATH)

.PHONY: help grade feedback formgrader release mutate doctor test lint types layers pytest attack chaos fuzz memory bench schema constraints clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

grade: $(VENV)/.grader ## Grade course/submitted into the gradebook, or the sample class if there is none
	@if [ -d course/submitted ]; then \
	    gradkit grade $(ASSIGNMENT); \
	else \
	    echo "There is no course/submitted: grading the sample class in $(SAMPLE)."; \
	    python examples/sample_class/make_course.py $(SAMPLE) && cd $(SAMPLE) && \
	    { gradkit grade $(ASSIGNMENT) || [ $$? -eq 3 ]; } && \
	    echo "Hand-ins that cannot be judged belong to the sample class; a real class would end with exit code 3." && \
	    echo "Results, gradebook and notebooks for graders are in $(SAMPLE)/course."; \
	fi

feedback: $(VENV)/.grader ## Write a feedback page for everybody in the gradebook
	@if [ ! -d course/submitted ] && [ -d $(SAMPLE) ]; then cd $(SAMPLE); fi && gradkit feedback $(ASSIGNMENT)

formgrader: $(VENV)/.grader ## Open nbgrader's formgrader for manual grading
	@if [ ! -d course/submitted ] && [ -d $(SAMPLE) ]; then cd $(SAMPLE); fi && \
	    jupyter lab --LabApp.default_url=/formgrader

release: $(VENV)/.grader ## Make the student version in assignments/ from solutions/
	@gradkit release $(ASSIGNMENT)

mutate: $(VENV)/.grader ## Show that the hidden suite kills every mutant and takes no point from right code
	@gradkit mutate $(ASSIGNMENT)

doctor: $(VENV)/.grader ## Examine this machine and this course for what could make grades wrong
	@gradkit doctor

test: lint types layers pytest ## Run everything that must be green

lint: $(VENV)/.dev
	ruff check .
	ruff format --check .

types: $(VENV)/.dev
	mypy

layers: $(VENV)/.dev
	lint-imports

pytest: $(VENV)/.dev
	python -m pytest -n logical --no-loadscope-reorder --cov --cov-report=term

attack: $(VENV)/.dev ## Make every attack on every rung, as root and as an ordinary user; write docs/attacks.md
	python -m tests.attacks --markdown docs/attacks.md

chaos: $(VENV)/.dev ## Kill the grader's processes at random, 100 times, and compare with an undisturbed run
	python -m tests.chaos

fuzz: $(VENV)/.fuzz ## Send hostile frames, notebooks and results to the trusted process: CASES of them, from SEED on
	python -m tests.fuzz.campaign --cases $(CASES) --seed $(SEED)

memory: $(VENV)/.grader ## Measure how much memory grading the nasty part of the sample class takes
	python benchmarks/memory.py

bench: $(VENV)/.grader ## Measure accuracy, and what a submission and its landing cost
	python benchmarks/accuracy.py
	python benchmarks/submission.py
	python benchmarks/landing.py

schema: $(VENV)/.grader ## Write docs/result.schema.json
	gradkit schema > docs/result.schema.json

constraints: ## Pin the newest versions in constraints.txt
	rm -rf build/pins && $(PYTHON) -m venv build/pins
	PIP_CONSTRAINT= build/pins/bin/pip install --quiet '.[grader,dask,dev,fuzz]' hatchling editables
	{ head -n 1 constraints.txt; build/pins/bin/pip freeze --exclude gradkit; } > build/constraints.txt
	mv build/constraints.txt constraints.txt

clean: ## Remove the environment and what tools left behind
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage build

$(VENV)/.python:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.grader: $(VENV)/.python pyproject.toml constraints.txt
	pip install --quiet --editable '.[grader]'
	@touch $@

$(VENV)/.dev: $(VENV)/.grader
	pip install --quiet --editable '.[grader,dev]'
	@touch $@

$(VENV)/.fuzz: $(VENV)/.dev
	pip install --quiet --editable '.[grader,dev,fuzz]'
	@touch $@
