"""What a function did on one probe, and when two functions did the same."""

import tracemalloc

import numpy as np
import pytest

from gradkit.diagnosis import Behaviour, behaviour_of, values_of

X = np.array([3.0, -1.0, 4.0])
NAN, INF = float("nan"), float("inf")


def alike(one, other):
    """Return whether two functions behave alike, asked in both directions."""
    first, second = behaviour_of(one, (X,)), behaviour_of(other, (X,))
    assert first.agrees_with(second) == second.agrees_with(first)
    return first.agrees_with(second)


def raising(error):
    """Return a function that raises an exception."""

    def function(x):
        raise error

    return function


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (lambda x: 2.0, lambda x: 2.0 + 1e-9, True),
        (lambda x: 2.0, lambda x: 2.0 + 1e-3, False),
        (lambda x: x, lambda x: x * (1 + 1e-9), True),
        (lambda x: x, lambda x: x * (1 + 1e-3), False),
        (lambda x: x, lambda x: x[:, None], False),
        (lambda x: x, lambda x: x[:2], False),
        (lambda x: 1, lambda x: np.float32(1), True),
        (lambda x: x[:1], lambda x: 3.0, True),
        (lambda x: (1.0, x), lambda x: (1.0,), False),
        (lambda x: (1.0, x), lambda x: (x, 1.0), False),
        (lambda x: NAN, lambda x: np.nan, True),
        (lambda x: x * NAN, lambda x: x * NAN, True),
        (lambda x: x * NAN, lambda x: x, False),
        (lambda x: INF, lambda x: INF, True),
        (lambda x: INF, lambda x: -INF, False),
        (lambda x: INF, lambda x: 1e300, False),
        (lambda x: None, lambda x: None, True),
        (lambda x: None, lambda x: 1.0, False),
        (lambda x: None, lambda x: {}, False),
        (lambda x: "text", lambda x: x, False),
    ],
)
def test_values_agree_up_to_rounding(one, other, expected):
    """Numbers, shapes, nan and infinity; of other things the type alone."""
    assert alike(one, other) is expected


def test_rounding_is_measured_against_the_largest_entry():
    """What single precision loses in the smallest entry of an array is no difference."""
    large = Behaviour((np.array([1e6, 1.0]),))

    assert large.agrees_with(Behaviour((np.array([1e6, 1.0 + 1e-2]),)))
    assert not large.agrees_with(Behaviour((np.array([1e6, 1e3]),)))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (IndexError("out"), ValueError("shapes"), True),
        (np.exceptions.AxisError(1, 1), TypeError("kind"), True),
        (OverflowError("large"), ZeroDivisionError("zero"), True),
        (IndexError("out"), OverflowError("large"), False),
        (NotImplementedError(), NotImplementedError("another text"), True),
        (NotImplementedError(), IndexError(), False),
        (KeyError("one"), KeyError("another"), True),
    ],
)
def test_exceptions_of_one_kind_agree(one, other, expected):
    """The same mistake raises one or the other in one style of code or another."""
    assert alike(raising(one), raising(other)) is expected


def test_an_exception_is_no_value():
    """A function that raises does not do as one that returns."""
    assert not alike(raising(IndexError()), lambda x: None)


def test_changed_arguments_count():
    """Which were changed, not how."""
    assert behaviour_of(lambda x, y: y.fill(0), (X, X)).changed == (1,)
    assert not alike(lambda x: x.fill(0), lambda x: None)
    assert alike(lambda x: x.fill(0), lambda x: x.sort() or x.fill(1))


def test_nan_in_an_argument_is_not_a_change():
    """An argument that holds nan is as it was."""
    assert behaviour_of(lambda x: None, (np.array([np.nan, 1.0]),)).changed == ()


def test_a_function_gets_copies():
    """What changes its arguments does not spoil the probe for the next function."""
    before = X.copy()
    behaviour_of(lambda x: x.fill(0), (X,))

    assert np.array_equal(X, before)


def test_numbers_out_of_range_are_no_warning():
    """Overflow, and zero by zero, are part of what wrong code does."""
    assert behaviour_of(lambda x: np.exp(x * 1e6)[0], (X,)).values == (INF,)


@pytest.mark.parametrize(
    ("returned", "values"),
    [
        (1, (1.0,)),
        (True, (1.0,)),
        (np.float32(0.5), (0.5,)),
        (np.array([[2.0]]), (2.0,)),
        ((1.0, 2.0), (1.0, 2.0)),
        (None, ("NoneType",)),
        ({"loss": 1.0}, ("dict",)),
        ([1.0, 2.0], (1.0, 2.0)),
        ((0.5, [[1.0, 2.0], [3.0]]), (0.5, "list")),
        ((0.5, [None]), (0.5, "list")),
        ((0.5, (np.ones(2), "text")), (0.5, "list")),
        (1 + 2j, ("complex",)),
        (np.array(["a", "b"]), ("ndarray",)),
        (np.zeros(100_001), ("ndarray",)),
        (np.array(1 + 2j), ("ndarray",)),
        ("list", ("list",)),
    ],
)
def test_what_is_returned_becomes_numbers_arrays_and_names_of_types(returned, values):
    """An array of one number is that number; what is neither number nor array keeps only the name of its type."""
    assert values_of(returned) == values


@pytest.mark.parametrize("returned", [np.array([1, 2], np.int8), [[1, 2]], [(1.0, 2.0)], ([np.float32(1), 2],)])
def test_arrays_and_lists_of_numbers_become_float64(returned):
    """Integers and single precision are compared as numbers, and a list as the array that it might have been."""
    (value,) = values_of(returned)

    assert (value.dtype, value.tolist()) == (np.float64, [1.0, 2.0])


def test_texts_beside_each_other_are_not_made_an_array():
    """Numpy would make as much room for each of them as for the longest."""
    texts = ["x" * 1000, *[""] * 999]
    tracemalloc.start()
    try:
        assert values_of((texts, 1.0)) == ("list", 1.0)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
