"""What public checks judge with: each sentence says what was expected and what came, for the inputs are no secret."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradkit.errors import GradkitError
from gradkit.gradient_check import compare_gradients, numerical_gradient, relative_errors, sample_indices

RTOL, ATOL = 1e-6, 1e-8
TOLERANCE = 1e-6
SHOWN = 6


class Slope(NamedTuple):
    """One entry of a gradient check: which one, the slope that was measured, the one returned, their distance."""

    entry: str
    measured: float
    yours: float
    error: float


class SlopeTable(NamedTuple):
    """A gradient check's worst entries, how many were compared, and what relative error is allowed."""

    rows: tuple[Slope, ...]
    compared: int
    allowed: float


class NotYet(GradkitError):
    """What a public check asks for is not there yet; the text says what, in a sentence for the student."""

    def __init__(self, sentence: str, table: SlopeTable | None = None) -> None:
        super().__init__(sentence)
        self.table = table


def expect(condition: Any, sentence: str) -> None:
    """Raise NotYet with the sentence unless the condition holds."""
    if not condition:
        raise NotYet(sentence)


def close(got: Any, expected: Any, what: str, *, rtol: float = RTOL, atol: float = ATOL) -> None:
    """Raise NotYet unless a number or an array equals the expected one, up to rounding.

    Args:
        got: what the student's function returned.
        expected: what is right.
        what: how to call it, as in "The loss".
        rtol: relative tolerance, measured against the largest expected entry.
        atol: absolute tolerance.
    """
    target = np.asarray(expected, np.float64)
    try:
        array = np.asarray(got, np.float64)
    except (TypeError, ValueError):
        raise NotYet(f"{what} should hold numbers; it is of type {type(got).__name__}.") from None
    if array.shape != target.shape:
        raise NotYet(f"{what} has shape {array.shape}, expected {target.shape}.")
    with np.errstate(invalid="ignore"):
        off = np.where(array == target, 0.0, abs(array - target))
    off = np.where(np.isnan(off), np.inf, off)
    allowed = atol + rtol * abs(target).max(initial=0.0, where=np.isfinite(target))
    if off.max(initial=0.0) <= allowed:
        return
    if array.ndim == 0:
        raise NotYet(f"{what} is {float(array):.8g}, expected {float(target):.8g}.")
    worst = np.unravel_index(int(off.argmax()), off.shape)
    place = ", ".join(str(int(index)) for index in worst)
    raise NotYet(
        f"{what} differs at {np.count_nonzero(off > allowed)} of {off.size} places, most at [{place}]:"
        f" it is {array[worst]:.8g}, expected {target[worst]:.8g}."
    )


def slopes(
    f: Callable[[NDArray[np.float64]], float], W: NDArray[np.float64], gradient: Any, *, name: str = "dW"
) -> SlopeTable:
    """Return the table of a gradient check at all entries of W; raise NotYet, with the table, if one differs.

    Args:
        f: a scalar function of an array of W's shape.
        W: where to measure.
        gradient: what the student's function says the slopes are.
        name: how to call it.
    """
    indices = sample_indices(W.shape, None, 0)
    measured = numerical_gradient(f, W, indices)
    yours = np.array([np.asarray(gradient)[index] for index in indices], np.float64)
    report = compare_gradients(measured, yours, indices, TOLERANCE)
    finite = np.isfinite(measured) & np.isfinite(yours)
    errors = relative_errors(np.where(finite, measured, 0), np.where(finite, yours, 0))
    errors = np.where(finite, errors, np.inf)
    order = np.argsort(-errors, kind="stable")[:SHOWN]
    rows = [
        Slope(f"{name}[{', '.join(map(str, indices[at]))}]", float(measured[at]), float(yours[at]), float(errors[at]))
        for at in order
    ]
    table = SlopeTable(tuple(rows), len(indices), TOLERANCE)
    if report.verdict == "undecided":
        raise NotYet(f"The measured slopes and {name} are zero everywhere: the loss does not depend on W yet.", table)
    if report.verdict == "disagree":
        wrong = np.count_nonzero(errors > TOLERANCE)
        raise NotYet(f"{name} is not the slope of your own loss at {wrong} of {len(indices)} entries.", table)
    return table
