"""The reference functions: taken from the instructor's notebook as a student's are, run in the grader."""

import json

import pytest

from gradkit.grader.course import Bundle, Settings
from gradkit.grader.errors import SuiteError
from gradkit.grader.reference import reference_functions


def functions(*sources, graded=("f",)):
    """Return the reference functions of a notebook with these code cells."""
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    bundle = Bundle(
        assignment="hw",
        settings=Settings(title="Homework"),
        notebook=json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode(),
        suite=(),
        seed=bytes(32),
        sha256="5ea1",
        questions=tuple((name, 10.0) for name in graded),
    )
    return reference_functions(bundle)


def test_reference_functions_have_what_they_need():
    """Imports, constants and helpers of the notebook come along; experiments do not run."""
    found = functions("import math\nEPS = 2", "def h(x): return x + EPS", "def f(x): return h(x)", "1 / 0")
    assert {name: function(1) for name, function in found.items()} == {"f": 3}


@pytest.mark.parametrize("source", ["def h(x): pass", "f = 5", "def f(:"])
def test_a_notebook_without_a_graded_function_is_refused(source):
    """A graded cell's grade_id must be the name of the function it defines."""
    with pytest.raises(SuiteError, match=r"the notebook of hw has no function f: a graded cell's grade_id must be"):
        functions(source)


def test_a_definition_that_fails_is_the_instructors_to_mend():
    """The instructor's own notebook may be broken: that is said as such, not thrown."""
    with pytest.raises(SuiteError, match="ZeroDivisionError"):
        functions("A = 1 / 0\ndef f(x): return A")
