"""What hidden suites use to judge a returned value; failures carry a sentence that is safe to show.

A sentence never quotes an input, an expected value or a returned value of a hidden call: a student could
smuggle the inputs out through them. It says what kind of thing came back and how it differs.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .sandbox.wire import Opaque

RTOL, ATOL = 1e-7, 1e-9
"""Correct functions differ by at most 4e-16 (float64, relative); the nearest wrong one by 2e-2."""
RTOL_FLOAT32, ATOL_FLOAT32 = 1e-4, 1e-5


NAMED_TYPES = set(
    """
    list dict set frozenset str bytes int complex generator function builtin_function_or_method method type module
    range map filter zip enumerate matrix MaskedArray coroutine slice ellipsis NotImplementedType Decimal Fraction
    """.split()
)


class Disagreement(AssertionError):
    """A returned value that is not what was asked for; the text may be shown to the student."""


def describe(value: Any) -> str:
    """Return what kind of thing a value is, in words that student code cannot have chosen freely."""
    if value is None:
        return "None (does the function end with return?)"
    if isinstance(value, Opaque):
        return f"an object of type {value}" if value in NAMED_TYPES else "an object of some other type"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim and _is_ordinary(value.shape) else _unshaped(value)
    if isinstance(value, tuple):
        return f"{len(value)} values" if len(value) < 10 else "many values"
    if isinstance(value, bool | int | float):
        return "a number"
    return f"a {type(value).__name__}"


def _is_ordinary(shape: tuple[int, ...]) -> bool:
    return len(shape) <= 3 and max(shape) < 1000


def _unshaped(value: NDArray[Any]) -> str:
    return "an array of another shape" if value.ndim else "a number"


def scalar(value: Any, what: str) -> float:
    """Return a number that came as any kind of scalar; raises Disagreement for anything else."""
    if isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "fiu":
        return float(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise Disagreement(f"{what} should be a plain number; it is {describe(value)}.")


def array(value: Any, shape: tuple[int, ...], what: str) -> NDArray[np.float64]:
    """Return an array of this shape and of real numbers; raises Disagreement for anything else."""
    if not isinstance(value, np.ndarray) or value.shape != shape:
        raise Disagreement(f"{what} should be an array of shape {shape}; it is {describe(value)}.")
    if value.dtype.kind not in "fiu":
        raise Disagreement(f"{what} should hold real numbers; its dtype is {value.dtype}.")
    return value.astype(np.float64)


def close(actual: Any, expected: Any, what: str, *, rtol: float = RTOL, atol: float = ATOL) -> None:
    """Raise Disagreement unless all numbers agree; it says how many do not, and in which way.

    Agreement is ``|actual - expected| <= atol + rtol * max|expected|``: a gradient's tiny entries are sums of
    large ones, so they are measured against the largest.
    """
    actual, expected = np.asarray(actual, np.float64), np.asarray(expected, np.float64)
    if not np.isfinite(actual).all():
        kind = "nan (not a number)" if np.isnan(actual).any() else "infinite"
        raise Disagreement(f"{what} is {kind}{_share(~np.isfinite(actual))}; it should be finite.")
    scale = float(np.max(np.abs(expected), initial=0.0))
    with np.errstate(over="ignore"):
        wrong = ~(np.abs(actual - expected) <= atol + rtol * scale)
    if wrong.any():
        raise Disagreement(f"{what} is wrong{_share(wrong)}{_relation(actual, expected)}.")


def _share(wrong: NDArray[np.bool_]) -> str:
    if wrong.ndim == 0 or wrong.all():
        return ""
    return f" in {np.count_nonzero(wrong)} of {wrong.size} entries"


def _relation(actual: NDArray[np.float64], expected: NDArray[np.float64]) -> str:
    """Return how wrong numbers relate to the right ones, if in one of a few well-known ways."""
    if not np.any(actual):
        return ": it is zero"
    denominator = float(np.vdot(expected, expected))
    factor = float(np.vdot(expected, actual)) / denominator if denominator else math.nan
    if not math.isfinite(factor) or not np.allclose(actual, factor * expected, rtol=1e-6, atol=1e-12):
        return ""
    if math.isclose(factor, -1, rel_tol=1e-6):
        return ": it has the opposite sign"
    for whole in range(2, 10):
        if math.isclose(factor, whole, rel_tol=1e-6):
            return f": it is {whole} times too large"
        if math.isclose(factor, 1 / whole, rel_tol=1e-6):
            return f": it is {whole} times too small"
    return ": it is off by one constant factor" if actual.size > 1 else ""
