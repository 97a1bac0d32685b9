"""What a student's function may answer: the right loss and gradient, changed in some way, or any value at all."""

import functools

import numpy as np
from hypothesis import strategies as st
from tests.fuzz.wire_values import FLOATS, VALUES, labelled

CHANGES = {
    "swapped": lambda loss, dW: (dW, loss),
    "flattened": lambda loss, dW: (loss, dW.ravel()),
    "transposed": lambda loss, dW: (loss, dW.T.copy()),
    "one row more": lambda loss, dW: (loss, np.vstack([dW, dW[:1]])),
    "one number more": lambda loss, dW: (loss, np.append(dW, 1.0)),
    "nothing": lambda loss, dW: (loss, dW[:0]),
    "a list of rows": lambda loss, dW: (loss, tuple(dW)),
    "lists": lambda loss, dW: (loss, tuple(tuple(map(float, row)) for row in dW[:99])),
    "rows of different lengths": lambda loss, dW: (loss, (dW[0], *dW[1:, 1:])),
    "loss alone": lambda loss, dW: loss,
    "gradient alone": lambda loss, dW: dW,
    "three": lambda loss, dW: (loss, dW, dW),
    "halves of digits": lambda loss, dW: (np.float16(loss), dW.astype(np.float16)),
    "whole": lambda loss, dW: (int(np.rint(loss)), np.rint(dW).astype(np.int64)),
    "complex": lambda loss, dW: (np.complex128(loss), dW + 0j),
    "booleans": lambda loss, dW: (bool(loss), dW > 0),
    "a row of the loss": lambda loss, dW: (np.full(len(dW), loss), dW),
    "the loss in an array": lambda loss, dW: (np.full((1, 1), loss), dW),
    "a matrix": lambda loss, dW: (loss, labelled(dW, "matrix")),
    "zero": lambda loss, dW: (0.0, 0 * dW),
    "negative": lambda loss, dW: (-loss, -dW),
    "reversed": lambda loss, dW: (loss, dW[:, ::-1].copy()),
}


def right(loss, dW):
    """Return the right answer."""
    return loss, dW


def scaled(factor, other, loss, dW):
    """Return loss and gradient, each multiplied by a number of its own."""
    with np.errstate(all="ignore"):
        return loss * factor, dW * other


def poked(number, loss, dW):
    """Return loss and gradient, with a number in one entry of it."""
    dW = dW.copy()
    dW.flat[-1:] = number
    return loss, dW


def instead(value, loss, dW):
    """Return something else altogether."""
    return value


def beside(value, loss, dW):
    """Return the loss and something in the gradient's place."""
    return loss, value


def changed(change, *drawn):
    """Return a strategy for a change with what it is drawn from filled in; it can be read in a report."""
    return st.builds(functools.partial, st.just(change), *drawn)


ANSWERS = st.one_of(
    st.just(right),
    st.sampled_from(sorted(CHANGES)).map(CHANGES.__getitem__),
    changed(scaled, FLOATS, FLOATS),
    changed(poked, FLOATS),
    changed(instead, VALUES),
    changed(beside, VALUES),
)
