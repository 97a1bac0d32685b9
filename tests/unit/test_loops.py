"""Loops in source code: found however they are written, unless their length stands in the source."""

import ast

import pytest

from gradkit.definitions.cells import slice_cells
from gradkit.grader.sandbox.guest.loops import Loop, loops_in, loops_needed


def kinds(source):
    """Return the kinds of loops in one statement."""
    return [loop.kind for loop in loops_in(ast.parse(source).body[0])]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("for x in X: pass", "a for loop"),
        ("for i in range(len(X)): pass", "a for loop"),
        ("for i in range(N): pass", "a for loop"),
        ("for i in range(1000): pass", "a for loop"),
        ("for x in [*X]: pass", "a for loop"),
        ("for i, x in enumerate(X): pass", "a for loop"),
        ("for x in X.T: pass", "a for loop"),
        ("while x: pass", "a while loop"),
        ("[x for x in X]", "a comprehension"),
        ("{x for x in X}", "a comprehension"),
        ("{x: x for x in X}", "a comprehension"),
        ("sum(x for x in X)", "a comprehension"),
        ("[x for _ in range(3) for x in X]", "a comprehension"),
        ("map(g, X)", "map"),
        ("filter(g, X)", "filter"),
        ("itertools.starmap(g, X)", "starmap"),
        ("functools.reduce(g, X)", "reduce"),
        ("reduce(g, X)", "reduce"),
        ("np.vectorize(g)(X)", "vectorize"),
        ("np.frompyfunc(g, 1, 1)(X)", "frompyfunc"),
        ("np.apply_along_axis(g, 1, X)", "apply_along_axis"),
        ("np.fromiter(g(X), float)", "fromiter"),
        ("sorted(X, key=g)", "sorted with a key"),
        ("X.sort(key=g)", "sort with a key"),
        ("max(X, key=g)", "max with a key"),
        ("@np.vectorize\n    def g(x): return x", "vectorize"),
        ("def g(x): return g(x[1:])", "recursion"),
        ("g = lambda x: g(x[1:])", "recursion"),
        ("return f(X[1:])", "recursion"),
    ],
)
def test_a_loop_is_found(body, kind):
    """Statements, comprehensions, functions that call back, recursion."""
    assert kinds(f"def f(X, N):\n    {body}\n") == [kind]


@pytest.mark.parametrize(
    "body",
    [
        "return X.sum()",
        "for a in (W, X): pass",
        "for a in [1, 2, 3]: pass",
        "for i in range(3): pass",
        "for i in range(0, 10, 2): pass",
        "for i, a in enumerate((W, X)): pass",
        "for a, b in zip((W, X), X): pass",
        "for letter in 'abc': pass",
        "return [a.sum() for a in (W, X)]",
        "N, D = map(int, (1, 2))",
        "np.logaddexp.reduce(X, axis=1)",
        "np.maximum.accumulate(X)",
        "sorted(X)",
        "max(X, Y)",
        "with np.errstate(all='ignore'): pass",
    ],
)
def test_what_does_not_grow_with_the_data_is_no_loop(body):
    """Lengths that stand in the source, and numpy's own reductions."""
    assert kinds(f"def f(X, W):\n    {body}\n") == []


def test_the_lines_are_those_that_run_again_and_again():
    """A for's head; in a comprehension where its for stands."""
    source = "def f(X):\n    for x in X:\n        pass\n    return [\n        x\n        for x in X\n    ]\n"
    assert loops_in(ast.parse(source).body[0]) == (Loop(2, 2, "a for loop"), Loop(6, 6, "a comprehension"))


def test_loops_of_everything_that_a_function_needs():
    """Helpers in other cells count, what others need does not."""
    cells = [
        (1, "def helper(X):\n    return [x for x in X]\ndef other(X):\n    while X: pass"),
        (2, "def f(X):\n    return helper(X)"),
        (3, "def g(X):\n    return other(X)\nfor i in range(100000): f(i)"),
    ]
    sliced = slice_cells(cells, ["f", "g"])
    assert list(loops_needed("f", sliced)) == [(1, 2, 2, "a comprehension")]
    assert list(loops_needed("g", sliced)) == [(1, 4, 4, "a while loop")]
