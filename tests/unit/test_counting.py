"""Counting instructions: a loop over the examples shows, array operations do not grow."""

import functools
import itertools
import operator
import sys

import numpy as np
import pytest

from gradkit.grader.sandbox.guest import callbacks
from gradkit.grader.sandbox.guest.counting import Counter


@pytest.fixture(autouse=True)
def _own_trace():
    """Put back whatever traces this test run, a measurement of coverage for instance."""
    trace = sys.gettrace()
    yield
    sys.settrace(trace)


@pytest.fixture(autouse=True)
def _callbacks(monkeypatch):
    """Make what C code calls back visible, as in a guest, for the time of a test."""
    for module, name, _ in callbacks.REPLACED:
        monkeypatch.setattr(module, name, getattr(module, name))
    callbacks.install()


def function_of(source, name="<cell 1>"):
    """Return the function f of a source that was compiled under a file name."""
    namespace = {"np": np, "sys": sys, "functools": functools, "itertools": itertools, "operator": operator}
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
        "return np.einsum('ij,kj,kl->il', X, X, X, optimize=True)",
        "return (lambda x: x @ x.T)(X)",
        "return [np.sum(X) for _ in range(3)]",
        "return [a.sum() for a in (X, X.T)]",
        "N, D = map(int, X.shape)\n    return N",
        "P = X.copy()\n    P[np.arange(len(X)), 0] -= 1\n    return P",
        "return np.logaddexp.reduce(X, axis=1)",
        "return np.unique(X), np.argsort(X, axis=0), np.linalg.norm(X, axis=1), np.cov(X.T), np.pad(X, 1)",
        "return np.ma.masked_less(X, 0).sum(), np.block([[X], [X]]), np.isclose(X, X).all()",
        "print(X, X.tolist(), repr(X))",
        "with np.errstate(all='ignore'):\n        return np.log(X - 1)",
        "return str(X[:5]), sorted(X[0], key=abs)",
        "return list(X), [*zip(X, X)], sum(X[:, 0])",
    ],
)
def test_array_operations_do_not_grow(body):
    """The number of examples makes no difference at all."""
    assert growth(f"def f(X):\n    {body}") == 0


@pytest.mark.parametrize(
    "body",
    [
        "total = 0\n    for row in X: total += row[0]\n    return total",
        "for i in range(len(X)): pass",
        "i = 0\n    while i < len(X): i += 1\n    return i",
        "return [row.sum() for row in X]",
        "return {i: row for i, row in enumerate(X)}",
        "return {float(row[0]) for row in X}",
        "return sum(row.sum() for row in X)",
        "return np.fromiter((row[0] for row in X), float)",
        "return np.fromiter(map(float, X[:, 0]), float)",
        "return list(map(lambda row: row.sum(), X))",
        "return list(map(np.sum, X))",
        "return list(map(len, X))",
        "return list(filter(lambda row: row.sum(), X))",
        "return list(filter(len, X))",
        "return list(itertools.starmap(max, X))",
        "return functools.reduce(lambda a, b: a + b, X)",
        "return functools.reduce(operator.add, X)",
        "return sorted(range(len(X)), key=lambda i: X[i, 0])",
        "return sorted(X[:, 0], key=abs)",
        "return np.vectorize(lambda x: x + 1)(X)",
        "return np.vectorize(abs, otypes=[float])(X[:, 0])",
        "@np.vectorize\n    def plus(x): return x + 1\n    return plus(X)",
        "return np.frompyfunc(abs, 1, 1)(X)",
        "return np.apply_along_axis(lambda row: row.sum(), 1, X)",
        "return np.apply_along_axis(np.add.reduce, 1, X)",
        "return np.apply_along_axis(func1d=lambda row: row.sum(), axis=1, arr=X)",
        "for value in np.nditer(X): pass",
        "for index in np.ndindex(X.shape): pass",
        "g = lambda rows: rows[0] + g(rows[1:]) if len(rows) else 0\n    return g(X)",
        "def g(rows):\n        for row in rows: yield row\n    return list(g(X))",
    ],
    ids=[
        *("for", "range", "while", "list", "dict", "set", "generator", "fromiter", "fromiter of map"),
        *("map", "map a function of numpy", "map a function in C", "filter", "filter in C", "starmap"),
        *("reduce", "reduce in C", "sort key", "sort key in C", "vectorize", "vectorize C", "decorator"),
        *("frompyfunc", "apply_along_axis", "apply_along_axis C", "apply_along_axis by name"),
        *("nditer", "ndindex", "recursion", "generator function"),
    ],
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
    source = "def f(X):\n    return sum(x for x in range(1000)) + sum(map(abs, range(1000)))"
    assert counted(function_of(source, "/usr/lib/library.py"), None).instructions == 0


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def f(X):\n    total = 0\n    for row in X:\n        total += row[0]\n    return total", 3),
        ("def f(X):\n    a = 1\n    return list(map(len, X))", 3),
        ("def f(X):\n    a = 1\n    return np.apply_along_axis(np.sum, 1, X)", 3),
        ("g = np.vectorize(abs)\ndef f(X):\n    a = 1\n    return g(X)", 4),
        ("def f(X):\n    return [\n        row\n        for row in X\n    ]", 4),
    ],
    ids=["for", "map", "apply_along_axis", "vectorize", "comprehension"],
)
def test_the_line_that_loops_is_among_the_busiest(source, line):
    """The student can be told where the loop is."""
    busiest = counted(function_of(source), np.ones((9, 2))).busiest(2)
    assert [(file, number) for file, number, times in busiest if times >= 9 and number == line] == [("<cell 1>", line)]


