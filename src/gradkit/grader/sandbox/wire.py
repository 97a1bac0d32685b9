"""The frames that grader and guest exchange: plain values and arrays, never objects.

::

    frame := b"GKW1" kind:u8 0:u8 count:u16 call:u64 length:u64     24 bytes, little endian; then the body
    body  := value * count
    value := tag:u8 and then, by tag
             NONE -            BOOL u8             INT i64             FLOAT f64
             TEXT u32, UTF-8   OPAQUE u32, UTF-8   SEQUENCE u16, value*
             ARRAY dtype:u8 ndim:u8 shape:u64*ndim, raw C-order little-endian elements
             LABELLED u32, UTF-8, and then as for ARRAY

Whoever decodes trusts nothing: sizes are compared with the bytes that are there before anything is
allocated, dtypes come from a list, bytes left over are refused. An instance of a subclass of array (a
matrix, a masked array in which nothing is masked) arrives as :class:`Labelled`: its elements and the name of
its type, nothing that it overrides. What the format cannot carry (an object, a structured dtype) arrives as
:class:`Opaque`, the name of its type.
"""

import math
import struct
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAGIC = b"GKW1"
HEADER = struct.Struct("<4sBBHQQ")
DTYPES = (
    *("<f8", "<f4", "<f2", "<c16", "<c8", "|b1"),
    *("<i8", "<i4", "<i2", "|i1", "<u8", "<u4", "<u2", "|u1"),
)
MAX_DIMENSIONS, MAX_DEPTH, MAX_ITEMS, MAX_TEXT = 8, 4, 5000, 1 << 20
MAX_VALUES = 8
MAX_PARTS = 100_000
MAX_VOLUME = 1 << 40
"""The product of an array's sides that are not 0: of larger ones numpy can make no array, not even an empty one."""


class WireError(Exception):
    """The peer broke the format; whatever it sends next cannot be understood either."""


class Kind(IntEnum):
    """What a frame is about; the grader asks with the first three, the guest answers with the rest."""

    PREPARE = 1
    EXECUTE = 2
    CALL = 3
    HELLO = 4
    PREPARED = 5
    EXECUTED = 6
    RESULT = 7
    ERROR = 8


class Tag(IntEnum):
    """The first byte of a value."""

    NONE = 0
    BOOL = 1
    INT = 2
    FLOAT = 3
    TEXT = 4
    ARRAY = 5
    SEQUENCE = 6
    OPAQUE = 7
    LABELLED = 8


class Opaque(str):
    """The name of the type of a value that the wire does not carry."""

    __slots__ = ()


class Labelled(np.ndarray[Any, np.dtype[Any]]):
    """The elements of an array that was an instance of a subclass, whose name is ``label``."""

    label: str = ""


class Header(NamedTuple):
    """The fixed-size start of a frame: its kind, how many values, the call's number, body length in bytes."""

    kind: int
    number: int
    call: int
    length: int


def frame(kind: Kind, call: int, values: Sequence[Any]) -> bytes:
    """Return one whole frame, header and body."""
    chunks: list[bytes | memoryview] = []
    for value in values:
        _encode(value, chunks, 0)
    body = b"".join(chunks)
    return HEADER.pack(MAGIC, kind, 0, len(values), call, len(body)) + body


def header(data: bytes | bytearray) -> Header:
    """Return the fields of a frame's first ``HEADER.size`` bytes; raises WireError for anything else."""
    magic, kind, zero, count, call, length = HEADER.unpack(data)
    if magic != MAGIC or zero != 0 or count > MAX_VALUES:
        raise WireError("not a frame header")
    return Header(kind, count, call, length)


def values(body: bytes | bytearray, count: int) -> list[Any]:
    """Return the ``count`` values of a body; raises WireError unless they are exactly what it holds."""
    decoder = _Decoder(body)
    found = [decoder.value(0) for _ in range(count)]
    if decoder.position != len(body):
        raise WireError("bytes left over behind the last value")
    return found


def _encode(value: Any, chunks: list[bytes | memoryview], depth: int) -> None:
    kind = type(value)
    if value is None:
        chunks.append(bytes([Tag.NONE]))
    elif kind is bool:
        chunks.append(bytes([Tag.BOOL, value]))
    elif kind is int and -(1 << 63) <= value < 1 << 63:
        chunks.append(struct.pack("<Bq", Tag.INT, value))
    elif kind is float:
        chunks.append(struct.pack("<Bd", Tag.FLOAT, value))
    elif kind is str:
        _encode_text(Tag.TEXT, value, chunks)
    elif kind is np.ndarray or isinstance(value, np.generic):
        _encode_array(np.asarray(value), chunks)
    elif isinstance(value, np.ndarray) and not np.ma.is_masked(value):
        _encode_array(np.asarray(value), chunks, kind.__name__[:200])
    elif isinstance(value, tuple | list) and depth < MAX_DEPTH and len(items := _items(value)) <= MAX_ITEMS:
        chunks.append(struct.pack("<BH", Tag.SEQUENCE, len(items)))
        for item in items:
            _encode(item, chunks, depth + 1)
    else:
        _encode_text(Tag.OPAQUE, kind.__name__[:200], chunks)


