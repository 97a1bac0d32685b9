"""Compares a gradient that was derived on paper with one that is measured: centred differences.

The measured slope along one weight is (f(w + h) - f(w - h)) / 2h. Its error is h^2/6 times the third
derivative, plus rounding, about 1e-16 * f / h; h = 1e-5 keeps both small for a loss of order 1 in float64.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gradkit.loss_call import LossFunction, call_loss

Verdict = Literal["agree", "disagree", "undecided"]
Float64Array = NDArray[np.float64]
Index = tuple[int, ...]


@dataclass(frozen=True)
class GradientReport:
    """What a gradient check found: its verdict, and the entry where the two gradients differ most.

    `undecided` means that every compared entry is zero in both gradients, which shows nothing: a function
    that always returns zeros would pass as well.
    """

    verdict: Verdict
    relative_error: float
    worst: Index
    expected: float
    got: float
    compared: int
    tolerance: float

    def __str__(self) -> str:
        """Return the report in three lines for a notebook."""
        headline = {
            "agree": f"OK: your gradient equals the measured one at all {self.compared:,} compared places.",
            "disagree": "NOT YET: your gradient differs from the measured one.",
            "undecided": f"UNDECIDED: both gradients are zero at all {self.compared:,} compared places.",
        }[self.verdict]
        place = f"dW[{', '.join(map(str, self.worst))}]"
        return (
            f"{headline}\n"
            f"  largest relative error {self.relative_error:.1e} (allowed {self.tolerance:.0e}), at {place}\n"
            f"  measured {self.expected:+.10f}, yours {self.got:+.10f}"
        )

    __repr__ = __str__


def check_gradient(
    loss_function: LossFunction,
    W: NDArray[Any],
    X: NDArray[Any],
    y: NDArray[Any],
    reg: float,
    *,
    samples: int | None = None,
    step: float = 1e-5,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> GradientReport:
    """Return a report on whether `loss_function` returns a gradient that is the slope of its loss.

    It says nothing about the loss being the right one: a wrong loss with its own right gradient agrees.

    Args:
        loss_function: `f(W, X, y, reg) -> (loss, dW)`.
        W: weights (D, C) at which to compare; converted to float64, as is X, since float32 is too coarse.
        X: inputs (N, D).
        y: labels (N,).
        reg: strength of the regularization.
        samples: how many entries of W to compare, drawn at random; None compares all of them.
        step: h of the centred difference.
        tolerance: largest relative error (see `relative_errors`) that counts as agreement.
        seed: decides which entries are drawn.

    Raises:
        NotReadyError, LossContractError: as `gradkit.loss_call.call_loss`.
    """
    W, X = W.astype(np.float64), X.astype(np.float64)
    _, dW = call_loss(loss_function, W.copy(), X, y, reg)
    indices = sample_indices(W.shape, samples, seed)
    got = np.array([np.asarray(dW)[index] for index in indices], dtype=np.float64)

    def loss_at(weights: Float64Array) -> float:
        return float(call_loss(loss_function, weights, X, y, reg)[0])

    expected = numerical_gradient(loss_at, W, indices, step)
    return compare_gradients(expected, got, indices, tolerance)


def numerical_gradient(
    f: Callable[[Float64Array], float], W: Float64Array, indices: list[Index], step: float = 1e-5
) -> Float64Array:
    """Return the slopes of the scalar function `f` at `W` along the given entries, by centred differences.

    Example:
        >>> W = np.array([[3.0, 4.0]])
        >>> numerical_gradient(lambda W: float(np.sum(W * W)), W, [(0, 0), (0, 1)]).round(6)
        array([6., 8.])
    """
    slopes = np.empty(len(indices))
    for place, index in enumerate(indices):
        above, below = W.copy(), W.copy()  # fresh each time: f may write into what it is given
        above[index] += step
        below[index] -= step
        # The step really taken differs from `step` by rounding, which matters when W is large.
        taken = above[index] - below[index]
        slopes[place] = (f(above) - f(below)) / taken
    return slopes


def sample_indices(shape: tuple[int, ...], samples: int | None, seed: int) -> list[Index]:
    """Return `samples` different index tuples of an array of this shape, or all if None or too many."""
    size = int(np.prod(shape))
    if samples is None or samples >= size:
        return list(np.ndindex(*shape))
    if samples < 1:
        raise ValueError(f"check_gradient: samples must be at least 1, got {samples}.")
    flat = np.random.default_rng(seed).choice(size, samples, replace=False)
    return [tuple(int(i) for i in np.unravel_index(number, shape)) for number in np.sort(flat)]


def relative_errors(expected: Float64Array, got: Float64Array) -> Float64Array:
    """Return |expected - got| / max(|expected|, |got|, floor) entry by entry; equality is 0, also at zero.

    The floor is a ten-thousandth of the largest entry of either gradient. Below it a centred difference is
    mostly rounding, and an entry has to be right only in proportion to the whole gradient. Without a floor,
    1e-17 against 0 would be an error of 100 %.

    Example:
        >>> relative_errors(np.array([2.0, 0.0]), np.array([2.2, 0.0])).round(4)
        array([0.0909, 0.    ])
    """
    size = np.maximum(abs(expected), abs(got))
    floor = 1e-4 * size.max(initial=0.0)
    scale = np.maximum(size, floor)
    errors = np.zeros_like(scale)
    np.divide(abs(expected - got), scale, out=errors, where=scale > 0)
    return np.asarray(errors)


def compare_gradients(
    expected: Float64Array, got: Float64Array, indices: list[Index], tolerance: float
) -> GradientReport:
    """Return the report on measured slopes `expected` against `got`, both (K,), taken at `indices`."""
    finite = np.isfinite(expected) & np.isfinite(got)
    errors = relative_errors(expected, got) if finite.all() else np.where(finite, 0.0, np.inf)
    worst = int(np.argmax(errors))
    verdict: Verdict = "agree" if errors[worst] <= tolerance else "disagree"
    if not expected.any() and not got.any():
        verdict = "undecided"
    return GradientReport(
        verdict=verdict,
        relative_error=float(errors[worst]),
        worst=indices[worst],
        expected=float(expected[worst]),
        got=float(got[worst]),
        compared=len(indices),
        tolerance=tolerance,
    )
