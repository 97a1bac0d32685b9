"""A class graded in worker processes: everybody has a result, whatever happens to a worker."""

import itertools
import json
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.process import BaseProcess

import pytest

from gradkit.grader import executors
from gradkit.grader.course import Bundle, Settings, Submission
from gradkit.grader.errors import SuiteError
from gradkit.grader.executors import grade_all
from gradkit.grader.model import OUR_FAULT, Limits
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
    assert results["killer"].problem == OUR_FAULT
    assert results["killer"].fault == "the grader's worker process died twice while grading it"


def test_two_killers_are_told_from_their_neighbours():
    """Each suspect is graded again in a worker of its own."""
    results = graded({"k1": KILLER, "a": RIGHT, "k2": KILLER, "b": RIGHT}, jobs=1)
    assert {name: result.score for name, result in results.items()} == {"k1": None, "a": 10.0, "k2": None, "b": 10.0}


def test_a_worker_that_died_by_accident_costs_nothing(tmp_path):
    """The second attempt counts."""
    once = f"def f(x): return {str(tmp_path / 'mark')!r} if x == 2 else x if x in (0, 5) else 'kill it once'"
    assert {name: result.score for name, result in graded({"a": once}).items()} == {"a": 10.0}


TROUBLES = {
    "no memory": "raise MemoryError",
    "full disk": "raise OSError(28, 'No space left on device')",
    "sandbox": "from gradkit.grader.errors import GuestFault; raise GuestFault('no zygote')",
    "session": "pytest.exit('now')",
    "fixture": "pass",
}
FAILING = """
import pytest
from pathlib import Path

pytestmark = pytest.mark.question("f")


@pytest.fixture(scope="session")
def tried(tmp_path_factory):
    if {once!r} and not Path({once!r}).exists():
        Path({once!r}).touch()
        raise MemoryError


@pytest.mark.weight(1)
def test_a(function, {fixtures}):
    \"""It returns what it was given.\"""
    if function(1) == "trouble":
        try:
            Path({mark!r}).touch(exist_ok={always})
        except FileExistsError:
            return
        {trouble}
    assert function(5) == 5
"""
TROUBLED = "def f(x): return 'trouble' if x == 1 else x"


def failing(mark, trouble, *, always=False):
    """Return the checks of a suite in which the grader fails, once or always, over a student called troubled."""
    once, fixtures = (f"{mark}-fixture", "tried") if trouble == "fixture" else ("", "")
    return FAILING.format(mark=str(mark), trouble=TROUBLES[trouble], always=always, once=once, fixtures=fixtures)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_passing_fault_of_ours_costs_nobody_anything(tmp_path, trouble):
    """Whatever fails, the submission is graded again in a fresh worker; nobody else is graded with what has failed."""
    sources = {"a": RIGHT, "troubled": TROUBLED, "b": RIGHT, "c": WRONG, "d": RIGHT}
    results = graded(sources, jobs=1, checks=failing(tmp_path / "mark", trouble))
    assert {name: result.score for name, result in results.items()} == {**dict.fromkeys(sources, 10.0)}
    assert {result.fault for result in results.values()} == {None}


@pytest.mark.parametrize("trouble", ["no memory", "session"])
def test_a_lasting_fault_of_ours_is_not_judged(tmp_path, trouble):
    """No score and a reason for the one; points for the others."""
    results = graded({"a": RIGHT, "troubled": TROUBLED, "b": RIGHT}, checks=failing(tmp_path, trouble, always=True))
    assert {name: result.score for name, result in results.items()} == {"a": 10.0, "troubled": None, "b": 10.0}
    assert results["troubled"].failed
    assert results["troubled"].problem == OUR_FAULT


def test_a_fault_with_everybody_is_no_accident(tmp_path, monkeypatch):
    """After some second tries the rest is not judged at once: a large class must not take twice as long."""
    monkeypatch.setattr("gradkit.grader.executors.SECOND_TRIES", 2)
    tries = tmp_path / "tries"
    count = f"Path({str(tries)!r}).open('a').write('x'); raise MemoryError"
    checks = failing(tmp_path, "no memory", always=True).replace("raise MemoryError", count)
    results = graded(dict.fromkeys("abcde", TROUBLED), checks=checks)
    assert [result.score for result in results.values()] == [None] * 5
    assert len(tries.read_text()) == 5 + 2


@pytest.mark.parametrize("times", [1, 2, 100])
def test_a_worker_that_cannot_be_started_costs_nobody_a_point(monkeypatch, times):
    """The kernel refuses a process, for a while or for good: graded later, or not judged."""
    start, refusals = BaseProcess.start, itertools.count()

    def refuse(process):
        if next(refusals) < times:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        start(process)

    rung = probe.choose()
    monkeypatch.setattr(BaseProcess, "start", refuse)
    submissions = [Submission(student=name, notebook=notebook(RIGHT)) for name in "abcdef"]
    scores = {result.student: result.score for result in grade_all(bundle(), rung, "1", submissions, 1)}
    assert scores == dict.fromkeys("abcdef", None if times == 100 else 10.0)


class Speechless(ThreadPoolExecutor):
    """Workers that fail even to say how they failed."""

    def submit(self, *_):
        """Return what no memory for the answer looks like."""
        future = Future()
        future.set_exception(MemoryError())
        return future


def test_an_answer_that_cannot_be_sent_costs_nobody_a_point(monkeypatch):
    """A worker from which no result can be had is no better than a dead one."""
    rung, make = probe.choose(), executors._pool
    speechless = [Speechless(1)]
    monkeypatch.setattr(executors, "_pool", lambda *about: speechless.pop() if speechless else make(*about))
    results = list(grade_all(bundle(), rung, "1", [Submission(student="a", notebook=notebook(RIGHT))], 1))
    assert [result.score for result in results] == [10.0]


@pytest.mark.parametrize(("parent", "said"), [("os.getppid()", "works\n"), ("1", "")], ids=["alive", "dead"])
def test_a_worker_whose_parent_died_before_it_began_ends(tmp_path, parent, said):
    """Else it would wait for work for ever."""
    program = (
        f"import os; from gradkit.grader.executors import _start_worker; _start_worker({str(tmp_path)!r}, {parent})"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{program}; print('works')"], capture_output=True, text=True, check=False
    )
    assert done.stdout == said


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
