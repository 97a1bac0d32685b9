"""The inputs on which a student's function is compared with the catalogue of known mistakes.

Tiny, and each there for a family of mistakes: the basic ones for values, the square one for code that only
broadcasts by accident, ten classes for code that knows only CIFAR-10, the extreme ones for numerical
stability. They decide no points: the checks of the suite have inputs of their own.
"""

import numpy as np

NAMES = (
    "basic",
    "penalty",
    "square",
    "ties",
    "one example",
    "top class absent",
    "true class far below",
    "common offset",
    "rows far apart",
    "two classes",
    "ten classes",
    "many classes",
    "more classes",
)


def probes(rng):
    """Return the inputs (W, X, y, reg) of every probe, in the order of NAMES.

    W: (D, C) float64, X: (N, D) float64, y: (N,) int64, reg: float. The same `rng` (a numpy Generator) state
    gives the same probes. N, D and C all differ, except in "square", so that a swapped axis shows.
    """
    return [
        _random(rng, N=7, D=5, C=4, reg=0.0),
        _random(rng, N=7, D=5, C=4, reg=0.7),
        _random(rng, N=4, D=4, C=4, reg=0.37),
        _ties(rng),
        _one_example(rng),
        _top_class_absent(rng),
        _far_below(rng),
        _common_offset(rng),
        _rows_far_apart(rng),
        _random(rng, N=5, D=3, C=2, reg=0.4),
        _random(rng, N=6, D=3, C=10, reg=0.2),
        _labels_from(rng, 128, N=5, D=3, C=131, reg=0.1),
        _labels_from(rng, 130, N=6, D=2, C=140, reg=0.2),
    ]


def _random(rng, *, N, D, C, reg):
    """Return an ordinary input in whose labels every class appears, as far as N allows."""
    W = rng.normal(size=(D, C))
    X = rng.normal(size=(N, D))
    y = rng.permutation(np.arange(N) % C)
    return W, X, y, reg


def _labels_from(rng, lowest, *, N, D, C, reg):
    """Return an input whose labels are all `lowest` or above."""
    W, X, _, reg = _random(rng, N=N, D=D, C=C, reg=reg)
    return W, X, rng.integers(lowest, C, size=N), reg


def _ties(rng):
    """Return an input with W = 0: all scores are equal and the loss is log(C)."""
    W, X, y, reg = _random(rng, N=7, D=5, C=3, reg=0.0)
    return np.zeros_like(W), X, y, reg


def _one_example(rng):
    """Return a batch of one, labelled with a class in the middle."""
    W, X, _, reg = _random(rng, N=1, D=5, C=4, reg=0.3)
    return W, X, np.array([2]), reg


def _top_class_absent(rng):
    """Return an input in which no example has the last class."""
    W, X, y, reg = _random(rng, N=7, D=5, C=4, reg=0.7)
    return W, X, np.minimum(y, 2), reg


def _far_below(rng):
    """Return an input whose true class scores 1000 below the highest of three: the loss is 1000."""
    W = np.array([[0.0, 500.0, 1000.0], [0.0, 0.0, 0.0]])
    X = np.column_stack([np.ones(4), rng.normal(size=4)])
    return W, X, np.zeros(4, dtype=np.int64), 0.0


def _common_offset(rng):
    """Return an ordinary input with 1000 added to every score."""
    W, X, y, reg = _random(rng, N=7, D=5, C=4, reg=0.0)
    W[0], X[:, 0] = 1.0, 1000.0
    return W, X, y, reg


def _rows_far_apart(rng):
    """Return an ordinary input whose rows of scores lie around +1000, 0 and -1000."""
    W, X, y, reg = _random(rng, N=6, D=5, C=3, reg=0.0)
    W[0], X[:, 0] = 1.0, np.tile([1000.0, 0.0, -1000.0], 2)
    return W, X, y, reg
