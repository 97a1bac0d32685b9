"""Any bytes on the wire: values that are plain, or a WireError; and what is plain arrives to the last bit."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.fuzz.properties import assert_clear, in_tests
from tests.fuzz.wire_values import ARRAYS, VALUES, body, labelled, same

from gradkit.grader.sandbox import wire
from gradkit.grader.sandbox.wire import Kind, Labelled, Opaque, WireError

ARRIVING = (type(None), bool, int, float, str, Opaque, np.ndarray, Labelled, tuple)


def decode(data):
    """Read bytes as header and body of a frame, and once more as a body alone."""
    try:
        head = wire.header(data[: wire.HEADER.size].ljust(wire.HEADER.size, b"\0"))
    except WireError as error:
        assert_clear(str(error))
    else:
        assert head.number <= wire.MAX_VALUES
        decode_body(data[wire.HEADER.size :], head.number)
    decode_body(data, 1)


def decode_body(data, count):
    """Read bytes as so many values."""
    try:
        found = wire.values(data, count)
    except WireError as error:
        assert_clear(str(error))
        return
    assert len(found) == count
    for value in found:
        assert_plain(value)
        assert len(body(value)) <= 3 * len(data)  # wrong UTF-8 is mended, three bytes for one
        (again,) = wire.values(body(value), 1)
        assert same(again, value)


def assert_plain(value, depth=0):
    """Assert that a value is of the types that the grader knows, its own and writable."""
    assert type(value) in ARRIVING
    if isinstance(value, tuple):
        assert depth < wire.MAX_DEPTH
        assert len(value) <= wire.MAX_ITEMS
        for item in value:
            assert_plain(item, depth + 1)
    if isinstance(value, np.ndarray):
        assert value.dtype.str in wire.DTYPES
        assert value.ndim <= wire.MAX_DIMENSIONS
        assert value.flags.c_contiguous
        assert value.flags.writeable
        assert value.flags.aligned


@in_tests
@given(st.binary(max_size=300))
def test_any_bytes(data):
    """Bytes without any sense."""
    decode(data)


LIES = st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(max_size=9), st.integers(0, 9)), max_size=4)


def told(values, lies):
    """Return a frame of values in which some bytes are replaced by others."""
    data = b"".join(map(body, values))
    data = wire.HEADER.pack(wire.MAGIC, Kind.RESULT, 0, len(values), 7, len(data)) + data
    for place, piece, length in lies:
        start = place % len(data)
        data = data[:start] + piece + data[start + length :]
    return data


FRAMES = st.builds(told, st.lists(VALUES, max_size=4), LIES)


@in_tests
@given(FRAMES)
def test_frames_that_lie(data):
    """Well-formed frames with bytes replaced, cut out and added."""
    decode(data)


@in_tests
@given(st.lists(VALUES, max_size=wire.MAX_VALUES))
def test_what_a_guest_may_write_arrives_to_the_last_bit(values):
    """Every value of the format, written by hand: NaNs, negative zeros, empty and huge shapes, labels."""
    data = b"".join(map(body, values))
    assert all(map(same, wire.values(data, len(values)), values))


LAYOUTS = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "reversed": lambda array: array[::-1] if array.ndim else array,
    "transposed": lambda array: array.T,
    "big-endian": lambda array: array.astype(array.dtype.newbyteorder(">")),
    "read-only": lambda array: np.broadcast_to(array, array.shape),
}


@in_tests
@given(ARRAYS, st.sampled_from(sorted(LAYOUTS)))
def test_an_array_of_any_layout_arrives(array, layout):
    """The elements count, not how they lie in memory; dtype, shape and every bit are kept."""
    sent = LAYOUTS[layout](array)
    (arrived,) = wire.values(wire.frame(Kind.RESULT, 1, [sent])[wire.HEADER.size :], 1)
    assert (arrived.dtype.str, arrived.shape) == (sent.dtype.newbyteorder("<").str, sent.shape)
    if array.size:
        assert arrived.tobytes() == np.ascontiguousarray(sent, arrived.dtype).tobytes()


class Pair(tuple):
    """A subclass of a type that the wire carries."""


@pytest.mark.parametrize(
    "value",
    [object(), {1: 2}, {1}, b"bytes", 2**63, 1j, print, np.ma.masked, np.array([object()]), np.array(["text"])],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_arrives_as_a_name(value):
    """Objects, structures and texts in arrays are named, never sent."""
    (arrived,) = wire.values(wire.frame(Kind.RESULT, 1, [(value, Pair([value]))])[wire.HEADER.size :], 1)
    assert [type(item) for item in arrived] in ([Opaque, tuple], [np.ndarray, tuple])


@example([labelled(np.zeros((0, 3)), "matrix")])
@in_tests
@given(st.lists(VALUES, max_size=3))
def test_what_arrived_can_be_sent_on(values):
    """The grader may send what it got: instances of subclasses keep their elements."""
    arrived = wire.values(wire.frame(Kind.RESULT, 1, values)[wire.HEADER.size :], len(values))
    assert len(arrived) == len(values)
