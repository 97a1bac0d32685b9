"""What a wrong quantity is to the right one, factors apart: the same numbers elsewhere, coarse, cut off, missing."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from .quantities import Values, Vector

MOVES: dict[str, Callable[[Vector], Vector]] = {
    "columns reversed": lambda matrix: matrix[:, ::-1],
    "columns left": lambda matrix: np.roll(matrix, -1, axis=1),
    "columns right": lambda matrix: np.roll(matrix, 1, axis=1),
    "rows reversed": lambda matrix: matrix[::-1],
    "rows up": lambda matrix: np.roll(matrix, -1, axis=0),
    "rows down": lambda matrix: np.roll(matrix, 1, axis=0),
}


def remarks_on(seen: Values, right: Values, shapes: Sequence[tuple[int, ...]]) -> Iterator[str]:
    """Yield what can be said of a quantity of these shapes on its probes beside the right one."""
    if not seen.flat.any():
        yield "zero"
        return
    if seen.are_near(right):
        yield "coarse"
    if seen.are_whole() and not right.are_whole() and np.abs(seen.flat - right.flat).max() <= 1:
        yield "whole"
    if all(len(shape) == 2 for shape in shapes):
        pieces = [piece.reshape(shape) for piece, shape in zip(right.pieces, shapes, strict=True)]
        for remark, move in MOVES.items():
            if seen.agree_with(Values(tuple(move(piece).ravel() for piece in pieces))):
                yield remark
