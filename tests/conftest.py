"""Fixtures that several test modules share: the sample class, as made and as graded by the command line."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE_CLASS = ROOT / "examples" / "sample_class"
SAMPLE_MODULES = ("student", "right", "wrong", "unfinished", "hostile", "files", "make_class")


@pytest.fixture(scope="session")
def make_class():
    """The module examples/sample_class/make_class.py; it imports its neighbours by their bare names."""
    sys.path.insert(0, str(SAMPLE_CLASS))
    try:
        return importlib.import_module("make_class")
    finally:
        sys.path.remove(str(SAMPLE_CLASS))
        for name in SAMPLE_MODULES:
            sys.modules.pop(name, None)


@pytest.fixture(scope="session")
def submitted(make_class, tmp_path_factory):
    """A folder with the whole sample class, as handed in."""
    folder = tmp_path_factory.mktemp("class") / "submitted"
    make_class.make_class(ROOT / "assignments" / "softmax" / "softmax.ipynb", folder)
    return folder


@pytest.fixture(scope="session")
def gradkit():
    """Run the command line in the project's folder; returns the completed process."""

    def run(*arguments, cwd=ROOT, **options):
        command = [sys.executable, "-c", "from gradkit.grader.cli import main; main()", *map(str, arguments)]
        environment = {**os.environ, "COLUMNS": "200", **options.pop("env", {})}
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=600, check=False, **options
        )

    return run


@pytest.fixture(scope="session")
def graded(gradkit, submitted, tmp_path_factory):
    """The sample class graded once: the completed process, and the results by student."""
    folder = tmp_path_factory.mktemp("graded") / "results"
    process = gradkit("grade", "softmax", "--submitted", submitted, "--results", folder)
    results = [json.loads(path.read_bytes()) for path in folder.glob("*/softmax.json")]
    return process, {result["student"]: result for result in results}, folder
