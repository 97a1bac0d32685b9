"""Calling a student's loss function: what comes back is checked before anything is built on it."""

import numpy as np
import pytest

from gradkit.errors import LossContractError, NotReadyError
from gradkit.loss_call import call_loss, time_loss

W, X, y = np.zeros((3, 2)), np.ones((4, 3)), np.array([0, 1, 0, 1])


def returning(value):
    """Return a loss function that returns `value`."""

    def student_loss(W, X, y, reg):
        return value

    return student_loss


@pytest.mark.parametrize("loss", [1.5, np.float32(1.5), np.array(1.5), np.array([1.5]), np.array([[1.5]])])
def test_every_kind_of_single_number_is_a_loss(loss):
    """Python floats, numpy scalars and arrays of one number all count, and come back as a float."""
    got, dW = call_loss(returning((loss, np.ones((3, 2)))), W, X, y, 0.0)
    assert (got, type(got)) == (1.5, float)
    np.testing.assert_array_equal(dW, np.ones((3, 2)))


def test_infinite_results_are_passed_on():
    """Whether a number is right is not judged here."""
    loss, _ = call_loss(returning((np.inf, np.zeros((3, 2)))), W, X, y, 0.0)
    assert loss == np.inf


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, r"return loss, dW.*got None"),
        (1.5, r"return loss, dW.*got a float"),
        ((1.0, 2.0, 3.0), r"got a tuple of length 3"),
        ((np.ones(4), np.zeros((3, 2))), r"array of shape \(4,\) as its loss.*mean"),
        ((None, np.zeros((3, 2))), r"returned None as its loss"),
        (("1", np.zeros((3, 2))), r"returned a str as its loss"),
        ((1.0, np.zeros((2, 3))), r"array of shape \(2, 3\) as dW.*W's shape \(3, 2\)"),
        ((1.0, None), r"returned None as dW"),
        ((1.0, [0.0]), r"a list of length 1 as dW"),
    ],
)
def test_anything_else_is_described(value, message):
    """The message names the function, says what came, and what was expected."""
    with pytest.raises(LossContractError, match=message) as caught:
        call_loss(returning(value), W, X, y, 0.0)
    assert str(caught.value).startswith("student_loss ")


def test_a_stub_is_not_an_error_of_the_student():
    """NotImplementedError becomes a request to write the function, without a chained traceback."""

    def softmax_loss_naive(W, X, y, reg):
        raise NotImplementedError("Need to implement this function")

    with pytest.raises(NotReadyError, match="softmax_loss_naive is not written yet") as caught:
        call_loss(softmax_loss_naive, W, X, y, 0.0)
    assert caught.value.__suppress_context__


def test_the_students_own_exceptions_come_through():
    """A student has to see the line in which the own code failed."""

    def broken(W, X, y, reg):
        return X @ X

    with pytest.raises(ValueError, match="matmul"):
        call_loss(broken, W, X, y, 0.0)


def test_timing_calls_as_often_as_asked_and_returns_seconds():
    """The time is that of the fastest call."""
    calls = []

    def counting(W, X, y, reg):
        calls.append(reg)
        return 0.0, W

    assert 0 <= time_loss(counting, W, X, y, 0.5, repeats=4) < 1
    assert calls == [0.5] * 4
