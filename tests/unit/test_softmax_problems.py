"""What the softmax suite compares with: well-conditioned problems, honest bounds, answers taken apart by rule."""

import importlib
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from gradkit.grader import rounding
from gradkit.grader.compare import Disagreement
from gradkit.grader.sandbox import wire


def shown(value):
    """Return a value's text without its address, which differs from process to process."""
    return re.sub(" at 0x[0-9a-f]+", "", repr(value))


SUITE = Path(__file__).parents[2] / "autograder" / "softmax"
SIZES = [(11, 6, 5), (600, 3, 4), (1, 4, 3), (5, 4, 2), (6, 3, 300)]


@pytest.fixture(scope="module")
def suite():
    """The suite's module `problems`, found as pytest finds it when it grades."""
    sys.path.insert(0, str(SUITE))
    yield importlib.import_module("problems")
    sys.path.remove(str(SUITE))
    for name in ("problems", "error_bound"):
        sys.modules.pop(name, None)


def right(W, X, y, reg, inside_log=0.0):
    """Return the softmax loss and its gradient, with an epsilon inside the log if one is given."""
    rows = np.arange(len(X))
    P = np.exp(X @ W - (X @ W).max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    loss = -np.log(P[rows, y] + inside_log).mean() + 0.5 * reg * np.sum(W * W)
    P[rows, y] -= 1
    return loss, X.T @ P / len(X) + reg * W


def problems(suite, size, count=20):
    """Return problems of a size from several seeds; W is smaller where there are many examples."""
    N, D, C = size
    scale = 0.5 if N > 100 else 1.0
    for seed in range(count):
        yield suite.random_problem(np.random.default_rng(seed), N=N, D=D, C=C, scale=scale)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_seed_makes_a_problem_kinder_or_harsher(suite, size):
    """The true classes are neither hopeless nor certain, and every class that has room occurs."""
    for problem in problems(suite, size):
        (N, D), C = problem.X.shape, problem.W.shape[1]
        assert size == (N, D, C)
        assert len(set(problem.y.tolist())) == min(N, C)
        data_loss = right(*problem.data_only())[0]
        assert 0.3 < data_loss < -np.log(0.015 / C)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_rounding_is_within_the_bound(suite, size, dtype):
    """Code that computes in float32 stays within float32's tolerance, and in float64 within float64's."""
    for problem in problems(suite, size):
        inside = problem._replace(W=problem.W.astype(dtype), X=problem.X.astype(dtype))
        exact = [np.asarray(part, np.longdouble) for part in (inside.W, inside.X)]
        bounds = suite.error_bound(inside)
        for mine, truth, bound in zip(right(*inside), right(*exact, *inside[2:]), bounds, strict=True):
            assert np.all(np.abs(mine - truth) <= rounding.tolerance(bound, dtype))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_tolerance_is_far_below_the_smallest_mistake(suite, size):
    """The nearest wrong function is off by 2 % of the loss or of the largest entry of the gradient."""
    for problem in problems(suite, size):
        for expected, bound in zip(right(*problem), suite.error_bound(problem), strict=True):
            assert np.max(rounding.tolerance(bound, np.float32)) < 0.004 * np.max(np.abs(expected))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_an_epsilon_inside_the_log_shows_where_it_is_asked_for_alone(suite, size):
    """log(p + 1e-8) is no reason to lose points on an ordinary problem, and float64's digits show it."""
    for problem in problems(suite, size):
        bound = suite.error_bound(problem).loss
        error = abs(right(*problem, inside_log=1e-8)[0] - right(*problem)[0])
        assert error < rounding.tolerance(bound, np.float32)
        assert error > rounding.tolerance(bound, np.float64)


def received(value):
    """Return what arrives at the grader when a student's function returns a value."""
    return wire.values(wire.frame(wire.Kind.RESULT, 1, [value])[wire.HEADER.size :], 1)[0]


def said(function, *arguments):
    """Return the sentence with which an answer is refused."""
    with pytest.raises(Disagreement) as caught:
        function(*arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        (2.5, np.ones((3, 4))),
        [2.5, np.ones((3, 4))],
        [[2.5], np.ones((3, 4)).tolist()],
        (np.array([[2.5]]), np.asfortranarray(np.ones((3, 4)))),
    ],
    ids=["tuple", "list", "lists", "arrays"],
)
def test_a_pair_is_taken_apart(suite, answer):
    """Loss and gradient, each by the rules for numbers and arrays."""
    assert suite.loss_of(received(answer)) == 2.5
    assert suite.gradient_of(received(answer), suite.WORKED_EXAMPLE).tolist() == np.ones((3, 4)).tolist()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "Expected (loss, dW) to be returned; got None (does the function end with return?)."),
        (2.5, "Expected (loss, dW) to be returned; got a number."),
        ((2.5,), "Expected (loss, dW) to be returned; got 1 value."),
        ((2.5, np.ones((3, 4)), 1), "Expected (loss, dW) to be returned; got 3 values."),
        (np.ones((3, 4)), "Expected (loss, dW) to be returned; got an array of shape (3, 4)."),
        ({"loss": 2.5}, "Expected (loss, dW) to be returned; got an object of type dict."),
        ("2.5", "Expected (loss, dW) to be returned; got a text."),
        ((part for part in (1, 2)), "Expected (loss, dW) to be returned; got a generator (is there a yield in place of"
         " return?)."),
        (np.array([2.5, None], object), "Expected (loss, dW) to be returned; got an array of Python objects (dtype"
         " object)."),
        (type("W_is_0_7315", (), {})(), "Expected (loss, dW) to be returned; got an object of some other type."),
        ((np.ones((3, 4)), 2.5), "The gradient is returned first; the order is loss, dW."),
        ((np.ones((3, 4)), np.float32(2.5)), "The gradient is returned first; the order is loss, dW."),
        ((np.ones((3, 4)).tolist(), 2.5), "The gradient is returned first; the order is loss, dW."),
        ((np.ones((3, 4)), np.array([2.5])), "The gradient is returned first; the order is loss, dW."),
    ],
    ids=shown,
)  # fmt: skip
def test_anything_else_is_refused(suite, answer, sentence):
    """What came instead is said, for the loss as for the gradient."""
    assert said(suite.loss_of, received(answer)) == sentence
    assert said(suite.gradient_of, received(answer), suite.WORKED_EXAMPLE) == sentence
