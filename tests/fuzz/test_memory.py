"""What is made to fill memory takes little more of it than its own bytes: it is refused before it is unfolded."""

import functools
import struct
import tracemalloc

import numpy as np
import pytest
from tests.fuzz.properties import assert_clear
from tests.fuzz.test_fuzzed_answers import compare_all

from gradkit import notebook as reader
from gradkit.diagnosis import values_of
from gradkit.errors import SubmissionError
from gradkit.grader.sandbox import wire
from gradkit.grader.sandbox.wire import Tag, WireError
from gradkit.notebook import read_notebook

MIB = 1 << 20


def peak_of(use, value):
    """Return how many bytes were allocated at once while a value was used or refused."""
    tracemalloc.start()
    try:
        use(value)
    except (SubmissionError, WireError) as refused:
        assert_clear(str(refused))
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return peak


# ---------------------------------------------------------------------- notebooks


def filled(head, piece, tail, size):
    """Return a file of about a size: a piece over and over between head and tail."""
    return head + piece * ((size - len(head) - len(tail)) // len(piece)) + tail


def many_keys(size):
    """Return a file with an object of many short keys, all different."""
    keys = b",".join(b'"%x":0' % number for number in range(size // 10))
    return b'{"nbformat":4,"cells":[],"x":{' + keys + b"}}"


LIST = b'{"nbformat":4,"cells":[],"x":['
LINES = b'{"nbformat":4,"cells":[{"cell_type":"markdown","source":["\xf0\x9f\x98\x80",'
BOMBS = {
    "short texts": functools.partial(filled, LIST, b'"ab",', b"0]}"),
    "numbers": functools.partial(filled, LIST, b"1.5,", b"0]}"),
    "objects": functools.partial(filled, LIST, b'{"a":1.5},', b"0]}"),
    "lists": functools.partial(filled, LIST, b"[],", b"0]}"),
    "keys": many_keys,
    "wide lines": functools.partial(filled, LINES, b'"\xf0\x9f\x98\x80",', b'""]}]}'),
    "wide and long lines": functools.partial(filled, LINES, b'"xxxxxxxxxxxxxxxxxx\xf0\x9f\x98\x80",', b'""]}]}'),
    "wide text": functools.partial(filled, LINES[:-2], b"x", b'"]}]}'),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_notebook_takes_memory_in_proportion_to_its_size(bomb, monkeypatch):
    """JSON has forms in which each byte becomes twenty in memory."""
    scale = 10  # a tenth of the largest file, with a tenth of the parts
    monkeypatch.setattr(reader, "MAX_PARTS", reader.MAX_PARTS // scale)
    data = BOMBS[bomb](reader.MAX_FILE // scale)
    assert peak_of(functools.partial(read_notebook, name="softmax.ipynb"), data) <= 12 * len(data)


# ---------------------------------------------------------------------- frames


def items(count, item):
    """Return a body of sequences that together hold many times the same item."""
    inner = struct.pack("<BH", Tag.SEQUENCE, wire.MAX_ITEMS) + item * wire.MAX_ITEMS
    outer = -(-count // wire.MAX_ITEMS)
    return struct.pack("<BH", Tag.SEQUENCE, outer) + inner * outer


FLOODS = {
    "nothing over and over": items(MIB, bytes([Tag.NONE])),
    "empty sequences": items(MIB // 3, struct.pack("<BH", Tag.SEQUENCE, 0)),
    "empty texts": items(MIB // 5, struct.pack("<BI", Tag.TEXT, 0)),
    "small arrays": items(MIB // 11, struct.pack("<BBBQ", Tag.ARRAY, 13, 1, 1) + b"\1"),
    "wide text": struct.pack("<BI", Tag.TEXT, MIB - 5) + "\U0001f600".encode() + b"x" * (MIB - 9),
    "no UTF-8": struct.pack("<BI", Tag.TEXT, MIB - 5) + b"\xff" * (MIB - 5),
    "booleans": struct.pack("<BBBQ", Tag.ARRAY, 5, 1, MIB - 16) + b"\7" * (MIB - 16),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_frame_takes_memory_in_proportion_to_its_bytes(flood):
    """No form of the format becomes more than a few times as large in the grader as on the wire."""
    assert peak_of(functools.partial(wire.values, count=1), FLOODS[flood]) <= 16 * MIB


# ---------------------------------------------------------------------- values

TEXTS = ("x" * 1_000_000, *[""] * (wire.MAX_ITEMS - 1))
ROWS = (np.zeros(1600, np.complex128), *[np.zeros(1600, np.bool_)] * (wire.MAX_ITEMS - 1))
COSTLY = {"a long text among many": TEXTS, "complex among booleans": ROWS, "twice": (ROWS, ROWS)}


@pytest.mark.parametrize("value", COSTLY.values(), ids=COSTLY)
@pytest.mark.parametrize("use", [compare_all, values_of], ids=["judged", "diagnosed"])
def test_a_value_takes_memory_in_proportion_to_its_bytes(value, use):
    """Nothing is converted into a form that is many times as large as the 8 MiB that may come."""
    assert peak_of(use, (value, 0.0)) <= 64 * MIB
