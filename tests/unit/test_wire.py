"""Frames between grader and guest: data goes through unchanged, anything else is named or refused."""

import math
import struct
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradkit.grader.sandbox import wire
from gradkit.grader.sandbox.wire import Kind, Opaque, Tag, WireError


class OwnArray(np.ndarray):
    """A subclass could override every operation of the grader's comparison."""


class OwnFloat(float):
    """The same for a number."""


class OwnText(str):
    """The same for a text."""

    __slots__ = ()


class OwnTuple(tuple):
    """The same for a tuple."""

    __slots__ = ()


def matrix(rows):
    """Return an np.matrix, which numpy warns of."""
    with warnings.catch_warnings(action="ignore"):
        return np.asmatrix(rows)


def body_of(*values):
    """Return the body of a frame that holds these values."""
    return wire.frame(Kind.RESULT, 7, values)[wire.HEADER.size :]


def sent(value):
    """Return what arrives on the other side."""
    (arrived,) = wire.values(body_of(value), 1)
    return arrived


def same(one, other):
    """Return whether two values are equal in type, dtype, shape and every bit that matters."""
    if isinstance(one, np.ndarray):
        return (
            isinstance(other, np.ndarray)
            and one.dtype == other.dtype
            and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
        )
    if isinstance(one, tuple):
        return type(other) is tuple and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return type(other) is float and struct.pack("<d", one) == struct.pack("<d", other)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, 0, -1, 2**63 - 1, -(2**63)),
        *(0.0, -0.0, 1.5, math.inf, -math.inf, math.nan, sys.float_info.min / 2),
        *("", "text", "Grüße, 数 \N{GRINNING FACE}", "\x00\n\x1b"),
        *((), (1, 2.0, "three"), ((None, (True,)), ())),
    ],
    ids=repr,
)
def test_plain_values_arrive_as_they_were(value):
    """Numbers, texts and tuples of them keep type and value."""
    assert same(sent(value), value)


@pytest.mark.parametrize("dtype", wire.DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3), (1,) * 8], ids=repr)
def test_arrays_of_every_dtype_and_shape_arrive_as_they_were(dtype, shape):
    """Each dtype of the list travels in any shape, empty and 0-d included."""
    array = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    assert same(sent(array), array)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4)[:, ::2],
        np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        np.arange(12.0).reshape(3, 4).T,
        np.arange(5)[::-1],
        np.broadcast_to(np.float64(2.5), (3, 2)),
        np.arange(4, dtype=">i4"),
        np.array([1.5, np.nan], dtype=">f8"),
    ],
    ids=["strided", "fortran", "transposed", "reversed", "broadcast", "big-endian ints", "big-endian floats"],
)
def test_memory_layout_makes_no_difference(array):
    """Only the elements travel; what arrives is contiguous and little-endian."""
    arrived = sent(array)
    assert np.array_equal(arrived, array, equal_nan=array.dtype.kind == "f")
    assert arrived.flags.c_contiguous
    assert arrived.dtype.str == array.dtype.newbyteorder("<").str


def test_a_tuple_of_a_students_own_kind_arrives_as_a_tuple():
    """A named tuple is as good an answer as a tuple."""
    assert sent(OwnTuple((1, 2.0))) == (1, 2.0)


def test_extended_precision_arrives_as_float64():
    """More digits than the grader compares are rounded, not refused."""
    arrived = sent(np.array([1.5, 2.5], np.longdouble))
    assert (arrived.dtype, arrived.tolist()) == (np.float64, [1.5, 2.5])


def test_an_array_that_arrived_is_its_own():
    """It can be written to and does not keep the frame's memory alive."""
    arrived = sent(np.zeros(3))
    arrived[0] = 1
    assert arrived.tolist() == [1, 0, 0]
    assert arrived.flags.owndata or arrived.base.flags.owndata


@pytest.mark.parametrize(
    ("value", "dtype"), [(np.float32(1.5), "f4"), (np.int64(3), "i8"), (np.bool_(True), "b1"), (np.float64(2), "f8")]
)
def test_numpy_scalars_arrive_as_0d_arrays(value, dtype):
    """A numpy scalar keeps its dtype."""
    assert same(sent(value), np.array(value, dtype))


