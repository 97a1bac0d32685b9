"""Calls the loss function that a student wrote, and says in plain words what is wrong with what came back."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradkit.errors import LossContractError, NotReadyError

FloatArray = NDArray[np.floating]
LossFunction = Callable[..., Any]
"""`loss_function(W, X, y, reg) -> (loss, dW)`, with W (D, C), X (N, D), y (N,)."""


def call_loss(loss_function: LossFunction, W: FloatArray, X: FloatArray, y: NDArray[Any], reg: float) -> Any:
    """Return `(loss, dW)` of a student's loss function: loss a float, dW an array of W's shape.

    The numbers themselves are not judged: inf and nan come through.

    Raises:
        NotReadyError: the function is still the stub.
        LossContractError: it returned something other than a scalar and an array of W's shape.
    """
    name = getattr(loss_function, "__name__", "the loss function")
    try:
        answer = loss_function(W, X, y, reg)
    except NotImplementedError:
        raise NotReadyError(
            f"{name} is not written yet. Fill in its cell above, run that cell, then run this one again."
        ) from None
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise LossContractError(f"{name} must end with `return loss, dW`: expected a pair, got {_describe(answer)}.")
    loss, dW = answer
    if np.size(loss) != 1 or not np.issubdtype(np.asarray(loss).dtype, np.number):
        raise LossContractError(
            f"{name} returned {_describe(loss)} as its loss: expected one number. "
            "Did you forget to take the mean over the examples?"
        )
    if np.shape(dW) != W.shape:
        raise LossContractError(
            f"{name} returned {_describe(dW)} as dW: expected an array of W's shape {W.shape}, one slope a weight."
        )
    return float(np.asarray(loss).reshape(())), dW


def time_loss(
    loss_function: LossFunction, W: FloatArray, X: FloatArray, y: NDArray[Any], reg: float, repeats: int = 3
) -> float:
    """Return the seconds that one call takes: the fastest of `repeats`, since disturbances only add time.

    Raises:
        NotReadyError, LossContractError: as `call_loss`.
    """
    seconds = []
    for _ in range(repeats):
        start = perf_counter()
        call_loss(loss_function, W, X, y, reg)
        seconds.append(perf_counter() - start)
    return min(seconds)


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if value is None:
        return "None"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of length {len(value)}"
    return f"a {type(value).__name__}"
