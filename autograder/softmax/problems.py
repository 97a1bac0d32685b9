"""Problems for the loss functions, and the comparison of a student's answers with the reference's."""

from typing import NamedTuple

import numpy as np

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


def random_problem(rng, *, N, D, C, reg=REG):
    """Return a problem of this size with entries of order 1 and labels that use the classes evenly."""
    y = rng.permutation(np.arange(N) % C)
    return Problem(rng.standard_normal((D, C)), rng.standard_normal((N, D)), y, reg)


WORKED_EXAMPLE = Problem(
    W=np.array([[0.1, -0.2, 0.3, 0.0], [0.4, 0.1, -0.3, 0.2], [-0.1, 0.2, 0.5, -0.4]]),
    X=np.array([[1.0, 2.0, -1.0], [0.5, -1.5, 2.0]]),
    y=np.array([3, 0]),
    reg=0.1,
)


def loss_of(answer):
    """Return the loss in a student's answer; a size-1 array is as good as a number."""
    loss = _pair(answer)[0]
    if isinstance(loss, np.ndarray) and loss.size == 1:
        loss = loss.reshape(())
    return compare.scalar(loss, "The loss")


def gradient_of(answer, problem):
    """Return the gradient in a student's answer to a problem."""
    dW = _pair(answer)[1]
    if isinstance(dW, tuple):  # nested lists are as good as an array
        try:
            dW = np.asarray(dW, np.float64)
        except (TypeError, ValueError):
            raise compare.Disagreement("dW should be an array; it is a list of something else.") from None
    if isinstance(dW, np.ndarray) and dW.shape == problem.W.T.shape != problem.W.shape:
        raise compare.Disagreement("dW is transposed: its shape is (C, D), but it must have W's shape (D, C).")
    return compare.array(dW, problem.W.shape, "dW")


def _pair(answer):
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise compare.Disagreement(f"Expected (loss, dW) to be returned; got {compare.describe(answer)}.")
    first, second = answer
    is_number = isinstance(second, int | float) or (isinstance(second, np.ndarray) and second.ndim == 0)
    if isinstance(first, np.ndarray) and first.ndim == 2 and is_number:
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

    def loss(self, answer, problem, where="", **tolerance):
        """Raise Disagreement unless the answer's loss is right."""
        compare.close(loss_of(answer), self.expected(problem)[0], f"The loss{where}", **_tolerance(tolerance))

    def gradient(self, answer, problem, where="", **tolerance):
        """Raise Disagreement unless the answer's gradient is right."""
        compare.close(gradient_of(answer, problem), self.expected(problem)[1], f"dW{where}", **_tolerance(tolerance))

    def what_is_right(self, passed, function, problem, where, **tolerance):
        """Judge, on a special problem, those of loss and gradient that were right on an ordinary one.

        A loss that is too large everywhere has cost its points already; it must not cost them again.
        """
        answer = function(*problem)
        if "loss_without_regularization" in passed:
            self.loss(answer, problem, where, **tolerance)
        if "gradient_without_regularization" in passed:
            self.gradient(answer, problem, where, **tolerance)


def _tolerance(given):
    # Correct code in float64 errs by 1e-15; code that computes in float32 inside errs by 1e-6 and is warned.
    return {"rtol": 1e-5, "atol": 1e-8} | given
