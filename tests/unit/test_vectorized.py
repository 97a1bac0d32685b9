"""Vectorization is proved: loops are named with their line, array operations pass, whatever the machine does."""

import json

import numpy as np
import pytest

from gradkit.grader import compare
from gradkit.grader.compare import Disagreement
from gradkit.grader.fixtures import RemoteFunction, Sitting
from gradkit.grader.model import Limits
from gradkit.grader.sandbox import probe
from gradkit.grader.sandbox.launch import Sandbox
from gradkit.grader.sandbox.student import Student
from gradkit.grader.vectorized import can_be_counted, prove_no_loop
from gradkit.notebook import read_notebook

SMALL, LARGE, HEAVY = 8, 512, 8192


@pytest.fixture(scope="module")
def sandbox():
    """A sandbox on the strongest rung of this machine."""
    sandbox = Sandbox(probe.choose(), Limits())
    yield sandbox
    sandbox.close()


@pytest.fixture
def function_of(sandbox):
    """Return the function f of a notebook with these cells."""
    students = []

    def make(*cells):
        raw = [{"cell_type": "code", "source": source, "metadata": {}} for source in ("import numpy as np", *cells)]
        notebook = read_notebook(json.dumps({"nbformat": 4, "cells": raw}).encode(), "hw.ipynb")
        students.append(Student(sandbox, notebook, ("f",), Limits()))
        return RemoteFunction(Sitting(None, {}, students[-1]), "f")

    yield make
    for student in students:
        student.close()


def right(X):
    """Return what f is asked for."""
    return np.exp(X).sum(axis=1)


def examples(n):
    """Return the arguments of a call with so many examples."""
    return (np.random.default_rng(n).standard_normal((n, 3)),)


def prove(function):
    """Examine a function for loops over the examples."""
    return prove_no_loop(
        function,
        right,
        over="examples",
        small=examples(SMALL),
        large=examples(LARGE),
        more=LARGE - SMALL,
        heavy=lambda: [examples(HEAVY + n) for n in range(3)],
        timed=lambda: [examples(LARGE + n) for n in range(5)],
    )


def said(function, *arguments):
    """Return the sentence with which a function is refused."""
    with pytest.raises(Disagreement) as caught:
        function(*arguments)
    return str(caught.value)


ROW = "def row_sum(x):\n    return np.exp(x).sum()\n"


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ("def f(X):\n    s = np.zeros(len(X))\n    for i in range(len(X)):\n        s[i] = np.exp(X[i]).sum()", 3),
        ("def f(X):\n    return np.array([np.exp(x).sum() for x in X])", 2),
        ("def f(X):\n    return np.array([\n        np.exp(x).sum()\n        for x in X\n    ])", 4),
        ("def f(X):\n    return np.fromiter((np.exp(x).sum() for x in X), float)", 2),
        (ROW + "def f(X):\n    return np.array(list(map(row_sum, X)))", 4),
        (ROW + "def f(X):\n    return np.apply_along_axis(row_sum, 1, X)", 4),
        ("def f(X):\n    return np.apply_along_axis(np.sum, 1, np.exp(X))", 2),
        ("import math\ndef f(X):\n    return np.vectorize(math.exp)(X).sum(axis=1)", 3),
        (ROW + "def f(X):\n    out = []\n    while len(out) < len(X):\n        out.append(row_sum(X[len(out)]))\n"
         "    return np.array(out)", 5),
        ("def f(X):\n    s = np.zeros(len(X))\n    for i in range(len(X)):\n        for j in range(X.shape[1]):\n"
         "            s[i] += np.exp(X[i, j])\n    return s", 3),
        ("def rest(X):\n    return [np.exp(X[0]).sum(), *rest(X[1:])] if len(X) else []\n"
         "def f(X):\n    return np.array(rest(X))", 2),
    ],
    ids=[
        *("for", "comprehension", "comprehension in lines", "fromiter", "map", "apply_along_axis"),
        *("apply_along_axis of numpy's", "vectorize of C's", "while", "nested", "recursion"),
    ],
)  # fmt: skip
def test_a_loop_is_named_with_its_line(function_of, cell, place):
    """Cell, line and the line itself: the outermost loop that grows."""
    line = cell.split("\n")[place - 1].strip()
    assert said(prove, function_of(cell)) == (
        f"There is still a loop over the examples in cell 2, line {place} (`{line}`): the count of executed"
        " instructions changes with their number. Replace it by operations on whole arrays."
    )


@pytest.mark.parametrize(
    "cell",
    [
        "def f(X):\n    return np.exp(X).sum(axis=1)",
        "def g(X):\n    return np.exp(X)\ndef f(X):\n    return g(X).sum(axis=1)",
        "f = lambda X: np.exp(X).sum(axis=1)",
        "import functools\ndef g(n, X):\n    return np.exp(X).sum(axis=n)\nf = functools.partial(g, 1)",
        "class F:\n    def __call__(self, X):\n        return np.exp(X).sum(axis=1)\nf = F()",
        "def f(X):\n    for a in (X, X):\n        assert a.ndim == 2\n    return np.exp(X).sum(axis=1)",
        "def f(X):\n    table = [k * k for k in range(100)]\n    return np.exp(X).sum(axis=1)",
        "def f(X):\n    print(X)\n    return np.exp(X).sum(axis=1)",
        "def f(X):\n    np.log(0 * X), np.exp(1e4 * X)\n    return np.exp(X).sum(axis=1)",
        "def f(X):\n    return np.concatenate([np.exp(X[i : i + 128]).sum(axis=1) for i in range(0, len(X), 128)])",
        "def f(X):\n    N, D = map(int, X.shape)\n    return np.einsum('nd->n', np.exp(X))",
    ],
    ids="plain helper lambda partial class tuple table print warnings chunks map".split(),
)
def test_array_operations_pass(function_of, cell):
    """Overhead, helpers and loops of a fixed length are nobody's business; what was returned is handed on."""
    answers = prove(function_of(cell))
    assert [len(X) for (X,), _ in answers] == [SMALL, LARGE, *(LARGE + n for n in range(5))]
    assert all(np.allclose(value, right(*arguments)) for arguments, value in answers)