def test_a_list_arrives_as_a_tuple():
    """The wire knows one kind of sequence."""
    assert sent([1, [2, 3]]) == (1, (2, 3))


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (object(), "object"),
        ({"a": 1}, "dict"),
        ({1}, "set"),
        (b"bytes", "bytes"),
        (1j, "complex"),
        (len, "builtin_function_or_method"),
        (2**63, "int"),
        (-(2**63) - 1, "int"),
        (10**5000, "int"),
        (OwnFloat(1), "OwnFloat"),
        (OwnText("x"), "OwnText"),
        (np.ma.masked_array([1.0, 2.0], [True, False]), "MaskedArray"),
        (np.ma.masked, "MaskedConstant"),
        (np.array([object()]).view(OwnArray), "array of dtype object"),
        (np.array([object()]), "array of dtype object"),
        (np.zeros(1, [("a", "f8")]), "array of dtype [('a', '<f8')]"),
        (np.zeros(1, "M8[ns]"), "array of dtype datetime64[ns]"),
        (np.array(["text"]), "array of dtype <U4"),
        (np.zeros((1,) * 9), "array of dtype float64"),
        ((0,) * (wire.MAX_ITEMS + 1), "tuple"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_not_data_arrives_as_the_name_of_its_type(value, name):
    """Objects, masked entries and dtypes outside the list come as Opaque."""
    arrived = sent(value)
    assert type(arrived) is Opaque
    assert arrived == name


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (np.arange(4.0).reshape(2, 2).view(OwnArray), "OwnArray"),
        (matrix([[1.0, 2.0]]), "matrix"),
        (np.ma.masked_array([1.0, np.nan]), "MaskedArray"),
        (np.float64(1.5).reshape(1).view(OwnArray).reshape(()), "OwnArray"),
        (np.arange(6, dtype=">i4").reshape(2, 3).view(OwnArray)[:, ::2], "OwnArray"),
    ],
    ids=["own", "matrix", "masked", "0-d", "strided"],
)
def test_an_array_of_another_class_arrives_as_its_elements_with_a_label(value, label):
    """Nothing that the class overrides comes along: what arrives behaves as an array does."""
    arrived = sent(value)
    assert (type(arrived), arrived.label) == (wire.Labelled, label)
    assert same(np.asarray(arrived), np.asarray(value).astype(arrived.dtype))


def test_a_matrix_that_arrived_is_multiplied_entry_by_entry():
    """The grader computes with arrays alone."""
    arrived = sent(matrix([[1.0, 2.0], [3.0, 4.0]]))
    assert (arrived * arrived).tolist() == [[1, 4], [9, 16]]


def test_a_list_in_itself_ends():
    """Nesting beyond the limit is named, not followed."""
    endless = []
    endless.append(endless)
    assert sent(endless) == ((((Opaque("list"),),),),)


@pytest.mark.parametrize(("text", "arrives"), [("a\ud800b", "a?b"), ("x" * (wire.MAX_TEXT + 5), "x" * wire.MAX_TEXT)])
def test_texts_that_are_no_unicode_or_too_long_are_mended(text, arrives):
    """Half a surrogate pair and endless text do not get through."""
    assert sent(text) == arrives


def test_header_says_what_follows():
    """Kind, number of values, call and length are those that were asked for."""
    data = wire.frame(Kind.CALL, 2**64 - 1, ["name", 1.0])
    head = wire.header(data[: wire.HEADER.size])
    assert head == (Kind.CALL, 2, 2**64 - 1, len(data) - wire.HEADER.size)


@pytest.mark.parametrize(
    "fields",
    [
        (b"GKW2", Kind.RESULT, 0, 1, 7, 1),
        (b"\0\0\0\0", Kind.RESULT, 0, 1, 7, 1),
        (wire.MAGIC, Kind.RESULT, 1, 1, 7, 1),
        (wire.MAGIC, Kind.RESULT, 0, wire.MAX_VALUES + 1, 7, 1),
    ],
    ids=["other magic", "zeros", "reserved byte", "too many values"],
)
def test_a_header_that_is_none_is_refused(fields):
    """Anything but a header of this version is a WireError."""
    with pytest.raises(WireError, match="not a frame header"):
        wire.header(wire.HEADER.pack(*fields))


EVERY_TAG = (None, True, 5, 2.5, "text", np.ones((2, 3)), (1, ("a",)), object(), np.ones(2).view(OwnArray))


@pytest.mark.parametrize("length", range(len(body_of(EVERY_TAG))))
def test_a_body_cut_anywhere_is_refused(length):
    """There is no position at which a truncated body can pass for a whole one."""
    with pytest.raises(WireError):
        wire.values(body_of(EVERY_TAG)[:length], 1)


def array_head(code, *shape):
    """Return the bytes of an array up to its elements."""
    return struct.pack(f"<BBB{len(shape)}Q", Tag.ARRAY, code, len(shape), *shape)


