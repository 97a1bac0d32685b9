"""Judging returned values: what agrees, and sentences that quote no hidden value."""

import re
import warnings

import numpy as np
import pytest

from gradkit.grader.compare import KINDS, Disagreement, array, close, describe, finite, plain, scalar
from gradkit.grader.sandbox import wire
from gradkit.grader.sandbox.wire import Opaque


def shown(value):
    """Return a value's text without its address, which differs from process to process."""
    return re.sub(" at 0x[0-9a-f]+", "", repr(value))


def said(function, *arguments, **options):
    """Return the sentence with which a value is refused."""
    with pytest.raises(Disagreement) as caught:
        function(*arguments, **options)
    return str(caught.value)


def received(value):
    """Return what arrives at the grader when a student's function returns a value."""
    frame = wire.frame(wire.Kind.RESULT, 1, [value])
    return wire.values(frame[wire.HEADER.size :], 1)[0]


def matrix(rows):
    """Return an np.matrix, which numpy warns of."""
    with warnings.catch_warnings(action="ignore"):
        return np.asmatrix(rows)


class Own(np.ndarray):
    """A student's own kind of array."""


class Tensor:
    """An object whose type's name is known."""


def generator():
    """Be what a function with yield returns."""
    yield 1


# ---------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None (does the function end with return?)"),
        (Opaque("dict"), "an object of type dict"),
        (Opaque("Weights"), "an object of some other type"),
        (np.zeros((2, 3)), "an array of shape (2, 3)"),
        (np.zeros((2, 1000)), "an array of another shape"),
        (np.zeros((1,) * 4), "an array of another shape"),
        (np.zeros(()), "a number"),
        (1.5, "a number"),
        (3, "a number"),
        (True, "a boolean, True or False"),
        (np.array(False), "a boolean, True or False"),
        (np.array(1j), "a complex number"),
        ((1,), "1 value"),
        ((1, 2), "2 values"),
        ((1,) * 10, "many values"),
        ("12345", "a text"),
    ],
)
def test_a_value_is_described_without_its_content(value, words):
    """Kind and shape are said, never a number."""
    assert describe(value) == words


@pytest.mark.parametrize("name", sorted(KINDS))
def test_types_in_the_table_are_named(name):
    """Python's own and those that students use most; any other name could carry an input out."""
    assert describe(Opaque(name)) == KINDS[name]


# ---------------------------------------------------------------------- numbers: docs/suites.md, "Rules for numbers"


@pytest.mark.parametrize(
    "value",
    [
        2.5,
        np.float64(2.5),
        np.float32(2.5),
        np.float16(2.5),
        np.longdouble(2.5),
        np.array(2.5),
        np.array([2.5]),
        np.array([[2.5]]),
        [2.5],
        (2.5,),
        matrix([[2.5]]),
        np.ma.masked_array(2.5),
    ],
    ids=shown,
)
def test_one_real_number_is_a_number_however_it_comes(value):
    """Python's floats, numpy's scalars, and arrays and lists of one are the same number."""
    assert scalar(received(value), "The loss") == 2.5


@pytest.mark.parametrize("value", [2, np.int64(2), np.array(2, np.uint8), [np.int8(2)]], ids=shown)
def test_a_whole_number_is_a_number(value):
    """An integer loss is a number too."""
    assert scalar(received(value), "The loss") == 2.0


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None (does the function end with return?)"),
        (True, "a boolean, True or False"),
        (np.bool_(True), "a boolean, True or False"),
        (2.5 + 0j, "a complex number"),
        (np.complex64(2.5), "a complex number"),
        (np.zeros(11), "an array of shape (11,)"),
        ([2.5, 2.5], "2 values"),
        ((), "0 values"),
        ("2.5", "a text"),
        (b"2.5", "an object of type bytes"),
        ({"loss": 2.5}, "an object of type dict"),
        (generator(), "a generator (is there a yield in place of return?)"),
        (generator, "a function (are the brackets of a call missing?)"),
        (np.ma.masked, "a masked value"),
        (np.array(2.5, object), "an array of Python objects (dtype object)"),
        (np.array("2.5"), "an object of some other type"),
        (10**400, "an object of type int"),
        (Tensor(), "an object of type Tensor"),
        (type("Loss", (float,), {})(2.5), "an object of some other type"),
    ],
    ids=shown,
)
def test_anything_else_is_no_number(value, words):
    """What came instead is said in words."""
    assert said(scalar, received(value), "The loss") == f"The loss should be a plain number; it is {words}."


