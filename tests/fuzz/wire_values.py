"""Every value that the wire can deliver, as a hypothesis strategy; and a writer of bodies that knows no decency."""

import struct

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradkit.grader.sandbox import wire
from gradkit.grader.sandbox.wire import Labelled, Opaque, Tag

HIDDEN = "hid7den"
"""Stands for a hidden input in what a guest sends back: no sentence for students may hold it."""
HUGE = wire.MAX_VOLUME
"""The largest dimension that an empty array may have."""
NAMES = "list dict matrix MaskedArray function NoneType csr_matrix ndarray str complex array".split()

TEXTS = st.one_of(st.sampled_from(["", HIDDEN, *NAMES, f"\x1b[2J{HIDDEN}\n"]), st.text(max_size=8))
INTEGERS = st.one_of(st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1))
EDGES = st.sampled_from([0.0, -0.0, 1.0, 5e-324, 1e308, -1e308, float("inf"), -float("inf"), float("nan")])
FLOATS = st.one_of(EDGES, st.floats())
SHAPES = st.one_of(
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5),
    st.lists(st.sampled_from([0, 1, 2]), min_size=4, max_size=8).map(tuple),
    st.sampled_from([(0, HUGE), (HUGE, 0), (0, HUGE >> 20, 1 << 20), (0,) * 8]),
)


def filled(dtype, shape, numbers):
    """Return an array of a dtype and shape with some numbers over and over; an empty one may be huge."""
    with np.errstate(all="ignore"):
        elements = np.array(numbers).astype(dtype)
    return np.empty(shape, dtype) if 0 in shape else np.resize(elements, shape)


ARRAYS = st.builds(filled, st.sampled_from(wire.DTYPES), SHAPES, st.lists(FLOATS, min_size=1, max_size=4))


def labelled(array, label):
    """Return an array as one of a subclass arrives."""
    view = array.view(Labelled)
    view.label = label
    return view


PLAIN = st.one_of(
    st.none(), st.booleans(), INTEGERS, FLOATS, TEXTS, TEXTS.map(Opaque), ARRAYS, st.builds(labelled, ARRAYS, TEXTS)
)


def nested(values, depth):
    """Return a strategy for values in tuples of at most a depth."""
    return values if depth == 0 else st.one_of(values, st.lists(nested(values, depth - 1), max_size=4).map(tuple))


VALUES = nested(PLAIN, wire.MAX_DEPTH)


def body(value):
    """Return a value as bytes of the wire, written as a guest might that was taken over."""
    if isinstance(value, Opaque):
        return text(Tag.OPAQUE, value)
    if isinstance(value, str):
        return text(Tag.TEXT, value)
    if isinstance(value, Labelled):
        return text(Tag.LABELLED, value.label) + array(value)
    if isinstance(value, np.ndarray):
        return bytes([Tag.ARRAY]) + array(value)
    if isinstance(value, tuple):
        return struct.pack("<BH", Tag.SEQUENCE, len(value)) + b"".join(map(body, value))
    if value is None:
        return bytes([Tag.NONE])
    form, tag = {bool: ("<B?", Tag.BOOL), int: ("<Bq", Tag.INT), float: ("<Bd", Tag.FLOAT)}[type(value)]
    return struct.pack(form, tag, value)


def text(tag, content):
    """Return a text as bytes of the wire."""
    data = content.encode("utf-8", "surrogatepass")
    return struct.pack("<BI", tag, len(data)) + data


def array(value):
    """Return what follows an array's tag as bytes of the wire."""
    head = struct.pack(f"<BB{value.ndim}Q", wire.DTYPES.index(value.dtype.str), value.ndim, *value.shape)
    return head + np.asarray(value).tobytes()


def same(one, other):
    """Tell whether two values of the wire are equal to the last bit, types included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        kinds = (one.dtype, one.shape, getattr(one, "label", ""))
        return kinds == (other.dtype, other.shape, getattr(other, "label", "")) and one.tobytes() == other.tobytes()
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return struct.pack("<d", one) == struct.pack("<d", other)
    return one == other
