"""Counting instructions: a loop over the examples shows, array operations do not grow."""

import sys

import numpy as np
import pytest

from gradkit.grader.sandbox.guest.counting import Counter


@pytest.fixture(autouse=True)
def _own_trace():
    """Put back whatever traces this test run, a measurement of coverage for instance."""
    trace = sys.gettrace()
    yield
    sys.settrace(trace)


def function_of(source, name="<cell 1>"):
    """Return the function f of a source that was compiled under a file name."""
    namespace = {"np": np, "sys": sys}
    exec(compile(source, name, "exec"), namespace)  # noqa: S102 - sources written in this module
    return namespace["f"]


def counted(function, *arguments):
    """Call a function with counting on; return the counter."""
    counter = Counter()
    counter.start()
    try:
        function(*arguments)
    finally:
        counter.stop()
    return counter


def growth(source):
    """Return how many more instructions 64 examples take than 8."""
    function = function_of(source)
    few, many = (counted(function, np.ones((n, 3))).instructions for n in (8, 64))
    assert few > 0
    return many - few


@pytest.mark.parametrize(
    "body",
    [
        "return X.sum()",
        "P = np.exp(X - X.max(axis=1, keepdims=True))\n    return P / P.sum(axis=1, keepdims=True)",
        "return np.einsum('ij,ij->i', X, X)",
        "return (lambda x: x @ x.T)(X)",
        "return [np.sum(X) for _ in range(3)]",
        "P = X.copy()\n    P[np.arange(len(X)), 0] -= 1\n    return P",
    ],
)
def test_array_operations_do_not_grow(body):
    """The number of examples makes no difference at all."""
    assert growth(f"def f(X):\n    {body}") == 0


@pytest.mark.parametrize(
    "body",
    [
        "total = 0\n    for row in X: total += row[0]\n    return total",
        "i = 0\n    while i < len(X): i += 1\n    return i",
        "return [row.sum() for row in X]",
        "return sum(row.sum() for row in X)",
        "return {i: row for i, row in enumerate(X)}",
        "return list(map(lambda row: row.sum(), X))",
        "return np.vectorize(lambda x: x + 1)(X)",
        "return np.apply_along_axis(lambda row: row.sum(), 1, X)",
        "return sorted(range(len(X)), key=lambda i: X[i, 0])",
        "g = lambda rows: rows[0] + g(rows[1:]) if len(rows) else 0\n    return g(X)",
    ],
    ids="for while comprehension generator dict map vectorize apply_along_axis key recursion".split(),
)
def test_a_loop_over_examples_grows_however_it_is_written(body):
    """At least one instruction for each further example."""
    assert growth(f"def f(X):\n    {body}") >= 64 - 8


def test_counts_are_exact():
    """Unlike time, the same call gives the same number."""
    function = function_of("def f(X):\n    return [x * 2 for x in range(10)]")
    first, second = (counted(function, None).instructions for _ in range(2))
    assert first == second


def test_only_the_notebooks_own_code_counts():
    """Functions of libraries are free, whatever they loop over."""
    function = function_of("def f(X):\n    return sum(x for x in range(1000))", "/usr/lib/library.py")
    assert counted(function, None).instructions == 0


def test_the_busiest_line_is_the_loops_body():
    """The student can be told where the loop is."""
    body = ["total = 0", "for row in X:", "    total += row[0]", "    total += row[1]", "return total"]
    source = "\n    ".join(["def f(X):", *body])
    file, line = counted(function_of(source), np.ones((9, 2))).busiest()
    assert file == "<cell 1>"
    assert line in (3, 4, 5)


def test_without_any_line_there_is_no_busiest():
    """A function that is none of the notebook's has no place."""
    assert counted(len, [1]).busiest() == ("", 0)


@pytest.mark.parametrize(
    "body", ["sys.settrace(None)", "sys.settrace(lambda *_: None)", "sys.settrace(None)\n    sys.settrace(print)"]
)
def test_switching_off_is_noticed(body):
    """Who stops the counting does not get away with it."""
    assert counted(function_of(f"def f(X):\n    {body}"), None).switched_off


def test_counting_ends_with_the_call():
    """Afterwards nothing is traced, and an honest function has not switched anything off."""
    counter = counted(function_of("def f(X):\n    return X"), None)
    assert not counter.switched_off
    assert sys.gettrace() is None


def test_a_function_that_raises_is_counted_up_to_there():
    """The loop before the exception shows."""
    function = function_of("def f(X):\n    for x in X: pass\n    raise ValueError")
    counter = Counter()
    counter.start()
    with pytest.raises(ValueError, match=r"^$"):
        function(np.ones((5, 1)))
    counter.stop()
    assert counter.instructions > 5