@pytest.mark.parametrize("kind", ["Fraction", "Decimal"])
def test_fractions_and_decimals_are_no_plain_numbers(kind):
    """They are exact and slow; training wants floats."""
    assert (
        said(scalar, Opaque(kind), "The loss") == f"The loss should be a plain number; it is an object of type {kind}."
    )


# ---------------------------------------------------------------------- arrays: docs/suites.md, "Rules for arrays"

ONES = np.ones((2, 3))


@pytest.mark.parametrize(
    "value",
    [
        ONES,
        ONES.astype(np.float32),
        ONES.astype(np.longdouble),
        ONES.astype(">f8"),
        np.asfortranarray(ONES),
        np.ones((4, 3))[::2],
        matrix(ONES),
        np.ma.masked_array(ONES),
        np.ma.masked_array(ONES, np.zeros((2, 3), bool)),
        ONES.view(Own),
        ONES.tolist(),
        tuple(map(tuple, ONES)),
        list(ONES),
        [[np.float64(1)] * 3] * 2,
    ],
    ids=[
        *("float64", "float32", "longdouble", "big-endian", "fortran", "strided", "matrix", "masked array"),
        *("masked array with an empty mask", "subclass", "lists", "tuples", "list of arrays", "list of scalars"),
    ],
)
def test_real_numbers_of_the_right_shape_are_an_array(value):
    """Whatever carries them, they are compared in float64."""
    found = array(received(value), (2, 3), "dW")
    assert (type(found), found.dtype, found.tolist()) == (np.ndarray, np.float64, ONES.tolist())


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "dW should be an array of shape (2, 3); it is None (does the function end with return?)."),
        (2.5, "dW should be an array of shape (2, 3); it is a number."),
        (np.float64(2.5), "dW should be an array of shape (2, 3); it is a number."),
        (np.array(2.5), "dW should be an array of shape (2, 3); it is a number."),
        (np.ones(6), "dW should be an array of shape (2, 3); it is an array of shape (6,)."),
        (np.ones((2, 3, 1)), "dW should be an array of shape (2, 3); it is an array of shape (2, 3, 1)."),
        (np.ones((3, 2)), "dW is transposed: its shape is (3, 2), but it should be (2, 3)."),
        (np.ones((3, 2)).tolist(), "dW is transposed: its shape is (3, 2), but it should be (2, 3)."),
        ([[1.0, 2.0], [3.0]], "dW should be an array of shape (2, 3); it is 2 values."),
        ([[1.0, 2.0, None]] * 2, "dW should be an array of shape (2, 3); it is 2 values."),
        ({"W": ONES}, "dW should be an array of shape (2, 3); it is an object of type dict."),
        ("dW", "dW should be an array of shape (2, 3); it is a text."),
        (
            generator(),
            "dW should be an array of shape (2, 3); it is a generator (is there a yield in place of return?).",
        ),
        (
            ONES.astype(object),
            "dW should be an array of shape (2, 3); it is an array of Python objects (dtype object).",
        ),
        (
            np.ma.masked_array(ONES, ONES > 0),
            "dW should be an array of shape (2, 3); it is a masked array with masked entries.",
        ),
        (
            type("csr_matrix", (), {})(),
            "dW should be an array of shape (2, 3); it is a sparse matrix (toarray() makes it an array).",
        ),
        (ONES.astype(complex), "dW should hold real numbers; its dtype is complex128."),
        (ONES > 0, "dW should hold real numbers; its dtype is bool."),
        (
            ONES.astype(int),
            "dW holds whole numbers (dtype int64), so their fractions are lost; start from an array of floats, e.g."
            " np.zeros((2, 3)).",
        ),
        (
            ONES.astype(np.uint8).tolist(),
            "dW holds whole numbers (dtype int64), so their fractions are lost; start from an array of floats, e.g."
            " np.zeros((2, 3)).",
        ),
        (ONES.astype(np.float16), "dW has dtype float16, three digits; compute in float32 or float64."),
    ],
    ids=shown,
)
def test_anything_else_is_refused_with_a_sentence_of_its_own(value, sentence):
    """Kind first, then shape, then dtype."""
    assert said(array, received(value), (2, 3), "dW") == sentence


