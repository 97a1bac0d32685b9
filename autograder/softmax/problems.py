"""Problems for the loss functions, and the comparison of a student's answers with the reference's."""

from typing import NamedTuple

import numpy as np

from error_bound import error_bound
from gradkit.grader import compare

REG = 0.37  # of order 1 but not 1: a forgotten, squared or doubled factor shows


class Problem(NamedTuple):
    """Arguments of a loss function: W (D, C), X (N, D), y (N,), reg."""

    W: np.ndarray
    X: np.ndarray
    y: np.ndarray
    reg: float

    def data_only(self):
        """Return the same problem without regularization."""
        return self._replace(reg=0.0)


def random_problem(rng, *, N, D, C, reg=REG, scale=1.0, y=None):
    """Return a problem of this size that is well-conditioned: no seed makes it kinder or harsher than another.

    X has entries of order 1, W of order ``scale``; labels use the classes evenly, if none are given. No true class is
    so improbable that an epsilon inside the log shows, and none is so sure that a loss of zero would do.
    """
    while True:
        labels = rng.permutation(np.arange(N) % C) if y is None else y
        problem = Problem(scale * rng.standard_normal((D, C)), rng.standard_normal((N, D)), labels, reg)
        if _is_well_conditioned(problem):
            return problem


def relabelled(rng, problem):
    """Return a problem with the same rows in reverse order and labels dealt anew: alike in all sums, right in none."""
    for _ in range(10_000):
        other = problem._replace(X=problem.X[::-1].copy(), y=rng.permutation(problem.y))
        if _is_well_conditioned(other) and np.any(other.y != problem.y[::-1]):
            return other
    raise ValueError("no other labels suit these rows")


def _is_well_conditioned(problem):
    exps = np.exp(problem.X @ problem.W)
    p = exps[np.arange(len(problem.X)), problem.y] / exps.sum(axis=1)
    return p.min() > 0.015 / problem.W.shape[1] and -np.log(p).mean() > 0.3


WORKED_EXAMPLE = Problem(
    W=np.array([[0.1, -0.2, 0.3, 0.0], [0.4, 0.1, -0.3, 0.2], [-0.1, 0.2, 0.5, -0.4]]),
    X=np.array([[1.0, 2.0, -1.0], [0.5, -1.5, 2.0]]),
    y=np.array([3, 0]),
    reg=0.1,
)


def loss_of(answer):
    """Return the loss in a student's answer."""
    return compare.scalar(pair_of(answer)[0], "The loss")


def gradient_of(answer, problem):
    """Return the gradient in a student's answer to a problem."""
    return compare.array(pair_of(answer)[1], problem.W.shape, "dW")


def pair_of(answer):
    """Return a student's (loss, dW); raise Disagreement for anything that is no such pair."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise compare.Disagreement(f"Expected (loss, dW) to be returned; got {compare.describe(answer)}.")
    first, second = map(compare.as_array, answer)
    if first is not None and second is not None and first.ndim == 2 and first.size > second.size == 1:
        raise compare.Disagreement("The gradient is returned first; the order is loss, dW.")
    return answer


class Judge:
    """Compares the student's loss and gradient with the reference's, each on its own."""

    def __init__(self, reference):
        self._reference = reference

    def expected(self, problem):
        """Return the right loss and gradient, computed in float64."""
        W, X = problem.W.astype(np.float64), problem.X.astype(np.float64)
        return self._reference(W, X, problem.y, problem.reg)

    def loss(self, answer, problem, where="", *, dtype=np.float32):
        """Raise Disagreement unless the answer's loss is right, up to the rounding of code that uses a dtype."""
        bound = error_bound(problem).loss
        compare.close(loss_of(answer), self.expected(problem)[0], f"The loss{where}", bound, dtype=dtype)

    def gradient(self, answer, problem, where="", *, dtype=np.float32):
        """Raise Disagreement unless the answer's gradient is right, up to the rounding of code that uses a dtype."""
        bound = error_bound(problem).gradient
        compare.close(gradient_of(answer, problem), self.expected(problem)[1], f"dW{where}", bound, dtype=dtype)

    def what_is_right(self, passed, function, problem, where, *, dtype=np.float32):
        """Judge a function, on a special problem, in what was right on an ordinary one.

        A loss that is too large everywhere has cost its points already; it must not cost them again.
        """
        self.what_was_right(passed, function(*problem), problem, where, dtype=dtype)

    def what_was_right(self, passed, answer, problem, where, *, dtype=np.float32):
        """Judge an answer to a special problem in those of loss and gradient that were right on an ordinary one."""
        if "loss_without_regularization" in passed:
            self.loss(answer, problem, where, dtype=dtype)
        if "gradient_without_regularization" in passed:
            self.gradient(answer, problem, where, dtype=dtype)
