"""A class graded in worker processes: everybody has a result, whatever happens to a worker."""

import itertools
import json

import pytest

from gradkit.grader.course import Bundle, Settings, Submission
from gradkit.grader.errors import SuiteError
from gradkit.grader.executors import grade_all
from gradkit.grader.model import Limits
from gradkit.grader.sandbox import probe

CHECKS = '''
import os
import signal
from pathlib import Path
import pytest

pytestmark = pytest.mark.question("f")

@pytest.mark.weight(1)
def test_a(function):
    """It returns what it was given."""
    if function(1) == "kill the worker":
        os.kill(os.getpid(), signal.SIGKILL)
    if function(1) == "kill it once":
        try:
            Path(function(2)).touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)
    assert function(5) == 5

@pytest.mark.weight(1)
def test_b(function):
    """It does so for zero."""
    assert function(0) == 0
'''
RIGHT, WRONG = "def f(x): return x", "def f(x): return 5"
KILLER = "def f(x): return 'kill the worker'"


def notebook(source):
    """Return the bytes of a notebook with one code cell."""
    cell = {"cell_type": "code", "source": source, "metadata": {}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}).encode()


def bundle(checks=CHECKS):
    """Return a small assignment."""
    return Bundle(
        assignment="hw",
        settings=Settings(title="Homework", limits=Limits(call_seconds=1)),
        notebook=notebook(RIGHT),
        suite=(("test_hw.py", checks.encode()),),
        seed=bytes(32),
        sha256="5ea1",
        questions=(("f", 10.0),),
    )


def graded(sources, jobs=2, checks=CHECKS):
    """Grade a class {student: source}; return {student: result}, nobody twice."""
    submissions = (Submission(student=name, notebook=notebook(source)) for name, source in sources.items())
    results = list(grade_all(bundle(checks), probe.choose(), "1", submissions, jobs))
    assert len(results) == len({result.student for result in results})
    return {result.student: result for result in results}


def test_everybody_has_a_result():
    """More students than workers, graded in whatever order."""
    sources = {f"s{number}": RIGHT if number % 2 else WRONG for number in range(9)}
    results = graded(sources)
    assert {name: result.score for name, result in results.items()} == {
        name: 10.0 if source is RIGHT else 5.0 for name, source in sources.items()
    }


def test_nobody_is_no_error():
    """A class of none needs no worker."""
    assert graded({}) == {}


def test_a_worker_that_dies_takes_nobody_along():
    """Who ends the worker again, alone, is not judged; everybody else has their points."""
    sources = {"a": RIGHT, "b": RIGHT, "killer": KILLER, "c": RIGHT, "d": WRONG, "e": RIGHT}
    results = graded(sources)
    assert {name: result.score for name, result in results.items()} == {
        **dict.fromkeys("abce", 10.0),
        **{"d": 5.0, "killer": None},
    }
    assert results["killer"].problem == "the grader's worker process died twice while grading it"


def test_two_killers_are_told_from_their_neighbours():
    """Each suspect is graded again in a worker of its own."""
    results = graded({"k1": KILLER, "a": RIGHT, "k2": KILLER, "b": RIGHT}, jobs=1)
    assert {name: result.score for name, result in results.items()} == {"k1": None, "a": 10.0, "k2": None, "b": 10.0}


def test_a_worker_that_died_by_accident_costs_nothing(tmp_path):
    """The second attempt counts."""
    once = f"def f(x): return {str(tmp_path / 'mark')!r} if x == 2 else x if x in (0, 5) else 'kill it once'"
    assert {name: result.score for name, result in graded({"a": once}).items()} == {"a": 10.0}


@pytest.mark.parametrize("checks", ["def test_a(:", "import no_such_module", CHECKS.replace('"f"', '"g"')])
def test_a_suite_that_cannot_be_used_ends_the_run(checks):
    """That is the instructor's to mend: no student gets a result of it."""
    with pytest.raises(SuiteError, match="the hidden suite of hw cannot be used"):
        graded({"a": RIGHT, "b": RIGHT}, checks=checks)


def test_few_submissions_are_in_memory_at_a_time():
    """Submissions are taken as workers become free, not all at once."""
    taken = itertools.count()
    last = []

    def submissions():
        for number in range(20):
            last.append(next(taken))
            yield Submission(student=f"s{number}", problem="unreadable")

    results = grade_all(bundle(), probe.choose(), "1", submissions(), 1)
    next(results)
    assert len(last) <= 3
    assert len(list(results)) == 19