def test_a_square_array_is_not_called_transposed():
    """Where the shape does not tell, only the numbers can."""
    assert array(np.ones((2, 2)), (2, 2), "dW").shape == (2, 2)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (matrix(ONES), "dW is an np.matrix; return an array, e.g. np.asarray(dW)."),
        (np.ma.masked_array(ONES), "dW is a masked array; return an array, e.g. np.asarray(dW)."),
        (ONES.view(Own), "dW is an instance of a subclass of np.ndarray; return an array, e.g. np.asarray(dW)."),
        (ONES.tolist(), "dW is a list; return an array, e.g. np.array(dW)."),
    ],
    ids=["matrix", "masked array", "subclass", "list"],
)
def test_what_is_as_good_as_an_array_can_be_remarked_on(value, sentence):
    """Its values are judged; that it is no array is a remark of its own."""
    assert said(plain, received(value), "dW") == sentence


@pytest.mark.parametrize("value", [ONES, ONES.astype(np.float32), 2.5, None])
def test_an_array_is_plain(value):
    """There is nothing to remark; what is no array at all has been refused already."""
    assert plain(received(value), "dW") is None


# ---------------------------------------------------------------------- finite numbers


def at(*places, value=np.nan):
    """Return a 4 x 3 array with a value in some places (index expressions), ones elsewhere."""
    found = np.ones((4, 3))
    for place in places:
        found[place] = value
    return found


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (np.nan, "nan (not a number)"),
        (np.inf, "infinite"),
        (-np.inf, "minus infinity"),
        (at(...), "nan (not a number)"),
        (at((0, 0)), "nan (not a number) in 1 of 12 entries"),
        (at((0, 0), (1, 2)), "nan (not a number) in 2 of 12 entries"),
        (at(np.s_[:, 1]), "nan (not a number) in 1 of its 3 columns"),
        (at(np.s_[:, 1:]), "nan (not a number) in 2 of its 3 columns"),
        (at(np.s_[2]), "nan (not a number) in 1 of its 4 rows"),
        (at(np.s_[2], np.s_[:, 1]), "nan (not a number) in 6 of 12 entries"),
        (at(np.s_[:, 0], value=np.inf), "infinite in 1 of its 3 columns"),
        (at((0, 0), value=-np.inf), "minus infinity in 1 of 12 entries"),
        (at((0, 0), value=np.inf) - at((1, 0), value=np.inf), "plus or minus infinity in 2 of 12 entries"),
        (np.array([np.inf, np.nan, 1, 1]), "nan (not a number) in 1 of 4 entries"),
        (np.array([[np.nan], [1.0]]), "nan (not a number) in 1 of 2 entries"),
    ],
)
def test_numbers_that_are_not_finite_are_said_with_their_places(actual, words):
    """In how many entries; as whole rows or columns where that is what they are."""
    assert said(finite, actual, "dW") == f"dW is {words}; it should be finite."


@pytest.mark.parametrize("actual", [1.0, 1e308, ONES, np.zeros((0, 3))])
def test_finite_numbers_pass(actual):
    """However large."""
    assert finite(actual, "dW") is None


