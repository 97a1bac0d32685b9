"""Naming the mistake: the twin that agrees wherever the right function does, and beyond; else silence."""

import json
import textwrap

import numpy as np
import pytest

from gradkit.grader.catalogue import Mistake
from gradkit.grader.diagnose import Diagnostician, behaviour_of, load_diagnostician
from gradkit.grader.errors import SuiteError
from gradkit.grader.extract import read_notebook
from gradkit.grader.model import Limits
from gradkit.grader.sandbox import probe
from gradkit.grader.sandbox.launch import Sandbox
from gradkit.grader.sandbox.student import Student

PROBES = [(np.array([1.0, 2.0]), 0.5), (np.array([3.0, -1.0, 4.0]), 0.0), (np.array([2.0]), 2.0), (np.zeros(2), 1.0)]


def right(x, c):
    """Return what is asked for."""
    return float(np.sum(x)) + c, 2 * x


def doubled(x, c):
    """Return a sum that is twice too large."""
    return 2 * float(np.sum(x)) + c, 2 * x


def no_constant(x, c):
    """Forget the constant."""
    return float(np.sum(x)), 2 * x


def in_place(x, c):
    """Change the argument."""
    x *= 2
    return float(np.sum(x)) / 2 + c, x


def crashes(x, c):
    """Compare shapes that do not match."""
    raise ValueError("shapes")


def crashes_on_three(x, c):
    """Do so for one probe alone."""
    if len(x) == 3:
        raise IndexError("out of bounds")
    return float(np.sum(x)), 2 * x


MISTAKES = [
    Mistake(function.__name__, f"it is {function.__name__}", function, "both")
    for function in (crashes, doubled, no_constant, in_place, crashes_on_three)
]


@pytest.fixture(scope="module")
def sandbox():
    """A sandbox on the strongest rung of this machine."""
    sandbox = Sandbox(probe.choose(), Limits())
    yield sandbox
    sandbox.close()


@pytest.fixture
def explained(sandbox):
    """Return what is said of a student's function f(x, c) with this body."""

    def explain(body, mistakes=MISTAKES):
        source = f"def f(x, c):\n{textwrap.indent(body, '    ')}"
        cell = {"cell_type": "code", "source": source, "metadata": {}}
        notebook = read_notebook(json.dumps({"nbformat": 4, "cells": [cell]}).encode(), "hw.ipynb")
        student = Student(sandbox, notebook, ["f"], Limits(call_seconds=0.5))
        try:
            return Diagnostician(mistakes, PROBES, right).explain(student, "f")
        finally:
            student.close()

    return explain


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("return x.sum() + c, x + x", None),
        ("return 2 * x.sum() + c, 2 * x", "it is doubled"),
        ("return np.float32(2 * x.sum() + c), x * 2", "it is doubled"),
        ("return x.sum(), 2 * x", "it is no_constant"),
        ("x *= 2\nreturn x.sum() / 2 + c, x", "it is in_place"),
        ("if len(x) == 3: raise IndexError('other text')\nreturn x.sum(), 2 * x", "it is crashes_on_three"),
        ("if len(x) == 3: raise TypeError('other style')\nreturn x.sum(), 2 * x", "it is crashes_on_three"),
        ("return 17.0, 3 * x", None),
        ("return None", None),
        ("return 'text', {}", None),
        ("return x.sum() + c", None),
        ("raise ValueError", None),
        ("raise IndexError", None),
        ("raise NotImplementedError", None),
        ("while True: pass", None),
        ("import os; os._exit(1)", None),
    ],
)
def test_a_mistake_is_named_or_nothing_is_said(explained, body, sentence):
    """Only a twin that fits speaks; exceptions alone, right values and anything unknown do not."""
    assert explained(body) == sentence


def test_of_two_that_fit_the_first_in_the_catalogue_speaks(explained):
    """The catalogue is ordered: the most upstream mistake comes first."""
    twins = [Mistake(name, name, no_constant, "both") for name in ("first", "second")]
    assert explained("return x.sum(), 2 * x", twins) == "first"


def test_the_twin_that_explains_more_speaks(explained):
    """A later twin that agrees on every probe beats an earlier one that agrees on most."""
    body = "if len(x) == 3: raise IndexError('out')\nreturn x.sum(), 2 * x"
    assert explained(body) == "it is crashes_on_three"
    assert explained(body, MISTAKES[:4]) == "it is no_constant"


def test_a_twin_must_be_right_where_the_student_is(explained):
    """A twin that is wrong where the student's function is right does not explain it."""

    def wrong_everywhere(x, c):
        return float(np.sum(x)), 5 * x

    def half(x, c):
        return (float(np.sum(x)) + c, 2 * x) if len(x) == 2 else (-1.0, 2 * x)

    body = "return (x.sum() + c, 2 * x) if len(x) != 3 else (-1.0, 2 * x)"
    assert explained(body, [Mistake("w", "w", wrong_everywhere, "both"), Mistake("h", "h", half, "both")]) is None


def test_a_stub_is_known_by_its_exception(explained):
    """NotImplementedError has one meaning; a catalogue may explain it."""

    def stub(x, c):
        raise NotImplementedError

    assert explained("raise NotImplementedError", [Mistake("stub", "not started", stub, "both")]) == "not started"


def test_without_mistakes_nothing_is_said(explained):
    """An empty catalogue is silent."""
    assert explained("return 5", []) is None


