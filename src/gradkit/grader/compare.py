"""What hidden suites use to judge a returned value; failures carry a sentence that is safe to show.

A sentence never quotes an input, an expected value or a returned value of a hidden call: a student could
smuggle the inputs out through them. It says what kind of thing came back and how it differs. Sanity comes
before values: kind, shape, dtype, finite numbers, and only then whether they are right.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from . import rounding
from .sandbox.wire import Labelled, Opaque

ROUNDINGS = 1000.0
"""Without a bound of its own, a result may be off by so many roundings of its largest number (or of 1)."""

MAX_NUMBERS = 1 << 20
"""Numbers in a list that is taken for an array: of few bytes each on the wire, they may take sixteen in an array."""

LARGE_SIDE = 32

# Types by name, in words. A name outside of this table is not repeated: student code could have chosen it.
KINDS = {
    "complex": "a complex number",
    "generator": "a generator (is there a yield in place of return?)",
    "coroutine": "a coroutine (leave out async)",
    "function": "a function (are the brackets of a call missing?)",
    "MaskedArray": "a masked array with masked entries",
    "MaskedConstant": "a masked value",
    "array of dtype object": "an array of Python objects (dtype object)",
} | {
    name: f"an object of type {name}"
    for name in """
    list dict set frozenset str bytes int builtin_function_or_method method type module range map filter zip
    enumerate slice ellipsis NotImplementedType Decimal Fraction matrix DataFrame Series Tensor
    """.split()
}
SPARSE = {f"{form}_{kind}" for form in "bsr coo csc csr dia dok lil".split() for kind in ("matrix", "array")}
KINDS |= dict.fromkeys(SPARSE, "a sparse matrix (toarray() makes it an array)")
SUBCLASSES = {"matrix": "an np.matrix", "MaskedArray": "a masked array", "memmap": "an np.memmap"}


class Disagreement(AssertionError):
    """A returned value that is not what was asked for; the text may be shown to the student."""


def describe(value: Any) -> str:
    """Return what kind of thing a value is, in words that student code cannot have chosen freely."""
    if value is None:
        return "None (does the function end with return?)"
    if isinstance(value, Opaque):
        return KINDS.get(value, "an object of some other type")
    if isinstance(value, np.ndarray) and value.ndim:
        # A long side could be a number that student code wants to tell.
        told = value.ndim <= 3 and max(value.shape) < LARGE_SIDE
        return f"an array of shape {value.shape}" if told else "an array of another shape"
    if isinstance(value, tuple):
        return f"{len(value)} value{'s' * (len(value) != 1)}" if len(value) < 10 else "many values"
    if isinstance(value, bool | np.ndarray | int | float):
        kind = np.asarray(value).dtype.kind
        return {"b": "a boolean, True or False", "c": "a complex number"}.get(kind, "a number")
    return "a text" if isinstance(value, str) else "an object of some other type"


def scalar(value: Any, what: str) -> float:
    """Return a number that came as any kind of scalar, or as an array or list of one; else raise Disagreement."""
    found = as_array(value)
    if found is None or found.size != 1 or found.dtype.kind not in "fiu":
        raise Disagreement(f"{what} should be a plain number; it is {describe(value)}.")
    return float(found.reshape(()))


def array(value: Any, shape: tuple[int, ...], what: str) -> NDArray[np.float64]:
    """Return an array of this shape and of real numbers; raises Disagreement for anything else.

    Nested lists and instances of array's subclasses are as good as an array; see :func:`plain`.
    """
    found = as_array(value)
    if found is None or not found.ndim:
        raise Disagreement(f"{what} should be an array of shape {shape}; it is {describe(value)}.")
    if found.shape == shape[::-1] != shape:
        raise Disagreement(f"{what} is transposed: its shape is {shape[::-1]}, but it should be {shape}.")
    if found.shape != shape:
        raise Disagreement(f"{what} should be an array of shape {shape}; it is {describe(found)}.")
    if found.dtype.kind in "iu":
        raise Disagreement(
            f"{what} holds whole numbers (dtype {found.dtype}), so their fractions are lost; start from an array of"
            f" floats, e.g. np.zeros({shape})."
        )
    if found.dtype.kind != "f":
        raise Disagreement(f"{what} should hold real numbers; its dtype is {found.dtype}.")
    if found.dtype.itemsize < 4:
        raise Disagreement(f"{what} has dtype {found.dtype}, three digits; compute in float32 or float64.")
    return found.astype(np.float64)


def plain(value: Any, what: str) -> None:
    """Raise Disagreement for what is judged as an array but is none: a list, or an instance of a subclass."""
    if isinstance(value, Labelled):
        kind = SUBCLASSES.get(value.label, "an instance of a subclass of np.ndarray")
        raise Disagreement(f"{what} is {kind}; return an array, e.g. np.asarray({what}).")
    if isinstance(value, tuple):
        raise Disagreement(f"{what} is a list; return an array, e.g. np.array({what}).")


def finite(actual: ArrayLike, what: str) -> None:
    """Raise Disagreement unless all numbers are finite; it says how many are not, and where they lie."""
    values = np.asarray(actual, np.float64)
    if np.isnan(values).any():
        raise Disagreement(f"{what} is nan (not a number){_share(np.isnan(values))}; it should be finite.")
    if np.isinf(values).any():
        sign = {1: "infinite", -1: "minus infinity", 0: "plus or minus infinity"}
        signs = np.unique(np.sign(values[np.isinf(values)]))
        kind = sign[int(signs[0])] if signs.size == 1 else sign[0]
        raise Disagreement(f"{what} is {kind}{_share(np.isinf(values))}; it should be finite.")


def close(
    actual: ArrayLike, expected: ArrayLike, what: str, bound: ArrayLike | None = None, *, dtype: DTypeLike = np.float32
) -> None:
    """Raise Disagreement unless all numbers agree up to rounding; it says how many do not, and in which way.

    Args:
        actual: what the student's function returned.
        expected: the right numbers, of the same shape.
        what: how the sentence begins.
        bound: how far right code may be off, in units of an epsilon (see ``rounding``), a number or of
            expected's shape; by default ROUNDINGS times the largest expected number, or times 1 if that is more.
        dtype: in which code may compute. float32 also for inputs in float64: who keeps the seven digits that
            training needs has made no mistake, and the nearest real one is a thousand times farther away.
    """
    actual, expected = np.asarray(actual, np.float64), np.asarray(expected, np.float64)
    finite(actual, what)
    if bound is None:
        bound = ROUNDINGS * np.max(np.abs(expected), initial=1.0)
    tolerance = rounding.tolerance(bound, dtype)
    with np.errstate(over="ignore"):
        wrong = ~(np.abs(actual - expected) <= tolerance)
    if wrong.any():
        raise Disagreement(f"{what} is wrong{_share(wrong)}{_relation(actual, expected, tolerance)}.")


def as_array(value: Any) -> NDArray[Any] | None:
    """Return a number, an array or nested lists of numbers as an array; None for anything else."""
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    if isinstance(value, bool | int | float):
        return np.asarray(value)
    if isinstance(value, tuple) and _numbers_in(value) <= MAX_NUMBERS:
        parts = [as_array(part) for part in value]
        if parts and all(part is not None and part.shape == parts[0].shape for part in parts):  # type: ignore[union-attr]
            return np.asarray(parts)
    return None


def _numbers_in(value: Any) -> int:
    """Return how many numbers nested lists hold."""
    return sum(map(_numbers_in, value)) if isinstance(value, tuple) else np.size(value)


def _share(wrong: NDArray[np.bool_]) -> str:
    """Return in how many entries something is, as whole rows or columns where it is; nothing if in all."""
    if wrong.ndim == 0 or wrong.all():
        return ""
    if wrong.ndim == 2:
        for axis, name in ((0, "column"), (1, "row")):
            lines, of = wrong.all(axis=axis), wrong.any(axis=axis)
            if wrong.shape[axis] > 1 and np.array_equal(lines, of):
                return f" in {np.count_nonzero(lines)} of its {lines.size} {name}s"
    return f" in {np.count_nonzero(wrong)} of {wrong.size} entries"


def _relation(actual: NDArray[np.float64], expected: NDArray[np.float64], tolerance: NDArray[np.float64]) -> str:
    """Return how wrong numbers relate to the right ones, if in one of a few well-known ways."""
    if not np.any(actual):
        return ": it is zero"
    denominator = float(np.vdot(expected, expected))
    factor = float(np.vdot(expected, actual)) / denominator if denominator else math.nan
    if not math.isfinite(factor) or (np.abs(actual - factor * expected) > max(1, abs(factor)) * tolerance).any():
        return ""
    if math.isclose(factor, -1, rel_tol=1e-5):
        return ": it has the opposite sign"
    for whole in range(2, 10):
        if math.isclose(factor, whole, rel_tol=1e-5):
            return f": it is {whole} times too large"
        if math.isclose(factor, 1 / whole, rel_tol=1e-5):
            return f": it is {whole} times too small"
    return ": it is off by one constant factor" if actual.size > 1 else ""
