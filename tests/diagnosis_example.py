"""A small function with a penalty, right and wrong, on which the tests of the diagnosis try everything.

f(W, x, reg) returns (loss, dW). With s = x @ W, the loss is the sum of sqrt(1 + s**2) over the classes, as a mean over
the examples, and the penalty 0.5*reg*sum(W*W).
W: (D, C) float, x: (N, D) float, reg: float; dW: (D, C).
"""

from functools import cache

import numpy as np

from gradkit.diagnosis import Diagnostician, Probe, Wording, behaviour_of, take_fingerprints

WORDING = Wording(
    ("the loss", "dW"),
    {"data": "{} at reg = 0", "penalty": "the penalty in {}"},
    {"N": "the number of examples", "C": "the number of classes"},
)


def data_loss(W, x):
    """Return the mean over the examples, without penalty."""
    return np.hypot(1, x @ W).sum() / len(x)


def data_gradient(W, x):
    """Return its derivative, (D, C)."""
    s = x @ W
    return x.T @ (s / np.hypot(1, s)) / len(x)


def assemble(W, x, reg, *, loss=None, dW=None, in_loss=0.5, in_gradient=1.0):
    """Return the right (loss, dW), except for the pieces that are given."""
    loss = data_loss(W, x) if loss is None else loss
    dW = data_gradient(W, x) if dW is None else dW
    return loss + in_loss * reg * np.sum(W * W), dW + in_gradient * reg * W


def right(W, x, reg):
    """Return what is asked for."""
    return assemble(W, x, reg)


# Mistakes, the most upstream first; the name of each is also its sentence.


def wrong_order(W, x, reg):
    """Return the gradient first."""
    return right(W, x, reg)[::-1]


def transposed(W, x, reg):
    """Return the gradient transposed."""
    loss, dW = right(W, x, reg)
    return loss, dW.T


def loss_per_example(W, x, reg):
    """Return a loss for each example."""
    return assemble(W, x, reg, loss=np.hypot(1, x @ W).sum(axis=1))


def x_changed(W, x, reg):
    """Change x after use."""
    result = right(W, x, reg)
    x *= 2
    return result


def identity_added(W, x, reg):
    """Add a matrix of zeros that has the shape of the scores only if N = C."""
    return assemble(W, x, reg, loss=np.hypot(1, x @ W + np.zeros((len(x), len(x)))).sum() / len(x))


def shift_without_keepdims(W, x, reg):
    """Shift the scores by a row that fits only if N = C, and then is the wrong way round."""
    s = x @ W
    s = s - s.mean(axis=1)
    root = np.hypot(1, s)
    return assemble(W, x, reg, loss=root.sum() / len(x), dW=x.T @ (s / root) / len(x))


def first_example_only(W, x, reg):
    """Leave out all examples but the first."""
    return assemble(W, x, reg, loss=data_loss(W, x[:1]), dW=data_gradient(W, x[:1]))


def root_forgotten(W, x, reg):
    """Forget the root in the loss."""
    return assemble(W, x, reg, loss=(1 + (x @ W) ** 2).sum() / len(x))


def absolute_loss(W, x, reg):
    """Take absolute values for the smooth ones."""
    return assemble(W, x, reg, loss=np.abs(x @ W).sum() / len(x))


def not_averaged(W, x, reg):
    """Take sums for means."""
    return assemble(W, x, reg, loss=data_loss(W, x) * len(x), dW=data_gradient(W, x) * len(x))


def root_forgotten_in_gradient(W, x, reg):
    """Forget the root in the gradient."""
    return assemble(W, x, reg, dW=x.T @ (x @ W) / len(x))


def gradient_not_averaged(W, x, reg):
    """Take the sum for the mean in the gradient."""
    return assemble(W, x, reg, dW=data_gradient(W, x) * len(x))


def penalty_missing(W, x, reg):
    """Leave the penalty out."""
    return assemble(W, x, reg, in_loss=0, in_gradient=0)


