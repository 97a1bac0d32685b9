"""The inputs on which a student's function is compared with the catalogue of known mistakes.

Tiny, and each there for a family of mistakes: the ordinary ones, of different sizes and each with and without
penalty, for values; the square ones for code that broadcasts by accident; ten classes for code that knows only
CIFAR-10; the extreme ones for numerical stability. They decide no points: the checks of the suite have inputs of
their own.
"""

import numpy as np

from gradkit.diagnosis import Probe, Wording

WORDING = Wording(
    parts=("the loss", "dW"),
    aspects={
        "data": "{} at reg = 0",
        "penalty": "the penalty in {}",
    },
    symbols={
        "N": "the number of examples",
        "D": "the number of features",
        "C": "the number of classes",
    },
)
NOT_FOR_STUDENTS = ("square again", "ten classes", "ten classes again", "many classes")
"""Beginnings of the names of probes that `check()` does without: what they show is rare, and they are large."""
FAR = 1000.0
"""A score whose exponential overflows; below -FAR it underflows to 0."""


def probes(rng):
    """Return the probes; their arguments are W (D, C), X (N, D), y (N,), reg, in float64 and int64.

    The same `rng` (a numpy Generator) state gives the same probes. N, D and C all differ, except in the square
    ones, so that a swapped axis shows.
    """
    return [
        *_with_and_without(rng, "basic", N=7, D=5, C=4, reg=0.7),
        *_with_and_without(rng, "wide", N=9, D=4, C=6, reg=0.37),
        *_with_and_without(rng, "tall", N=8, D=6, C=3, reg=1.3),
        *_with_and_without(rng, "large", N=11, D=3, C=5, reg=0.45),
        *_with_and_without(rng, "square", N=4, D=4, C=4, reg=0.37, edge=True),
        *_with_and_without(rng, "square again", N=3, D=3, C=3, reg=0.6, edge=True),
        *_with_and_without(rng, "ten classes", N=6, D=3, C=10, reg=0.2, edge=True),
        *_with_and_without(rng, "ten classes again", N=12, D=4, C=10, reg=0.3, edge=True),
        _edge("two classes", *_random(rng, N=5, D=3, C=2)),
        _edge("many classes", *_labels_from(rng, 128, N=4, D=1, C=140)),
        _edge("ties", *_ties(rng)),
        _edge("one example", *_one_example(rng)),
        _edge("top class absent", *_top_class_absent(rng)),
        _edge("first class absent", *_first_class_absent(rng)),
        _edge("true class far below", *_far_below(rng)),
        _edge("all scores large", *_offset(rng, [FAR])),
        _edge("all scores far below zero", *_offset(rng, [-FAR])),
        _edge("rows far apart", *_offset(rng, [FAR, 0.0, -FAR])),
    ]


def _with_and_without(rng, name, *, reg, edge=False, **sizes):
    """Return two probes of the same W, X and y: without regularization, and with it."""
    arguments = _random(rng, **sizes)
    return (
        Probe(name, (*arguments, 0.0), "data", sizes, edge=edge),
        Probe(f"{name}, with penalty", (*arguments, reg), "penalty", {**sizes, "reg": reg}, beyond=name, edge=edge),
    )


def _edge(name, W, X, y):
    """Return a probe that shows special mistakes alone, without regularization."""
    return Probe(name, (W, X, y, 0.0), "data", {"N": len(X), "D": len(W), "C": W.shape[1]}, edge=True)


def _random(rng, *, N, D, C):
    """Return an ordinary input in whose labels every class appears, as far as N allows, in no order.

    No true class is so improbable that a mistake on it would drown the others; label and example number, and label
    and most probable class, agree nowhere near always.
    """
    while True:
        W, X, y = _normal(rng, D, C), _normal(rng, N, D), rng.permutation(np.arange(N) % C)
        scores = X @ W
        p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        right = np.mean(p.argmax(axis=1) == y)
        if p[np.arange(N), y].min() > 1e-3 and right < 1 and np.mean(np.arange(N) % C == y) < 0.7:
            return W, X, y


def _normal(rng, rows, columns):
    """Return normally distributed numbers with three decimals: they go to students as text, too."""
    return rng.normal(size=(rows, columns)).round(3)


def _labels_from(rng, lowest, *, N, D, C):
    """Return an input whose labels are all `lowest` or above."""
    return _normal(rng, D, C), _normal(rng, N, D), rng.integers(lowest, C, size=N)


def _ties(rng):
    """Return an input with W = 0: all scores are equal and the loss is log(C)."""
    W, X, y = _random(rng, N=7, D=5, C=3)
    return np.zeros_like(W), X, y


def _one_example(rng):
    """Return a batch of one, labelled with a class in the middle."""
    return _normal(rng, 5, 4), _normal(rng, 1, 5), np.array([2])


def _top_class_absent(rng):
    """Return an input in which no example has the last class."""
    W, X, y = _random(rng, N=7, D=5, C=4)
    return W, X, np.minimum(y, 2)


def _first_class_absent(rng):
    """Return an input in which no example has class 0."""
    W, X, y = _random(rng, N=7, D=5, C=4)
    return W, X, np.maximum(y, 1)


def _far_below(rng):
    """Return an input whose true class scores 2000 below the highest of three: the loss is 2000.

    So far that the mean of the three scores is no shift that helps: it leaves exp(1000).
    """
    W = np.array([[0.0, FAR, 2 * FAR], [0.0, 0.0, 0.0]])
    X = np.column_stack([np.ones(4), _normal(rng, 4, 1)])
    return W, X, np.zeros(4, dtype=np.int64)


def _offset(rng, offsets):
    """Return an ordinary input with a number added to all scores of each example, the given ones in turn."""
    W, X, y = _random(rng, N=6, D=5, C=4)
    W[0], X[:, 0] = 1.0, np.resize(offsets, 6)
    return W, X, y
