"""What a function did when it was called: its values or its exception, and the arguments it changed."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

RTOL, ATOL = 1e-5, 1e-8
"""So that code which computes in float32 inside is recognised; mistakes differ by a hundredth and more."""
MAX_SIZE, MAX_DEPTH = 100_000, 8
_KIND = {
    **dict.fromkeys(("IndexError", "ValueError", "TypeError", "AxisError", "AssertionError"), "shape"),
    **dict.fromkeys(("OverflowError", "FloatingPointError", "ZeroDivisionError"), "range"),
}
"""Exceptions that the same mistake raises in one style of code or another."""


class Behaviour(NamedTuple):
    """What a function did on one probe: its values or the exception it raised; which arguments it changed.

    Values are floats, float64 arrays, and names of types that are neither.
    """

    values: tuple[Any, ...]
    changed: tuple[int, ...] = ()
    raised: str = ""

    @property
    def kind(self) -> str:
        """The kind of exception that was raised; empty if none was."""
        return _KIND.get(self.raised, self.raised)

    def agrees_with(self, other: "Behaviour") -> bool:
        """Tell whether two functions did the same, up to rounding; nan agrees with nan."""
        return (
            self.kind == other.kind
            and self.changed == other.changed
            and len(self.values) == len(other.values)
            and all(map(same, self.values, other.values))
        )


def behaviour_of(function: Callable[..., Any], arguments: Sequence[Any]) -> Behaviour:
    """Return what a function does when it is called with copies of these arguments, in this process."""
    given = [np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments]
    try:
        with np.errstate(all="ignore"):
            returned = function(*given)
    except Exception as error:  # noqa: BLE001 - whatever wrong code raises is its behaviour
        return Behaviour((), (), type(error).__name__)
    changed = tuple(n for n, old in enumerate(arguments) if not np.array_equal(old, given[n], equal_nan=True))
    return Behaviour(values_of(returned), changed)


def values_of(returned: Any) -> tuple[Any, ...]:
    """Return what a function returned as a flat tuple of floats, float64 arrays, and names of other types.

    A list is as good as a tuple or an array: a sandbox may not tell them apart, and its numbers can be judged.
    """
    return tuple(map(_value, returned if isinstance(returned, tuple | list) else (returned,)))


def same(mine: Any, theirs: Any) -> bool:
    """Tell whether two values of behaviours are equal up to rounding."""
    if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
        return mine.shape == theirs.shape and _arrays_equal(mine, theirs)
    if isinstance(mine, float) and isinstance(theirs, float):
        # Most mistakes show in a number already, and numbers compare much faster than arrays.
        return math.isclose(mine, theirs, rel_tol=RTOL, abs_tol=ATOL) or (math.isnan(mine) and math.isnan(theirs))
    return isinstance(mine, str) and isinstance(theirs, str) and mine == theirs


def _value(returned: Any) -> Any:
    """Return a number, an array of several, or the name of a type; an array of one number is that number."""
    if isinstance(returned, str):  # from the wire: the name of a type that it does not carry
        return returned
    if isinstance(returned, tuple | list):
        returned = _array(returned)
    if isinstance(returned, np.ndarray | np.generic):
        comparable = returned.size <= MAX_SIZE and returned.dtype.kind in "bfiu"
    else:
        comparable = isinstance(returned, bool | int | float)
    if not comparable:
        return type(returned).__name__
    array = np.asarray(returned, np.float64)
    return float(array.reshape(())) if array.size == 1 else array


def _array(items: Sequence[Any]) -> Any:
    """Return nested lists of numbers as an array; anything else, and what would be a huge array, as a list."""
    if _numbers_in(items) > MAX_SIZE:
        return list(items)
    try:
        array = np.array(items)
    except ValueError:  # of different lengths
        return list(items)
    return array if array.dtype.kind in "bfiu" else list(items)


def _numbers_in(value: Any, depth: int = MAX_DEPTH) -> int:
    """Return how many numbers nested lists hold; more than there may be if they hold anything else."""
    if isinstance(value, tuple | list) and depth:
        return sum(_numbers_in(item, depth - 1) for item in value)
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "bfiu":
        return value.size
    return 1 if isinstance(value, bool | int | float) else MAX_SIZE + 1


def _arrays_equal(mine: NDArray[np.float64], theirs: NDArray[np.float64]) -> bool:
    scale = float(np.max(np.abs(theirs), initial=0.0, where=np.isfinite(theirs)))
    return bool(np.allclose(mine, theirs, rtol=RTOL, atol=ATOL + RTOL * scale, equal_nan=True))