# ---------------------------------------------------------------------- agreement

EXPECTED = np.array([[1.0, -2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    "actual",
    [EXPECTED, EXPECTED * (1 + 4e-16), EXPECTED + 1e-10, EXPECTED.astype(np.float32), EXPECTED.astype(int)],
    ids=["equal", "rounded", "close", "float32", "integers"],
)
def test_numbers_that_agree_pass(actual):
    """Rounding is no mistake."""
    assert close(actual, EXPECTED, "dW") is None


@pytest.mark.parametrize(("dtype", "eps"), [(np.float32, 2**-23), (np.float64, 2**-52)])
@pytest.mark.parametrize("bound", [1.0, 7.0, np.array([1.0, 300.0])], ids=["1", "7", "one for each"])
def test_the_tolerance_is_twice_the_bound_in_epsilons(dtype, eps, bound):
    """Just below passes, just above does not, for each number by its own bound."""
    expected, step = np.zeros(2), 2 * eps * np.broadcast_to(bound, 2)
    assert close(expected + 0.99 * step, expected, "dW", bound, dtype=dtype) is None
    assert said(close, expected - [0, 1.01 * step[1]], expected, "dW", bound, dtype=dtype) == (
        "dW is wrong in 1 of 2 entries."
    )


@pytest.mark.parametrize(("largest", "error"), [(1.0, 1e-4), (1e-6, 1e-4), (1e4, 1.0)])
def test_without_a_bound_it_is_a_thousand_roundings_of_the_largest_number(largest, error):
    """Of 1 if all are smaller: a sum of numbers of order 1 may be tiny, its error is not."""
    expected = np.array([largest, 0.0])
    assert close(expected + [0, error], expected, "dW") is None
    assert said(close, expected + [0, 10 * error], expected, "dW").startswith("dW is wrong")


@pytest.mark.parametrize(
    ("actual", "sentence"),
    [
        (EXPECTED + [[1, 0], [0, 0]], "dW is wrong in 1 of 4 entries."),
        (EXPECTED + [[1, 0], [1, 0]], "dW is wrong in 1 of its 2 columns."),
        (EXPECTED + [[0, 0], [1, 1]], "dW is wrong in 1 of its 2 rows."),
        (EXPECTED**2 + 1, "dW is wrong."),
        (-EXPECTED, "dW is wrong: it has the opposite sign."),
        (2 * EXPECTED, "dW is wrong: it is 2 times too large."),
        (2 * EXPECTED.astype(np.float32) * np.float32(1 + 2e-7), "dW is wrong: it is 2 times too large."),
        (9 * EXPECTED, "dW is wrong: it is 9 times too large."),
        (EXPECTED / 5, "dW is wrong: it is 5 times too small."),
        (1.7 * EXPECTED, "dW is wrong: it is off by one constant factor."),
        (-2 * EXPECTED, "dW is wrong: it is off by one constant factor."),
        (0 * EXPECTED, "dW is wrong: it is zero."),
        (EXPECTED * [[np.nan, 1], [1, 1]], "dW is nan (not a number) in 1 of 4 entries; it should be finite."),
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
    assert said(close, actual, np.array([-1e308, 1e308, 1.0]), "dW", 1.0).startswith("dW is wrong")


def test_nothing_agrees_with_nothing():
    """Empty arrays agree."""
    assert close(np.zeros((0, 3)), np.zeros((0, 3)), "dW") is None


def test_anything_but_zero_is_wrong_where_zero_is_expected():
    """A right answer of zero has no factor to compare with."""
    assert said(close, np.ones(3), np.zeros(3), "dW") == "dW is wrong."


def test_no_sentence_quotes_a_value():
    """A hidden expected value must not come back through an error message."""
    expected = np.array([0.123456789, 7.654321])
    sentences = [said(close, wrong, expected, "dW") for wrong in (expected + 1, 3.3 * expected, expected * np.nan)]
    assert not [text for text in sentences if "123456" in text or "654321" in text]