def nested(levels):
    """Return a value of sequences within sequences."""
    return struct.pack("<BH", Tag.SEQUENCE, 1) * levels + bytes([Tag.NONE])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (bytes([len(Tag)]), "no value starts with the byte 9"),
        (bytes([255]), "no value starts with the byte 255"),
        (bytes([Tag.NONE, Tag.NONE]), "left over"),
        (array_head(0, 2**63), "cannot be"),
        (array_head(0, 2**64 - 1), "cannot be"),
        (array_head(0, 0, 2**40, 2**40), "cannot be"),
        (array_head(0, 0, 2**20, 2**21), "cannot be"),
        (array_head(0, *[2**40] * 8), "cannot be"),
        (array_head(0, 2**32, 2**32), "cannot be"),
        (array_head(0, 2**20, 2**20), "ends in the middle"),
        (array_head(0, 2) + bytes(15), "ends in the middle"),
        (array_head(0, 2) + bytes(17), "left over"),
        (array_head(len(wire.DTYPES), 1) + bytes(16), "unknown dtype"),
        (array_head(255, 1) + bytes(16), "unknown dtype"),
        (array_head(0, *[1] * 9) + bytes(8), "too many dimensions"),
        (nested(wire.MAX_DEPTH + 1), "too deep"),
        (nested(100_000), "too deep"),
        (struct.pack("<BH", Tag.SEQUENCE, wire.MAX_ITEMS + 1) + bytes(wire.MAX_ITEMS + 1), "too long"),
        (struct.pack("<BI", Tag.TEXT, wire.MAX_TEXT + 1) + b"x" * (wire.MAX_TEXT + 1), "too long"),
        (struct.pack("<BI", Tag.OPAQUE, 2**32 - 1), "too long"),
        (struct.pack("<BI", Tag.TEXT, 5) + b"four", "ends in the middle"),
        (struct.pack("<BI", Tag.LABELLED, 1) + b"L", "ends in the middle"),
        (struct.pack("<BI", Tag.LABELLED, 1) + b"L" + array_head(0, 2)[1:] + bytes(15), "ends in the middle"),
    ],
)
def test_bytes_that_lie_are_refused(body, reason):
    """Sizes, shapes, dtypes and tags are checked against the bytes that are there."""
    with pytest.raises(WireError, match=reason):
        wire.values(body, 1)


def test_many_tiny_values_are_refused():
    """A reply of a few MiB must not cost the grader seconds and gigabytes to decode."""
    inner = struct.pack("<BH", Tag.SEQUENCE, wire.MAX_ITEMS) + bytes([Tag.NONE]) * wire.MAX_ITEMS
    body = struct.pack("<BH", Tag.SEQUENCE, 500) + inner * 500
    with pytest.raises(WireError):
        wire.values(body, 1)


def test_any_byte_but_0_is_true():
    """Booleans other than 0 and 1 arrive as real booleans, alone and in arrays."""
    assert wire.values(bytes([Tag.BOOL, 7]), 1) == [True]
    body = array_head(wire.DTYPES.index("|b1"), 3) + bytes([0, 1, 255])
    (array,) = wire.values(body, 1)
    assert array.view(np.uint8).tolist() == [0, 1, 1]


def test_text_that_is_no_utf8_is_mended():
    """Wrong bytes in a text become replacement characters."""
    assert wire.values(struct.pack("<BI", Tag.TEXT, 2) + b"\xffa", 1) == ["\N{REPLACEMENT CHARACTER}a"]


@given(st.binary(max_size=300), st.integers(0, wire.MAX_VALUES))
def test_any_bytes_are_decoded_or_refused(body, count):
    """Whatever a guest sends, nothing but WireError comes of it."""
    try:
        found = wire.values(body, count)
    except WireError:
        return
    assert len(found) == count


@given(st.binary(min_size=wire.HEADER.size, max_size=wire.HEADER.size))
def test_any_header_is_read_or_refused(data):
    """The same for the header."""
    try:
        head = wire.header(data)
    except WireError:
        return
    assert data.startswith(wire.MAGIC)
    assert head.number <= wire.MAX_VALUES


@given(
    st.lists(st.sampled_from([*Tag, len(Tag), 255]), max_size=6),
    st.lists(st.integers(0, 2**64 - 1), max_size=9),
    st.binary(max_size=40),
)
def test_mutated_arrays_are_decoded_or_refused(tags, shape, rest):
    """The same for bytes that look like arrays in sequences."""
    body = b"".join(struct.pack("<BH", Tag.SEQUENCE, tag) for tag in tags) + array_head(0, *shape) + rest
    try:
        found = wire.values(body, 1)
    except WireError:
        return
    assert len(found) == 1


ARRAYS = st.sampled_from(wire.DTYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(st.characters(exclude_categories=["Cs"])),
    ARRAYS,
)
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4).map(tuple), max_leaves=6)


@given(st.lists(VALUES, max_size=wire.MAX_VALUES))
def test_every_value_that_can_be_encoded_arrives(values):
    """Encoding and decoding are each other's inverse, up to the depth that is carried."""

    def cut(value, depth=0):
        if not isinstance(value, tuple):
            return value
        return tuple(cut(v, depth + 1) for v in value) if depth < wire.MAX_DEPTH else Opaque("tuple")

    arrived = wire.values(body_of(*values), len(values))
    assert all(same(a, cut(v)) for a, v in zip(arrived, values, strict=True))
