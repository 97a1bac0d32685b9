"""One submission graded: points, messages and hints in a record; our own faults leave no score."""

import json
import platform
import secrets
import textwrap

import jsonschema
import msgspec
import numpy as np
import pytest

from gradkit.grader import grade
from gradkit.grader.course import Bundle, Settings, Submission
from gradkit.grader.grade import Grader, Workplace, not_judged
from gradkit.grader.model import OUR_FAULT, Limits, Outcome, result_schema
from gradkit.grader.sandbox import probe

# An outer pytest that turns warnings into errors would break the inner one's fixtures; test_suite asks for none.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestRemovedIn10Warning")
CHECKS = '''
import pytest

pytestmark = pytest.mark.question("f", "g")

@pytest.mark.weight(1)
def test_one(function):
    """It maps one to one."""
    assert function(1) == 1

@pytest.mark.requires("one")
@pytest.mark.weight(3)
def test_others(function):
    """It keeps other numbers."""
    assert function(5) == 5

def test_remark(function):
    """It has no weight."""
    assert function(6) == 6
'''
MISTAKES = """
from gradkit.grader.catalogue import mistake

@mistake("You always return one: return the argument.")
def always_one(x):
    return 1
"""
PROBES = """
from gradkit.diagnosis import Probe, Wording

WORDING = Wording(parts=("the number",))


def probes(rng):
    return [Probe(str(n), (int(n),)) for n in rng.choice(range(2, 1000), 5, replace=False)]
"""


def notebook(*sources):
    """Return the bytes of a notebook with these code cells."""
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def make_bundle(checks=CHECKS, name="test_hw"):
    """Return a small assignment with the questions f (10 points) and g (5 points)."""
    files = {f"{name}.py": textwrap.dedent(checks), "mistakes.py": MISTAKES, "probes.py": PROBES}
    return Bundle(
        assignment="hw",
        settings=Settings(title="Homework", limits=Limits(call_seconds=0.5)),
        notebook=notebook("def f(x): return x", "def g(x): return x"),
        suite=tuple((name, text.encode()) for name, text in files.items()),
        seed=bytes(32),
        sha256="5ea1",
        questions=(("f", 10.0), ("g", 5.0)),
    )


def make_grader(checks=CHECKS, name="test_hw"):
    """Return a grader of that assignment."""
    return Grader(make_bundle(checks, name), probe.choose(), "9.9")


@pytest.fixture(scope="module")
def grader():
    """That grader, used for student after student."""
    grader = make_grader()
    yield grader
    grader.close()


def graded(grader, *sources, **fields):
    """Grade a notebook with these cells."""
    return grader.grade(Submission(student="ada", notebook=notebook(*sources), **fields))


RIGHT_F, RIGHT_G = "def f(x):\n    return x", "def g(x):\n    return x"
ONE = "def f(x):\n    return 1"


@pytest.mark.parametrize(
    ("cells", "scores"),
    [
        ([RIGHT_F, RIGHT_G], (10, 5)),
        ([ONE, RIGHT_G], (2.5, 5)),
        ([RIGHT_F], (10, 0)),
        ([RIGHT_F, "def g(x):\n    raise NotImplementedError"], (10, 0)),
        ([RIGHT_F, "def g(x):\n    while True: pass"], (10, 0)),
        ([RIGHT_F, "import os\ndef g(x):\n    os._exit(0)"], (10, 0)),
        (["x = (", RIGHT_G], (0, 5)),
        (["def f(x): return 2 * x", RIGHT_G], (0, 5)),
        ([], (0, 0)),
    ],
    ids=["right", "part", "missing", "stub", "hangs", "exits", "syntax error", "wrong", "nothing"],
)
def test_points_follow_from_what_passed(grader, cells, scores):
    """Each question by its own function; blocked checks count as not passed."""
    result = graded(grader, *cells)
    assert tuple(question.score for question in result.questions) == scores
    assert (result.score, result.max_score, result.problem) == (sum(scores), 15.0, None)


def test_a_record_says_who_what_and_with_what(grader):
    """Names, digests, isolation and versions are in every result, which the schema accepts."""
    submission = Submission(student="ada", notebook=notebook(RIGHT_F, RIGHT_G), notes=("a remark",))
    result = grader.grade(submission)
    assert (result.student, result.assignment, result.isolation) == ("ada", "hw", grader.rung.name)
    assert (result.notebook_sha256, result.bundle_sha256) == (submission.sha256, "5ea1")
    assert result.versions == {"gradkit": "9.9", "python": platform.python_version(), "numpy": np.__version__}
    assert result.notes[0] == "a remark"
    jsonschema.validate(json.loads(msgspec.json.encode(result)), result_schema())