def absolute_penalty(W, x, reg):
    """Penalize absolute values in the loss."""
    return assemble(W, x, reg, loss=data_loss(W, x) + reg * np.sum(np.abs(W)), in_loss=0)


def reg_forgotten_in_gradient(W, x, reg):
    """Add W to the gradient whatever reg is."""
    return assemble(W, x, reg, dW=data_gradient(W, x) + W, in_gradient=0)


def squares_overflow(W, x, reg):
    """Square the scores, which is too much for huge ones."""
    return assemble(W, x, reg, loss=np.sqrt(1 + (x @ W) ** 2).sum() / len(x))


def zero_by_zero(W, x, reg):
    """Divide by the score, nan where it is 0."""
    s = x @ W
    return assemble(W, x, reg, dW=x.T @ (s * s / s / np.hypot(1, s)) / len(x))


def zeros_left_out(W, x, reg):
    """Leave out scores that are 0."""
    s = x @ W
    return assemble(W, x, reg, loss=np.hypot(1, s)[s != 0].sum() / len(x))


def one_example_lost(W, x, reg):
    """Lose the axis of the examples if there is only one."""
    np.squeeze(x).sum(axis=1)
    return right(W, x, reg)


MISTAKES = [
    wrong_order,
    transposed,
    loss_per_example,
    x_changed,
    identity_added,
    shift_without_keepdims,
    first_example_only,
    root_forgotten,
    absolute_loss,
    not_averaged,
    root_forgotten_in_gradient,
    gradient_not_averaged,
    penalty_missing,
    absolute_penalty,
    reg_forgotten_in_gradient,
    squares_overflow,
    zero_by_zero,
    zeros_left_out,
    one_example_lost,
]


def with_and_without(rng, name, *, edge=False, **sizes):
    """Return two probes of the same W and x: without penalty, and with it."""
    W, x = rng.normal(size=(sizes["D"], sizes["C"])), rng.normal(size=(sizes["N"], sizes["D"]))
    return [
        Probe(name, (W, x, 0.0), "data", sizes, edge=edge),
        Probe(f"{name}, with penalty", (W, x, 0.7), "penalty", sizes, beyond=name, edge=edge),
    ]


def probes():
    """Return probes of three ordinary sizes and two square ones, each with and without penalty, and special ones."""
    rng = np.random.default_rng(7)
    W, x = rng.normal(size=(3, 2)), rng.normal(size=(5, 3))
    sizes = {"N": 5, "D": 3, "C": 2}
    return [
        *with_and_without(rng, "small", N=5, D=3, C=2),
        *with_and_without(rng, "wide", N=4, D=2, C=3),
        *with_and_without(rng, "large", N=7, D=4, C=5),
        *with_and_without(rng, "square", N=3, D=3, C=3, edge=True),
        *with_and_without(rng, "square again", N=2, D=2, C=2, edge=True),
        Probe("zero", (0 * W, x, 0.0), "data", sizes, edge=True),
        Probe("huge", (W, 1e200 * x, 0.0), "data", sizes, edge=True),
        Probe("one example", (W, x[:1], 0.0), "data", {**sizes, "N": 1}, edge=True),
    ]


def fingerprints(mistakes=MISTAKES, wording=WORDING):
    """Return the fingerprints of mistakes; each one's name is its sentence."""
    return take_fingerprints(wording, probes(), right, [(f.__name__, f.__name__, f) for f in mistakes])


def seen(function):
    """Return what a function does on the probes."""
    return [behaviour_of(function, probe.arguments) for probe in probes()]


@cache
def diagnostician(*mistakes):
    """Return one who knows some mistakes."""
    return Diagnostician(fingerprints(mistakes))


def diagnosed(function, mistakes=MISTAKES):
    """Return what is said about a function by one who knows some mistakes."""
    return diagnostician(*mistakes).diagnose(seen(function))