def test_the_busiest_lines_are_bounded():
    """A notebook of thousands of lines does not make a long report; the order is by how often they ran."""
    source = "def f(X):\n" + "    X = X\n" * 1000 + "    for _ in range(5):\n        X = 1\n"
    counter = counted(function_of(source), None)
    assert [times for _, _, times in counter.busiest(3)] == [6, 5, 1]


def test_without_any_line_there_is_no_busiest():
    """A function that is none of the notebook's has no place."""
    assert counted(len, [1]).busiest(5) == []


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


# ---------------------------------------------------------------------- replaced functions


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("list(map(operator.add, [1, 2], [3, 4]))", [4, 6]),
        ("list(filter(None, [0, 1, 2]))", [1, 2]),
        ("list(filter(lambda x: x > 1, [0, 1, 2]))", [2]),
        ("list(itertools.starmap(pow, [(2, 3), (3, 2)]))", [8, 9]),
        ("functools.reduce(operator.add, [1, 2, 3])", 6),
        ("functools.reduce(operator.add, [1, 2, 3], 10)", 16),
        ("sorted([3, -1, 2])", [-1, 2, 3]),
        ("sorted([3, -1, 2], key=abs, reverse=True)", [3, 2, -1]),
        ("sorted([2, 1], key=None)", [1, 2]),
        ("np.apply_along_axis(np.sum, 1, np.ones((2, 3))).tolist()", [3, 3]),
        ("np.frompyfunc(operator.add, 2, 1)([1, 2], [3, 4]).tolist()", [4, 6]),
        ("np.vectorize(abs)([-1, 2]).tolist()", [1, 2]),
        ("np.vectorize(np.sum, signature='(n)->()')(np.ones((2, 3))).tolist()", [3, 3]),
        ("np.vectorize(lambda x, p: x**p, excluded=['p'])([1, 2], p=2).tolist()", [1, 4]),
        ("np.vectorize(otypes=[float])(abs)([-1]).tolist()", [1]),
        ("(type(map(abs, [])).__name__, isinstance(map(abs, []), map))", ("map", True)),
        ("np.vectorize.__name__", "vectorize"),
    ],
)
def test_replaced_functions_do_what_they_replace(expression, value):
    """Student code notices nothing."""
    assert function_of(f"def f():\n    return {expression}")() == value


@pytest.mark.parametrize("expression", ["map(1, [1])", "sorted([1], 2)", "functools.reduce()", "map()"])
def test_replaced_functions_refuse_what_the_original_refuses(expression):
    """A wrong call is a TypeError as ever."""
    with pytest.raises(TypeError):
        function_of(f"def f():\n    return list({expression})")()


def test_libraries_call_the_original():
    """What numpy does with map or sorted inside is nobody's loop: no relay is put in between."""
    called = []
    source = "def f(g):\n    return list(map(g, [1]))"
    for name in ("<cell 1>", "/usr/lib/library.py"):
        function_of(source, name)(lambda _: called.append(sys._getframe(1).f_code is callbacks.RELAY))
    assert called == [True, False]