def test_the_hint_is_on_the_first_failure_alone(grader):
    """The catalogue's sentence stands where the student looks first."""
    question = graded(grader, ONE, RIGHT_G).questions[0]
    hints = {check.id: check.hint for check in question.checks}
    assert hints == {"one": "", "others": "You always return one: return the argument.", "remark": ""}


def test_what_passed_has_no_hint(grader):
    """Nor has a mistake that the catalogue does not know."""
    result = graded(grader, RIGHT_F, "def g(x):\n    return 17")
    assert [check.hint for question in result.questions for check in question.checks] == [""] * 6


def test_limits_that_were_hit_are_named(grader):
    """The instructor sees why a call brought nothing."""
    assert graded(grader, "def f(x):\n    while True: pass", RIGHT_G).limits_hit == ("call_seconds", "crashes")[:1]


def test_notes_tell_what_is_odd_about_the_notebook(grader):
    """Double definitions and calls of the other function."""
    notes = graded(grader, RIGHT_F, "def f(x):\n    return g(x)", RIGHT_G).notes
    assert "f is defined 2 times (cell 1, cell 2); the last one counts" in notes
    assert "f calls g" in notes


@pytest.mark.parametrize(
    ("submission", "problem"),
    [
        (Submission(student="ada", problem="hw.ipynb is missing"), "hw.ipynb is missing"),
        (Submission(student="ada", notebook=b"no JSON"), "hw.ipynb is not a notebook"),
        (Submission(student="ada", notebook=b" "), "hw.ipynb is empty"),
    ],
)
def test_what_cannot_be_read_is_not_judged(grader, submission, problem):
    """No score, not a zero; nothing ran, so there is no isolation."""
    result = grader.grade(submission)
    assert result.problem.startswith(problem)
    assert (result.score, result.isolation) == (None, "")
    assert [(question.id, question.score, question.max_score) for question in result.questions] == [
        ("f", None, 10.0),
        ("g", None, 5.0),
    ]


def test_not_judged_keeps_what_is_known_of_the_submission(grader):
    """Digest and notes are in the record, so that it can be found again."""
    submission = Submission(student="ada", notebook=b"x", notes=("a remark",))
    result = not_judged(grader.bundle, "9.9", submission, "our fault", "in line 3")
    assert (result.notebook_sha256, result.notes) == (submission.sha256, ("a remark",))
    assert (result.problem, result.fault) == ("our fault", "in line 3")


@pytest.fixture
def graded_by():
    """Grade a right notebook with another suite."""
    graders = []

    def grade(checks):
        graders.append(make_grader(checks, name=f"test_{secrets.token_hex(4)}"))
        return graded(graders[-1], RIGHT_F, RIGHT_G)

    yield grade
    for grader in graders:
        grader.close()


def test_a_broken_check_leaves_no_score_and_says_so(graded_by):
    """Our fault costs the student nothing, and a person has to look."""
    result = graded_by(CHECKS.replace("assert function(5) == 5", "assert function.name == 'g' or 1 / 0"))
    assert {question.id: question.score for question in result.questions} == {"f": None, "g": 5.0}
    assert result.score is None
    assert result.problem == OUR_FAULT
    assert result.fault == "f, others: the check failed (ZeroDivisionError): division by zero"


def test_a_skipped_check_with_weight_leaves_no_score_and_says_so(graded_by):
    """Without a score there is always a reason why."""
    skipped = CHECKS.replace("assert function(1) == 1", "pytest.skip('not today')")
    result = graded_by(skipped)
    assert result.score is None
    assert result.problem == OUR_FAULT
    assert "not today" in result.fault


def test_a_grader_lives_on_after_the_worst(grader):
    """A hostile submission in between changes nobody's points."""
    hostile = "import os, sys\nsys.modules.clear()\nos.close(3)\ndef f(x): return x\ndef g(x): return x"
    before, _, after = (graded(grader, *cells) for cells in ([RIGHT_F, ONE], [hostile], [RIGHT_F, ONE]))
    assert before.score == after.score
    assert [question.score for question in before.questions] == [question.score for question in after.questions]
    assert all(check.outcome in tuple(Outcome) for question in after.questions for check in question.checks)


def test_a_grader_is_replaced_in_time(monkeypatch):
    """An open session of pytest keeps a little of each test, so none stays open for a whole large class."""
    bundle = make_bundle()
    place = Workplace()
    monkeypatch.setattr(grade, "GRADED_BY_ONE", 2)
    try:
        graders = [place.grader_for(bundle, probe.choose(), "9.9") for _ in range(3)]
    finally:
        place.forget()
    assert graders[0] is graders[1] is not graders[2]