# ---------------------------------------------------------------------- behaviour


def same(one, other, probe=PROBES[0]):
    """Return whether two functions behave alike on a probe, asked in both directions."""
    first, second = behaviour_of(one, probe), behaviour_of(other, probe)
    assert first.agrees_with(second) == second.agrees_with(first)
    return first.agrees_with(second)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (lambda x, c: x, lambda x, c: x * (1 + 1e-12), True),
        (lambda x, c: x, lambda x, c: x * (1 + 1e-3), False),
        (lambda x, c: x, lambda x, c: x[:, None], False),
        (lambda x, c: x * np.nan, lambda x, c: x * np.nan, True),
        (lambda x, c: x * np.nan, lambda x, c: x, False),
        (lambda x, c: np.nan, lambda x, c: float("nan"), True),
        (lambda x, c: np.inf, lambda x, c: np.inf, True),
        (lambda x, c: np.inf, lambda x, c: -np.inf, False),
        (lambda x, c: np.inf, lambda x, c: 1e300, False),
        (lambda x, c: 1, lambda x, c: np.float32(1), True),
        (lambda x, c: (1.0, x), lambda x, c: (1.0,), False),
        (lambda x, c: None, lambda x, c: None, True),
        (lambda x, c: None, lambda x, c: 1.0, False),
        (lambda x, c: None, lambda x, c: x, False),
        (lambda x, c: x.fill(0), lambda x, c: None, False),
        (lambda x, c: x.fill(0), lambda x, c: x.sort() or x.fill(1), True),
        (lambda x, c: 1 / 0, lambda x, c: [][0], False),
        (lambda x, c: [][0], lambda x, c: x @ np.ones(5), True),
        (lambda x, c: [][0], lambda x, c: 0, False),
    ],
)
def test_behaviours_agree_up_to_rounding(one, other, alike):
    """Values, shapes, what was changed and what kind of exception was raised."""
    assert same(one, other) is alike


def test_a_twin_gets_copies():
    """A twin that changes its arguments does not spoil the probe for the next."""
    before = PROBES[0][0].copy()
    assert behaviour_of(in_place, PROBES[0]).changed == (0,)
    assert np.array_equal(PROBES[0][0], before)


def test_a_twin_may_overflow():
    """Numbers out of range are part of a mistake's fingerprint, not a warning."""
    assert behaviour_of(lambda x, c: np.exp(x * 1e6), PROBES[0]).raised == ""


# ---------------------------------------------------------------------- a suite's files

CATALOGUE = """
from gradkit.grader.catalogue import mistake

@mistake("it is forgotten", where="both")
def forgotten(x, c):
    return x.sum(), 2 * x
"""
PROBE_FILE = "def probes(rng):\n    return [(rng.normal(size=3), 0.5) for _ in range(4)]\n"


@pytest.mark.parametrize("present", [[], ["mistakes.py"], ["probes.py"]])
def test_a_suite_without_a_catalogue_has_no_diagnostician(tmp_path, present):
    """Both files are needed."""
    for name in present:
        (tmp_path / name).write_text({"mistakes.py": CATALOGUE, "probes.py": PROBE_FILE}[name])
    assert load_diagnostician(tmp_path, b"seed", right) is None


def test_a_suites_catalogue_is_loaded(tmp_path, sandbox):
    """Its mistakes explain a student's function on its probes."""
    (tmp_path / "mistakes.py").write_text(CATALOGUE)
    (tmp_path / "probes.py").write_text(PROBE_FILE)
    cell = {"cell_type": "code", "source": "def f(x, c): return sum(x), 2 * x", "metadata": {}}
    notebook = read_notebook(json.dumps({"nbformat": 4, "cells": [cell]}).encode(), "hw.ipynb")
    student = Student(sandbox, notebook, ["f"], Limits())
    try:
        diagnostician = load_diagnostician(tmp_path, b"seed", right)
        assert diagnostician.explain(student, "f") == "it is forgotten"
    finally:
        student.close()


@pytest.mark.parametrize("name", ["mistakes.py", "probes.py"])
@pytest.mark.parametrize(("text", "reason"), [("1 / 0", "ZeroDivisionError"), ("def (", "SyntaxError")])
def test_a_file_that_fails_is_named(tmp_path, name, text, reason):
    """The instructor reads which file and why."""
    (tmp_path / "mistakes.py").write_text(CATALOGUE)
    (tmp_path / "probes.py").write_text(PROBE_FILE)
    (tmp_path / name).write_text(text)
    with pytest.raises(SuiteError, match=f"{name} of the hidden suite fails: {reason}"):
        load_diagnostician(tmp_path, b"seed", right)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mistakes.py", "x = 1"),
        ("probes.py", "x = 1"),
        ("probes.py", "def probes(rng):\n    return 1 / 0"),
    ],
)
def test_files_without_what_they_must_hold_are_the_instructors_to_mend(tmp_path, name, text):
    """An empty catalogue or a failing probe is a fault of the suite, said as such."""
    (tmp_path / "mistakes.py").write_text(CATALOGUE)
    (tmp_path / "probes.py").write_text(PROBE_FILE)
    (tmp_path / name).write_text(text)
    with pytest.raises(SuiteError, match=name):
        load_diagnostician(tmp_path, b"seed", right)
