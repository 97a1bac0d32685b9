"""Fixtures that several test modules share: the sample class, as made and as graded by the command line."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

# For this process and those that tests start; the module in it says why.
LEANER = str(Path(__file__).with_name("leaner"))
sys.path.insert(0, LEANER)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (LEANER, os.environ.get("PYTHONPATH"))))

ROOT = Path(__file__).parents[1]
SAMPLE_CLASS = ROOT / "examples" / "sample_class"
ON_THE_GRADED_CLASS = ("test_parity", "test_rungs_agree", "test_sample_class_graded")
LONGEST = (*ON_THE_GRADED_CLASS, "test_mutation_softmax", "test_attacks")
SAMPLE_MODULES = ("student", "right", "wrong", "unfinished", "hostile", "files", "make_class", "make_course")


class ByModule(LoadFileScheduling):
    """Gives workers of pytest-xdist whole modules, so that their fixtures are made once; some modules go together."""

    def _split_scope(self, nodeid):
        module = Path(super()._split_scope(nodeid)).stem
        return "sample class" if module in ON_THE_GRADED_CLASS else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Deal tests out by module, however many workers there are."""
    return ByModule(config, log)


def pytest_collection_modifyitems(config, items):
    """Let workers begin with what takes longest and end with unit tests, so that they end together.

    Apart from that the order stays random.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: (item.path.parent.name == "unit", item.path.stem not in LONGEST))


@pytest.fixture(scope="session")
def make_class():
    """The module examples/sample_class/make_class.py."""
    return sample_module("make_class")


def sample_module(name):
    """Import a module of examples/sample_class; they import their neighbours by their bare names."""
    sys.path.insert(0, str(SAMPLE_CLASS))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(SAMPLE_CLASS))
        for module in SAMPLE_MODULES:
            sys.modules.pop(module, None)


@pytest.fixture(scope="session")
def make_sample_course(tmp_path_factory):
    """Make a course of its own for the sample class; all of them draw the same hidden inputs."""

    def make(name):
        course = tmp_path_factory.mktemp(name) / "course-of-sample-class"
        sample_module("make_course").make_course(course)
        (course / "course" / "seed").write_text("5eed" * 16 + "\n")
        (course / "course" / "seed").chmod(0o600)
        return course

    return make


@pytest.fixture(scope="session")
def sample_course(make_sample_course):
    """The course in which the sample class is graded by the command line."""
    return make_sample_course("first")


@pytest.fixture(scope="session")
def submitted(sample_course):
    """A folder with the whole sample class, as handed in."""
    return sample_course / "course" / "submitted"


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
def graded(gradkit, sample_course):
    """The sample class graded and landed once: the completed process, the results by student, their folder."""
    process = gradkit("grade", "softmax", cwd=sample_course)
    folder = sample_course / "course" / "results"
    results = [json.loads(path.read_bytes()) for path in folder.glob("*/softmax.json")]
    return process, {result["student"]: result for result in results}, folder
