"""What a file lacks, and how it differs from what was run, is found without running anything."""

import pytest

from gradkit.checking.saved import differing, is_stub, undefined
from gradkit.definitions.cells import slice_cells


def sliced(*sources):
    """Return the slice of f in cells numbered from 1."""
    return slice_cells(list(enumerate(sources, 1)), ["f"])


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        (["def f(x): return x"], []),
        (["def f(x): return helper(x) + EPS"], ["EPS", "helper"]),
        (["EPS = 1", "def helper(x): return x", "def f(x): return helper(x) + EPS"], []),
        (["def helper(x): return missing", "def f(x): return helper(x)"], ["missing"]),
        (["def f(x): return len(np.zeros(x)) + sum(xrange(x))"], []),
        (["def f(x): return display(x)"], ["display"]),
        (["with open('a') as a:\n    a.read()", "def f(x): return a"], ["a"]),
        (["class K:\n    a = 1\n    b = a", "def f(x): return K"], []),
        (["class K:\n    b = a", "def f(x): return K"], ["a"]),
        (["from math import *", "def f(x): return pi"], []),
        (["def f(x): return globals()['x'] + y"], []),
        (["def f(x): return __name__"], []),
        (["def f(x: Hint) -> Hint: return x"], []),
        (["unrelated = nowhere", "def f(x): return x"], []),
    ],
)
def test_names_that_nothing_defines(sources, names):
    """What the function and its helpers read, and no kept statement binds; builtins and numpy are always there."""
    assert undefined(sliced(*sources)) == names


@pytest.mark.parametrize(
    ("sources", "stub"),
    [
        (["def f(x):\n    raise NotImplementedError('Need to implement f')"], True),
        (["def f(x):\n    'text'\n    raise NotImplementedError"], True),
        (["def f(x):\n    if x: raise NotImplementedError\n    return 1"], False),
        (["def f(x): return 1"], False),
        (["def f(x): raise NotImplementedError", "def f(x): return 1"], False),
        (["def f(x): return 1", "def f(x): raise NotImplementedError"], True),
        (["def f(x): raise"], False),
        (["f = abs"], False),
        (["x = 1"], False),
    ],
)
def test_a_stub_raises_whatever_it_is_given(sources, stub):
    """The last definition counts."""
    assert is_stub(sliced(*sources), "f") is stub


F = "def f(x): return helper(x) * EPS"
HELPER = "def helper(x): return x"


@pytest.mark.parametrize(
    ("saved", "ran", "names"),
    [
        ([F, HELPER, "EPS = 1"], [F, HELPER, "EPS = 1"], []),
        ([F, HELPER, "EPS = 1"], ["EPS = 1", "EPS = 1", HELPER, "x = 2", F, F], []),
        ([F, HELPER, "EPS = 1"], [F, HELPER, "EPS = 2"], ["EPS"]),
        ([F, HELPER, "EPS = 1"], [F, HELPER, "EPS = 2", "EPS = 1"], []),
        ([F, HELPER, "EPS = 1"], ["def f(x): return helper(x) * EPS + 1", HELPER, "EPS = 1"], ["f"]),
        ([F, "EPS = 1"], [F, HELPER, "EPS = 1"], ["helper"]),
        ([F, HELPER, "EPS = 1"], [F, HELPER], ["EPS"]),
        (["def f(x):\n    # a remark\n    return x"], ["def f(x): return x"], []),
        ([F, HELPER], ["x = 1"], []),
        ([F, HELPER], [], []),
        (["x = 1"], [F, HELPER], ["f", "helper"]),
    ],
)
def test_names_whose_last_definition_differs(saved, ran, names):
    """Only what the function needs counts, remarks and layout do not; what was not run is not compared."""
    assert differing(sliced(*saved), sliced(*ran), "f") == names
