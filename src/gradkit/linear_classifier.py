"""A linear classifier around the student's own loss function: it holds W, trains it and predicts with it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradkit.errors import NotReadyError
from gradkit.loss_call import LossFunction
from gradkit.training import History, accuracy, sgd

FloatArray = NDArray[np.floating]


class LinearClassifier:
    """Scores are X @ W; W is trained by mini-batch SGD on `loss_function`.

    Example:
        >>> def squares(W, X, y, reg):
        ...     error = X @ W - np.eye(W.shape[1])[y]
        ...     return 0.5 * np.sum(error**2), X.T @ error
        >>> X, y = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1, 0])
        >>> classifier = LinearClassifier(squares)
        >>> history = classifier.train(X, y, learning_rate=0.1, reg=0.0, steps=50, batch_size=2)
        >>> classifier.predict(X)
        array([1, 0])
    """

    def __init__(self, loss_function: LossFunction, W: FloatArray | None = None) -> None:
        self.loss_function = loss_function
        self.W = W

    def train(self, X: FloatArray, y: NDArray[Any], *, seed: int = 0, **settings: Any) -> History:
        """Train on rows X (N, D) with labels y (N,) and return the history; training again goes on from W.

        Args:
            X: training rows.
            y: labels.
            seed: decides the first W (normal, 1e-3) and which rows are drawn.
            settings: `learning_rate`, `reg`, `steps`, `batch_size`, `X_val`, `y_val`, ... of `gradkit.sgd`.
        """
        W = self.W
        if W is None:
            shape = (X.shape[1], int(np.max(y)) + 1)
            W = (1e-3 * np.random.default_rng(seed).standard_normal(shape)).astype(X.dtype)
        self.W, history = sgd(self.loss_function, W, X, y, seed=seed, **settings)
        return history

    def predict(self, X: FloatArray) -> NDArray[np.int64]:
        """Return the class with the largest score for each row of X (N, D), as (N,) int64."""
        return np.asarray(np.argmax(X @ self._trained(), axis=1), dtype=np.int64)

    def accuracy(self, X: FloatArray, y: NDArray[Any]) -> float:
        """Return the share (0 to 1) of rows of X (N, D) that are given their label in y (N,)."""
        return accuracy(self._trained(), X, y)

    def _trained(self) -> FloatArray:
        if self.W is None:
            raise NotReadyError("This classifier has no weights yet: call its train(...) first.")
        return self.W
