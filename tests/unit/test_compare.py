"""Judging returned values: what agrees, and sentences that quote no hidden value."""

import numpy as np
import pytest

from gradkit.grader.compare import Disagreement, array, close, describe, scalar
from gradkit.grader.sandbox.wire import Opaque


def said(function, *arguments, **options):
    """Return the sentence with which a value is refused."""
    with pytest.raises(Disagreement) as caught:
        function(*arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None (does the function end with return?)"),
        (Opaque("dict"), "an object of type dict"),
        (np.zeros((2, 3)), "an array of shape (2, 3)"),
        (np.zeros(()), "a number"),
        (1.5, "a number"),
        (3, "a number"),
        (True, "a number"),
        ((1, 2), "2 values"),
        ("12345", "a str"),
    ],
)
def test_a_value_is_described_without_its_content(value, words):
    """Kind and shape are said, never a number."""
    assert describe(value) == words


@pytest.mark.parametrize("value", [2.5, np.array(2.5), np.array(2.5, np.float32), np.float64(2.5)])
def test_any_kind_of_scalar_is_a_number(value):
    """Python's floats and numpy's scalars are the same number."""
    assert scalar(value, "loss") == 2.5


@pytest.mark.parametrize("value", [2, np.array(2, np.uint8)])
def test_a_whole_number_is_a_number(value):
    """An integer loss is a number too."""
    assert scalar(value, "loss") == 2.0


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None (does the function end with return?)"),
        (True, "a number"),
        (np.array(True), "a number"),
        (np.array(1j), "a number"),
        (np.array([2.5]), "an array of shape (1,)"),
        ((2.5,), "1 values"),
        ("2.5", "a str"),
        (Opaque("complex"), "an object of type complex"),
    ],
)
def test_anything_else_is_no_number(value, words):
    """What came instead is said in words."""
    assert said(scalar, value, "loss") == f"loss should be a plain number; it is {words}."


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i8", "u1"])
def test_an_array_of_real_numbers_comes_back_in_float64(dtype):
    """Whatever the dtype, comparison happens in float64."""
    found = array(np.ones((2, 3), dtype), (2, 3), "dW")
    assert (found.dtype, found.tolist()) == (np.float64, [[1, 1, 1], [1, 1, 1]])


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (np.zeros((3, 2)), "dW should be an array of shape (2, 3); it is an array of shape (3, 2)."),
        (((0.0,) * 3,) * 2, "dW should be an array of shape (2, 3); it is 2 values."),
        (None, "dW should be an array of shape (2, 3); it is None (does the function end with return?)."),
        (Opaque("matrix"), "dW should be an array of shape (2, 3); it is an object of type matrix."),
        (np.zeros((2, 3), complex), "dW should hold real numbers; its dtype is complex128."),
        (np.zeros((2, 3), bool), "dW should hold real numbers; its dtype is bool."),
    ],
)
def test_another_shape_or_kind_is_refused(value, sentence):
    """Shape first, then dtype."""
    assert said(array, value, (2, 3), "dW") == sentence


EXPECTED = np.array([[1.0, -2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    "actual",
    [EXPECTED, EXPECTED * (1 + 4e-16), EXPECTED + 1e-10, EXPECTED.astype(np.float32), EXPECTED.astype(int)],
    ids=["equal", "rounded", "within atol", "float32", "integers"],
)
def test_numbers_that_agree_pass(actual):
    """Rounding is no mistake."""
    assert close(actual, EXPECTED, "dW") is None


def test_small_entries_are_measured_against_the_largest():
    """A gradient's tiny entries are sums of large ones: an absolute error of rounding size is none."""
    expected = np.array([1e6, 1e-6])
    assert close(expected + [0, 1e-3], expected, "dW") is None
    assert said(close, expected + [0, 1.0], expected, "dW").startswith("dW is wrong in 1 of 2 entries")


@pytest.mark.parametrize(
    ("actual", "sentence"),
    [
        (EXPECTED + [[1, 0], [0, 0]], "dW is wrong in 1 of 4 entries."),
        (EXPECTED**2 + 1, "dW is wrong."),
        (-EXPECTED, "dW is wrong: it has the opposite sign."),
        (2 * EXPECTED, "dW is wrong: it is 2 times too large."),
        (9 * EXPECTED, "dW is wrong: it is 9 times too large."),
        (EXPECTED / 5, "dW is wrong: it is 5 times too small."),
        (1.7 * EXPECTED, "dW is wrong: it is off by one constant factor."),
        (-2 * EXPECTED, "dW is wrong: it is off by one constant factor."),
        (0 * EXPECTED, "dW is wrong: it is zero."),
        (EXPECTED * [[np.nan, 1], [1, 1]], "dW is nan (not a number) in 1 of 4 entries; it should be finite."),
        (EXPECTED * np.inf, "dW is infinite; it should be finite."),
        (EXPECTED * [[np.nan, np.inf], [1, 1]], "dW is nan (not a number) in 2 of 4 entries; it should be finite."),
    ],
)
def test_a_wrong_array_is_described_by_how_it_differs(actual, sentence):
    """How many entries, and the relation where it is a well-known one."""
    assert said(close, actual, EXPECTED, "dW") == sentence


@pytest.mark.parametrize(
    ("actual", "sentence"),
    [
        (4.0, "the loss is wrong: it is 2 times too large."),
        (-2.0, "the loss is wrong: it has the opposite sign."),
        (0.0, "the loss is wrong: it is zero."),
        (np.nan, "the loss is nan (not a number); it should be finite."),
        (2.3456, "the loss is wrong."),
    ],
)
def test_a_wrong_number_is_described_without_saying_the_obvious(actual, sentence):
    """Any number is some constant times any other, so that is not said of a single one."""
    assert said(close, actual, 2.0, "the loss") == sentence


@pytest.mark.parametrize("actual", [np.full(3, 1e300), np.array([1e308, -1e308, 1e308])])
def test_enormous_numbers_are_wrong_without_a_warning(actual):
    """Overflow in the comparison is no fault of the grader's."""
    assert said(close, actual, np.array([-1e308, 1e308, 1.0]), "dW").startswith("dW is wrong")


def test_nothing_agrees_with_nothing():
    """Empty arrays agree."""
    assert close(np.zeros((0, 3)), np.zeros((0, 3)), "dW") is None


def test_anything_but_zero_is_wrong_where_zero_is_expected():
    """A right answer of zero has no factor to compare with."""
    assert said(close, np.ones(3), np.zeros(3), "dW") == "dW is wrong."


def test_tolerances_can_be_chosen():
    """float32 results are compared more loosely."""
    assert close(EXPECTED * (1 + 5e-5), EXPECTED, "dW", rtol=1e-4, atol=1e-5) is None


def test_no_sentence_quotes_a_value():
    """A hidden expected value must not come back through an error message."""
    expected = np.array([0.123456789, 7.654321])
    sentences = [said(close, wrong, expected, "dW") for wrong in (expected + 1, 3.3 * expected, expected * np.nan)]
    assert not [text for text in sentences if "123456" in text or "654321" in text]
