"""How far right code may be off: the bound of the rounding error in the softmax loss and its gradient."""

from typing import NamedTuple

import numpy as np

from gradkit.grader import rounding


class ErrorBound(NamedTuple):
    """Bounds in units of the machine epsilon: of the loss, a number, and of dW, an array (D, C)."""

    loss: float
    gradient: np.ndarray


def error_bound(problem):
    """Return the bound of the rounding error that right code makes on a problem, to first order.

    Let eps be the epsilon of the dtype in which the code computes, and all errors below be in units of it.

    1. A score z_ij is a sum of D products: its error is at most (D + 2) a_i, where a_i is the largest entry of
       row i of |X| |W|. Shifting scores by their maximum and adding it again rounds numbers of that size a
       few times more: d_i = (D + 6) a_i. This is what makes large scores hard.
    2. log p_ij = z_ij - logsumexp(z_i) is a score less a weighted mean of scores, so an error of d_i in each
       score costs it at most 2 d_i. The C exponentials and their sum, each off relatively, cost C + 8. So
       r_i = 2 d_i + C + 8 bounds the error of log p_ij, and the relative error of p_ij.
    3. The loss is a sum of N terms -log p_iy / N and, if there is a penalty, of D C terms reg/2 W_dc^2, in any order.
       Code may add up logsumexp(z_i) and z_iy apart, so the terms that are rounded are as large as l_i + 2 a_i,
       where l_i is the loss of example i.
    4. The gradient is X^T (P - Y) / N + reg W. Code may add up P and Y apart, so an entry is a sum of 2 N products, in
       which p_ij is off by r_i p_ij, and of the penalty's term, which may come first.
    """
    W, X = np.asarray(problem.W, np.float64), np.asarray(problem.X, np.float64)
    rows, (D, C) = np.arange(len(X)), W.shape
    scores = X @ W
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    p = np.exp(log_p)

    a = (np.abs(X) @ np.abs(W)).max(axis=1)  # (N,)
    r = 2 * (D + 6) * a + C + 8  # (N,)
    terms = (2 * a - log_p[rows, problem.y]) / len(X)
    penalties = 0.5 * problem.reg * W.ravel() ** 2 if problem.reg else np.zeros(0)
    loss = rounding.of_sum(np.concatenate([terms, penalties])) + r.mean()

    y = np.zeros_like(p)
    y[rows, problem.y] = 1
    errors = np.vstack([r[:, None] * p, np.zeros_like(y)])
    gradient = rounding.of_product(np.hstack([X.T, X.T]), np.vstack([p, y]), error_B=errors) / len(X)
    gradient += (2 * len(X) + 4) * problem.reg * np.abs(W)
    return ErrorBound(loss, gradient)