def test_a_count_that_is_padded_is_no_proof(function_of):
    """Thousands of instructions for nothing are loops, though they do not grow."""
    cell = "def f(X):\n    for _ in range(30000 - 2 * len(X)): pass\n    return np.exp(X).sum(axis=1)"
    assert said(prove, function_of(cell.replace(" - 2 * len(X)", ""))) == (
        "The function executes thousands of instructions whatever the number of examples: loops are left in it."
    )
    assert "There is still a loop" in said(prove, function_of(cell))


LOOPS = """def f(X):
    %s
    s = np.zeros(len(X))
    for i in range(len(X)):
        s[i] = np.exp(X[i]).sum()
    return s
"""


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        (["import sys", LOOPS % "sys.settrace(None)"], "settrace, sys"),
        (["import sys", LOOPS % "sys.getrecursionlimit()"], "sys"),
        ([LOOPS % "getattr(np, 'exp')"], "getattr"),
    ],
)
def test_a_loop_in_code_that_cannot_be_counted_is_found_by_its_time(function_of, cells, names):
    """It is told so; the source tells where, the kernel how long."""
    function = function_of(*cells)
    assert said(can_be_counted, function, *examples(3)) == (
        f"Loops cannot be counted in code that uses {names}, so it was judged by its CPU time: leave that out."
    )
    assert said(prove, function) == (
        "There is a loop over the examples, as far as can be seen in code that could reach the counting of"
        " instructions: many examples take more than 8 times the CPU time of array operations. Its source has a loop"
        f" in cell {len(cells) + 1}, line 4 (`for i in range(len(X)):`)."
    )


def test_a_loop_in_a_text_that_is_executed_is_found_by_its_time(function_of):
    """What does not stand in the source has no line."""
    cell = "def f(X):\n    space = {'np': np}\n    exec(TEXT, space)\n    return space['f'](X)"
    assert said(prove, function_of(f"TEXT = {LOOPS % 'pass'!r}", cell)).endswith(
        "more than 8 times the CPU time of array operations."
    )


@pytest.mark.parametrize(
    "cell",
    [
        "import sys\ndef f(X):\n    sys.float_info\n    return np.exp(X).sum(axis=1)",
        "def f(X):\n    return getattr(np, 'exp')(X).sum(axis=1)",
        "def f(X):\n    eval('1')\n    for a in (X, X):\n        pass\n    return np.exp(X).sum(axis=1)",
        "import sys\nN = sys.maxsize % 7\ndef f(X):\n    for _ in range(N): pass\n    return np.exp(X).sum(axis=1)",
    ],
)
def test_quick_code_that_cannot_be_counted_passes(function_of, cell):
    """An innocent use of a suspicious name costs nothing; the answers of the timed calls are handed on."""
    answers = prove(function_of(cell))
    assert [len(X) for (X,), _ in answers] == [HEAVY, HEAVY + 1, HEAVY + 2]
    assert all(np.allclose(value, right(*arguments)) for arguments, value in answers)


def test_a_function_that_is_no_code_of_the_notebooks_cannot_be_counted(function_of):
    """Nothing is executed in the notebook's frames; it is judged by its time."""
    function = function_of("f = np.linalg.norm")
    assert said(can_be_counted, function, *examples(3)) == (
        "The counting of instructions was switched off, so the function was judged by its CPU time."
    )
    assert len(prove(function)) == 3


def test_ordinary_code_can_be_counted(function_of):
    """Nothing to remark."""
    assert can_be_counted(function_of("def f(X):\n    return X"), *examples(3)) is None


def judge(function):
    """Raise Disagreement for a loop, a wrong answer, or code that cannot be counted."""
    for (X,), value in prove(function):
        compare.close(compare.array(value, (len(X),), "f"), right(X), "f")
    can_be_counted(function, *examples(SMALL))


@pytest.mark.parametrize(
    "cell",
    [
        "class Later(tuple):\n    def __iter__(self):\n        return iter([1])\ndef f(X):\n    return Later()",
        "from typing import types\ndef f(X):\n    return types",
        "M = map.mro()[1]\ndef f(X):\n    return np.array([*M(np.sum, np.exp(X))])",
        "def f(X):\n    return np.ma.apply_along_axis(np.sum, 1, np.exp(X)).data",
        "def f(X):\n    rows = [np.exp(x).sum() for x in X]\n    [np.exp(0).sum() for _ in range(600 - len(X))]\n"
        "    return np.array(rows)",
        "S = list.__iter__\ndef f(X):\n    return np.array([np.exp(x).sum() for x in X][:len(X)])",
    ],
    ids=["iterator in the answer", "modules of modules", "map again", "numpy's other one", "padded", "private names"],
)
def test_a_way_around_the_counting_does_not_pay(function_of, cell):
    """Names, padding, loops in C, code that runs when the answer is written: all lose what a loop loses."""
    with pytest.raises(Disagreement):
        judge(function_of(cell))


@pytest.mark.parametrize(
    "cell",
    [
        "def f(X):\n    return np.diag(np.exp(X) @ np.ones((3, len(X))))",
        "def f(X):\n    return (np.eye(len(X)) @ np.exp(X)).sum(axis=1)",
    ],
)
def test_comparing_each_with_each_is_no_loop(function_of, cell):
    """Wasteful, and still array operations."""
    function = function_of(cell)
    assert len(prove(function)) == 7
