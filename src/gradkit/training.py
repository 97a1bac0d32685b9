"""Mini-batch stochastic gradient descent on a loss function that the student wrote."""

import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from gradkit.loss_call import LossFunction, call_loss

FloatArray = NDArray[np.floating]

EVALUATION_ROWS = 1_000  # training pictures on which training accuracy is measured
RUNAWAY = 100.0  # a loss this many times the first one will not come back


@dataclass
class History:
    """What happened during training, for the curves.

    `loss[t]` is the loss of mini-batch t before its step. Accuracies (0 to 1) were measured after
    `evaluated_at` steps. `stopped` is empty, or says in a sentence why training ended early.
    """

    loss: list[float] = field(default_factory=list)
    evaluated_at: list[int] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    stopped: str = ""


def sgd(
    loss_function: LossFunction,
    W: FloatArray,
    X: FloatArray,
    y: NDArray[Any],
    *,
    learning_rate: float,
    reg: float,
    steps: int = 1_500,
    batch_size: int = 200,
    X_val: FloatArray | None = None,
    y_val: NDArray[Any] | None = None,
    evaluate_every: int = 100,
    seed: int = 0,
    progress: bool = False,
) -> tuple[FloatArray, History]:
    """Return new weights and the history of `steps` steps W <- W - learning_rate * dW; `W` is not changed.

    Each step draws `batch_size` rows of X with replacement. Interrupting the notebook's kernel ends training
    and keeps what was learned; so does a loss that runs away, with a printed sentence that says what to try.

    Args:
        loss_function: `f(W, X, y, reg) -> (loss, dW)`.
        W: weights (D, C) to start from.
        X: training rows (N, D).
        y: labels (N,).
        learning_rate: length of a step, in units of the gradient.
        reg: strength of the regularization, handed to `loss_function`.
        steps: how many mini-batches.
        batch_size: rows in a mini-batch.
        X_val: validation rows (M, D); without them only training accuracy is recorded.
        y_val: validation labels (M,).
        evaluate_every: steps between two measurements of accuracy.
        seed: decides which rows are drawn.
        progress: show a progress bar.

    Raises:
        NotReadyError, LossContractError: as `gradkit.loss_call.call_loss`.
    """
    rng = np.random.default_rng(seed)
    history = History()
    try:
        for step in tqdm(range(1, steps + 1), file=sys.stdout, disable=not progress, mininterval=0.5):
            rows = rng.integers(len(X), size=batch_size)
            loss, dW = call_loss(loss_function, W, X[rows], y[rows], reg)
            if _runs_away(loss, dW, history):
                history.stopped = _advice(step, loss, learning_rate, reg)
                break
            history.loss.append(loss)
            W = (W - learning_rate * dW).astype(W.dtype, copy=False)
            if step % evaluate_every == 0 or step == steps:
                _evaluate(history, step, W, X, y, X_val, y_val)
    except KeyboardInterrupt:
        history.stopped = f"Interrupted after {len(history.loss)} steps; what was learned until then is kept."
    if history.stopped:
        print(history.stopped)
    return W, history


def accuracy(W: FloatArray, X: FloatArray, y: NDArray[Any]) -> float:
    """Return the share (0 to 1) of rows of X (N, D) whose largest score X @ W is at their label in y (N,).

    Example:
        >>> accuracy(np.eye(2), np.array([[3.0, 1.0], [2.0, 5.0]]), np.array([0, 0]))
        0.5
    """
    return float(np.mean(np.argmax(X @ W, axis=1) == y))


def _evaluate(
    history: History,
    step: int,
    W: FloatArray,
    X: FloatArray,
    y: NDArray[Any],
    X_val: FloatArray | None,
    y_val: NDArray[Any] | None,
) -> None:
    history.evaluated_at.append(step)
    history.train_accuracy.append(accuracy(W, X[:EVALUATION_ROWS], y[:EVALUATION_ROWS]))
    if X_val is not None and y_val is not None:
        history.val_accuracy.append(accuracy(W, X_val, y_val))


def _runs_away(loss: float, dW: FloatArray, history: History) -> bool:
    first = history.loss[0] if history.loss else loss
    return not np.isfinite(loss) or not np.isfinite(dW).all() or abs(loss) > RUNAWAY * max(abs(first), 1.0)


def _advice(step: int, loss: float, learning_rate: float, reg: float) -> str:
    if step == 1:
        return (
            f"Training stopped at the first step: loss {loss:.3g}, or a gradient that is not finite. That is "
            "not the learning rate: look for an overflowing exp or the log of zero in the loss function."
        )
    advice = f"try a learning rate of {learning_rate / 10:.0e} instead of {learning_rate:.0e}"
    if learning_rate * reg > 1:
        advice += f", or reg below {1 / learning_rate:.0e} (learning_rate * reg above 1 overshoots by itself)"
    return f"Training stopped at step {step}: the loss ran away to {loss:.3g}. To mend it, {advice}."