def _items(value: tuple[Any, ...] | list[Any]) -> list[Any]:
    """Return what a tuple or list holds, not what an iterator of its own class would compute."""
    return [*(tuple if isinstance(value, tuple) else list).__iter__(value)]  # type: ignore[arg-type]


def _encode_text(tag: Tag, text: str, chunks: list[bytes | memoryview]) -> None:
    data = text.encode("utf-8", "replace")[:MAX_TEXT]
    chunks.append(struct.pack("<BI", tag, len(data)) + data)


def _encode_array(array: NDArray[Any], chunks: list[bytes | memoryview], label: str = "") -> None:
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:  # more digits than anyone asks for
        array = array.astype(np.float64)
    dtype = array.dtype.newbyteorder("<").str
    if dtype not in DTYPES or array.ndim > MAX_DIMENSIONS:
        return _encode_text(Tag.OPAQUE, f"array of dtype {array.dtype}"[:200], chunks)
    if label:
        _encode_text(Tag.LABELLED, label, chunks)
    else:
        chunks.append(bytes([Tag.ARRAY]))
    chunks.append(struct.pack(f"<BB{array.ndim}Q", DTYPES.index(dtype), array.ndim, *array.shape))
    chunks.append(np.ascontiguousarray(array, dtype=dtype).tobytes())
    return None


class _Decoder:
    """Reads values from a body, front to back."""

    def __init__(self, body: bytes | bytearray) -> None:
        self.body = memoryview(body)
        self.position = 0
        self.parts = 0

    def value(self, depth: int) -> Any:
        self.parts += 1
        if self.parts > MAX_PARTS:  # many tiny values cost far more than their bytes
            raise WireError("too many values")
        tag = self._number("<B")
        if tag == Tag.SEQUENCE:
            return self._sequence(depth)
        if tag in _READERS:
            return _READERS[tag](self)
        raise WireError(f"no value starts with the byte {tag}")

    def _take(self, length: int) -> memoryview:
        end = self.position + length
        if end > len(self.body):
            raise WireError("the body ends in the middle of a value")
        taken = self.body[self.position : end]
        self.position = end
        return taken

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _text(self) -> str:
        length = self._number("<I")
        if length > MAX_TEXT:
            raise WireError("a text that is too long")
        return bytes(self._take(length)).decode("utf-8", "replace")

    def _sequence(self, depth: int) -> tuple[Any, ...]:
        length = self._number("<H")
        if depth >= MAX_DEPTH or length > MAX_ITEMS:
            raise WireError("a sequence that is too deep or too long")
        return tuple(self.value(depth + 1) for _ in range(length))

    def _labelled(self) -> Labelled:
        label = self._text()
        array = self._array().view(Labelled)
        array.label = label
        return array

    def _array(self) -> NDArray[Any]:
        code, ndim = self._number("<B"), self._number("<B")
        if code >= len(DTYPES) or ndim > MAX_DIMENSIONS:
            raise WireError("an array of an unknown dtype or of too many dimensions")
        shape = struct.unpack(f"<{ndim}Q", self._take(8 * ndim))
        dtype = np.dtype(DTYPES[code])
        # Python's integers do not overflow: a lying shape is noticed before numpy sees it.
        if math.prod(side for side in shape if side) > MAX_VOLUME:  # an empty array's shape needs no bytes
            raise WireError("an array shape that cannot be")
        data = self._take(math.prod(shape) * dtype.itemsize)
        if dtype.kind == "b":  # only 0 and 1 are booleans; any other byte pattern would confuse numpy
            return np.asarray(np.frombuffer(data, np.uint8).reshape(shape) != 0)
        return np.frombuffer(data, dtype).reshape(shape).copy()  # aligned, and its own


_READERS: dict[int, Callable[[_Decoder], Any]] = {
    Tag.NONE: lambda decoder: None,
    Tag.BOOL: lambda decoder: bool(decoder._number("<B")),
    Tag.INT: lambda decoder: decoder._number("<q"),
    Tag.FLOAT: lambda decoder: decoder._number("<d"),
    Tag.TEXT: lambda decoder: decoder._text(),
    Tag.OPAQUE: lambda decoder: Opaque(decoder._text()),
    Tag.ARRAY: lambda decoder: decoder._array(),
    Tag.LABELLED: lambda decoder: decoder._labelled(),
}
