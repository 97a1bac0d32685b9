"""Turns pictures into rows of numbers for a linear classifier, using what *training* pictures alone tell."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]


@dataclass(frozen=True)
class Preprocessor:
    """Subtracts the mean training picture, scales, flattens and appends the bias column.

    Fit it once, on training pictures; then apply the same numbers to validation and test pictures. A mean
    that included test pictures would leak what you are not supposed to know yet.
    """

    mean_image: FloatArray
    scale: float = 1 / 255

    @classmethod
    def fit(cls, X_train: NDArray[Any], scale: float = 1 / 255) -> "Preprocessor":
        """Return the preprocessor of these training pictures (N, H, W, 3)."""
        if len(X_train) == 0:
            raise ValueError("Preprocessor.fit: expected at least one training picture, got none.")
        dtype = np.float64 if X_train.dtype == np.float64 else np.float32
        # Summed in float64: a float32 sum over 49,000 pictures loses three digits.
        return cls(mean_image=X_train.mean(axis=0, dtype=np.float64).astype(dtype), scale=scale)

    def __call__(self, X: NDArray[Any]) -> FloatArray:
        """Return pictures (N, H, W, 3) as rows (N, H*W*3 + 1), the last column all ones."""
        if X.shape[1:] != self.mean_image.shape:
            raise ValueError(
                f"Preprocessor: expected pictures of shape (N, {', '.join(map(str, self.mean_image.shape))}) "
                f"as in training, got {X.shape}."
            )
        centred = flatten(X) - flatten(self.mean_image[None])
        centred *= self.scale
        return append_ones(centred)


def flatten(X: NDArray[Any]) -> NDArray[Any]:
    """Return pictures (N, ...) as one row each, (N, D).

    Example:
        >>> flatten(np.zeros((5, 32, 32, 3))).shape
        (5, 3072)
    """
    return X.reshape(len(X), -1)


def append_ones(X: NDArray[Any]) -> NDArray[Any]:
    """Return rows (N, D) with a column of ones at the end, (N, D + 1), so that W's last row is the bias.

    Example:
        >>> append_ones(np.array([[2.0, 3.0]]))
        array([[2., 3., 1.]])
    """
    return np.concatenate([X, np.ones((len(X), 1), dtype=X.dtype)], axis=1)
