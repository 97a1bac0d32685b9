"""Bounds of the error that rounding makes in right code: as strict as a problem allows, and no stricter.

A bound is a number, or an array of them, in units of the machine epsilon in which the code computes. It
holds whatever the order in which the code adds up: a sum of n terms is off by no more than n times the
epsilon times the sum of their absolute values (N. Higham, "Accuracy and Stability of Numerical
Algorithms", 2002, chapters 3 and 4; his unit roundoff is half an epsilon). A suite composes the bound of
its own formula from the pieces here; ``compare.close`` multiplies it by ``SLACK`` and the epsilon.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

SLACK = 2.0
"""What is left for styles of code that round a few times more than the bound's author thought of."""

Bound = NDArray[np.float64]


def tolerance(bound: ArrayLike, dtype: DTypeLike) -> Bound:
    """Return how far right code that computes in this dtype may be off: SLACK epsilons times the bound.

    It is never less than the square root of the smallest number: what underflows on the way is no error.
    """
    precision = np.finfo(np.dtype(dtype))
    return np.asarray(SLACK * float(precision.eps) * np.asarray(bound, np.float64) + float(precision.tiny) ** 0.5)


def of_sum(terms: ArrayLike, error: ArrayLike = 0.0) -> float:
    """Return the bound for the sum of all terms, each of which has an error of its own already."""
    absolute = np.abs(np.asarray(terms, np.float64))
    return float((absolute.size + 2) * absolute.sum() + np.broadcast_to(error, absolute.shape).sum())


def of_product(A: ArrayLike, B: ArrayLike, error_A: ArrayLike = 0.0, error_B: ArrayLike = 0.0) -> Bound:
    """Return the bounds for the entries of ``A @ B``, whose factors have errors of their own already.

    Args:
        A: (M, K) the left factor.
        B: (K, N) the right factor.
        error_A: the bound for A's entries, of A's shape or a number.
        error_B: the bound for B's entries, of B's shape or a number.

    Returns:
        (M, N) array. Each entry is a sum of K products.
    """
    left, right = _absolute(A), _absolute(B)
    inherited = np.broadcast_to(error_A, left.shape) @ right + left @ np.broadcast_to(error_B, right.shape)
    return np.asarray((left.shape[-1] + 2) * (left @ right) + inherited)


def _absolute(values: ArrayLike) -> NDArray[Any]:
    return np.abs(np.asarray(values, np.float64))
