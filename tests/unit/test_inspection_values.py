"""Values in words: short, with shapes and dtypes, harmless whatever a student returns; and how far two are apart."""

import numpy as np
import pytest

from gradkit.grader.inspection.values import DEPTH, ITEMS, described, differences
from gradkit.grader.sandbox.wire import MAX_DIMENSIONS, Opaque

EVIL = "\x1b[2J\u202e"


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (None, ["None"]),
        (True, ["bool True"]),
        (3, ["int 3"]),
        (0.37, ["float 0.37"]),
        (float("nan"), ["float nan"]),
        (np.float64(0.5), ["float64 0.5"]),
        (np.float32(0.5), ["float32 0.5"]),
        (np.array(0.5), ["float64 () 0.5"]),
        (np.zeros((0, 3)), ["float64 (0, 3)"]),
        (np.array([3, 0]), ["int64 (2,)", "  [3 0]"]),
        (np.array([[1.5, 2], [3, 4]]), ["float64 (2, 2)", "  [[1.5 2. ]", "   [3.  4. ]]"]),
        ((1, [2.5]), ["tuple of 2", "  [0] int 1", "  [1] list of 1", "    [0] float 2.5"]),
        ("abc", ["text 'abc'"]),
        (Opaque("DataFrame"), ["an object of type DataFrame"]),
        ({"a": 1}, ["an object of type dict"]),
    ],
)
def test_value_in_lines(value, lines):
    """What it is comes first, then what is in it."""
    assert described(value) == lines


def test_large_array_is_abbreviated():
    """The corners of a large one are shown, and its shape."""
    first, *rest = described(np.arange(600.0).reshape(200, 3))
    assert first == "float64 (200, 3)"
    assert rest[-1].endswith("[597. 598. 599.]]")
    assert len(rest) == 7


def test_array_of_many_axes_stays_short():
    """One with as many axes as the wire carries has thousands of corners."""
    shape = (3,) * MAX_DIMENSIONS
    assert len(described(np.zeros(shape))) < 1000


def test_long_sequence_is_cut():
    """What is left out is counted."""
    lines = described(list(range(ITEMS + 5)))
    assert (lines[0], lines[-1]) == (f"list of {ITEMS + 5}", "  ... 5 more")


def test_nested_sequence_is_cut():
    """However deep a student nests them."""
    value = ()
    for _ in range(50):
        value = (value,)
    assert len(described(value)) == DEPTH + 1


@pytest.mark.parametrize("value", [EVIL, Opaque(EVIL), [EVIL], "x" * 10_000, Opaque("x" * 10_000)])
def test_text_of_a_student_is_harmless_and_short(value):
    """Nothing in it steers a terminal, and it is cut."""
    lines = described(value)
    assert all(line.isprintable() for line in lines)
    assert sum(map(len, lines)) < 500


@pytest.mark.parametrize(
    ("value", "expected", "lines"),
    [
        (1.0, 1.0, ["the same"]),
        (1, 1.0, ["the same, dtype int64 where the reference has float64"]),
        (2.0, 1.0, ["largest difference 1, 1 of the reference's largest"]),
        (1.0, 0.0, ["largest difference 1"]),
        (float("nan"), float("nan"), ["the same"]),
        (float("inf"), 1.0, ["1 of 1 not comparable (inf or nan)"]),
        (np.float32(1), 1.0, ["the same, dtype float32 where the reference has float64"]),
        (np.array([1.0, 4.0]), np.array([1.0, 2.0]), ["largest difference 2 at (1,), 1 of the reference's largest"]),
        (
            np.array([[np.nan, 4.0]]),
            np.array([[1.0, 2.0]]),
            ["largest difference 2 at (0, 1), 1 of the reference's largest; 1 of 2 not comparable (inf or nan)"],
        ),
        (np.array([1 + 1j]), np.array([1 + 0j]), ["largest difference 1 at (0,), 1 of the reference's largest"]),
        (np.zeros((2, 3)), np.zeros((3, 2)), ["shape (2, 3); the reference has (3, 2)"]),
        (np.uint8(0), np.uint8(1), ["largest difference 1, 1 of the reference's largest"]),
        (np.zeros(0), np.zeros(0), ["the same"]),
        (None, 1.0, ["None; the reference has float 1.0"]),
        (None, None, ["the same"]),
        ("a", "a", ["the same"]),
        ((1.0, 2.0), (1.0, 3.0), ["[0] the same", "[1] largest difference 1, 0.333 of the reference's largest"]),
        ((1.0,), (1.0, 2.0), ["tuple of 1; the reference has tuple of 2"]),
    ],
)
def test_difference_in_words(value, expected, lines):
    """The largest one and its place, and whatever cannot be compared."""
    assert differences(value, expected) == lines
