"""Puts values into words for an instructor: abbreviated, with shapes and dtypes, and how far two are apart.

Values may come from student code, so nothing here asks them how they want to be shown: the wire carries plain values
and arrays alone.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradkit.wording import visible

from ..sandbox.wire import Opaque

MANY = 48
"""Elements of an array up to which it is shown whole."""
ITEMS = 8
DEPTH = 3
WIDTH = 96
LONGEST_TEXT = 200
INDENT = "  "


def described(value: Any, depth: int = DEPTH) -> list[str]:
    """Return a value as lines: what it is, then what is in it, abbreviated."""
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, tuple | list):
        return _sequence(value, depth)
    if isinstance(value, np.generic):
        return [f"{value.dtype} {value.item()!r}"]
    if isinstance(value, Opaque):
        return [f"an object of type {visible(value, LONGEST_TEXT)}"]
    if isinstance(value, str):
        return [f"text {visible(value, LONGEST_TEXT)!r}"]
    if value is None:
        return ["None"]
    if isinstance(value, bool | int | float | complex):
        return [f"{type(value).__name__} {value!r}"]
    return [f"an object of type {visible(type(value).__name__, LONGEST_TEXT)}"]


def differences(value: Any, expected: Any) -> list[str]:
    """Return in words how far a value is from the expected one, a line for each part of it."""
    if isinstance(value, tuple | list) and isinstance(expected, tuple | list) and len(value) == len(expected):
        pairs = enumerate(zip(value, expected, strict=True))
        return [f"[{n}] {line}" for n, (mine, right) in pairs for line in differences(mine, right)][:ITEMS]
    mine, right = _numbers(value), _numbers(expected)
    if mine is None or right is None:
        here, there = described(value)[0], described(expected)[0]
        return ["the same"] if mine is right is None and here == there else [f"{here}; the reference has {there}"]
    if mine.shape != right.shape:
        return [f"shape {mine.shape}; the reference has {right.shape}"]
    kind = "" if mine.dtype == right.dtype else f", dtype {mine.dtype} where the reference has {right.dtype}"
    return [_largest(mine, right) + kind]


def _array(array: NDArray[Any]) -> list[str]:
    head = f"{array.dtype} {array.shape}"
    if array.ndim == 0:
        return [f"{head} {array.item()!r}"]
    if not array.size:
        return [head]
    edge = 3 if array.ndim <= 2 else 1  # an array of eight axes has as many corners as 2 ** 8
    text = np.array2string(np.asarray(array), max_line_width=WIDTH, precision=6, threshold=MANY, edgeitems=edge)
    return [head, *(INDENT + visible(line) for line in text.split("\n"))]


def _sequence(values: tuple[Any, ...] | list[Any], depth: int) -> list[str]:
    head = f"{type(values).__name__} of {len(values)}"
    if not depth:
        return [head]
    lines = [head]
    for number, value in enumerate(values[:ITEMS]):
        first, *rest = described(value, depth - 1)
        lines += [f"{INDENT}[{number}] {first}", *(INDENT + line for line in rest)]
    return lines if len(values) <= ITEMS else [*lines, f"{INDENT}... {len(values) - ITEMS} more"]


def _numbers(value: Any) -> NDArray[Any] | None:
    """Return numbers as an array; None for anything else."""
    if not isinstance(value, np.ndarray | np.generic | bool | int | float | complex):
        return None
    array = np.asarray(value)
    return array if array.dtype.kind in "biufc" else None


def _largest(mine: NDArray[Any], right: NDArray[Any]) -> str:
    """Return the largest difference of two arrays of one shape, in words, and where it is."""
    wide = np.complex128 if "c" in mine.dtype.kind + right.dtype.kind else np.float64
    first, second = mine.astype(wide), right.astype(wide)
    with np.errstate(all="ignore"):
        gaps = np.where((first == second) | (np.isnan(first) & np.isnan(second)), 0.0, np.abs(first - second))
    odd = ~np.isfinite(gaps)
    words = list(_words(gaps, odd, second))
    return "; ".join(words) or "the same"


def _words(gaps: NDArray[Any], odd: NDArray[np.bool_], right: NDArray[Any]) -> Iterator[str]:
    largest = float(np.max(gaps, initial=0.0, where=~odd))
    if largest:
        place = np.unravel_index(int(np.argmax(np.where(odd, 0.0, gaps))), gaps.shape)
        scale = float(np.max(np.abs(right), initial=0.0, where=np.isfinite(right)))
        of_scale = f", {largest / scale:.3g} of the reference's largest" if scale else ""
        where = f" at {tuple(map(int, place))}" if gaps.ndim else ""
        yield f"largest difference {largest:.6g}{where}{of_scale}"
    if odd.any():
        yield f"{int(odd.sum())} of {odd.size} not comparable (inf or nan)"
