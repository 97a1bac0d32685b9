"""Any peer on a guest's channel, over a real socket: plain values, or a fault that says what the peer did."""

import contextlib
import os
import socket
import struct
import threading

from hypothesis import example, given
from hypothesis import strategies as st
from tests.fuzz.properties import assert_clear, in_tests
from tests.fuzz.wire_values import VALUES, body

from gradkit.grader.errors import FaultKind, GuestFault, StudentFault
from gradkit.grader.sandbox import wire
from gradkit.grader.sandbox.channel import End, Guest
from gradkit.grader.sandbox.ladder import Rung

LIMIT = 1 << 16
SECONDS = 0.02
FAULTS = {FaultKind.TIMED_OUT, FaultKind.DIED, FaultKind.TOO_LARGE, FaultKind.PROTOCOL}
RUNG = Rung("test", frozenset({"one", "two"}), "")


class Unkillable(Guest):
    """The grader's end of a guest whose process is this one; it only notes that it was to be killed."""

    killed = False

    def kill(self, grace=0):
        """Note it."""
        self.killed = True
        return End(9, 0.0, 0)


@contextlib.contextmanager
def connected():
    """Give both ends of a channel."""
    ours, theirs = socket.socketpair()
    handle = os.pidfd_open(os.getpid())
    try:
        yield Unkillable(ours, handle, lambda: End(9, 0.0, 0)), theirs
    finally:
        ours.close()
        theirs.close()
        os.close(handle)


def answer(theirs, pieces, *, hangs_up):
    """Read one question and answer it piece by piece; in the pieces the question's number may be asked for."""
    with contextlib.suppress(OSError, struct.error):  # hung up meanwhile
        head = wire.header(theirs.recv(wire.HEADER.size, socket.MSG_WAITALL))
        theirs.recv(head.length, socket.MSG_WAITALL)
        for piece in pieces:
            theirs.sendall(piece(head.call) if callable(piece) else piece)
        if hangs_up:
            theirs.shutdown(socket.SHUT_RDWR)


def ask(pieces, hangs_up):
    """Ask a peer that answers with these pieces, twice."""
    peers = []
    with connected() as (guest, theirs):
        try:
            for _ in range(2):
                peers.append(threading.Thread(target=answer, args=(theirs, pieces), kwargs={"hangs_up": hangs_up}))
                peers[-1].start()
                kind, values = guest.ask(wire.Kind.CALL, ["f", [], 0], SECONDS, LIMIT)
                assert 0 <= kind < 256
                assert len(values) <= wire.MAX_VALUES
        except StudentFault as fault:
            assert_expected(fault)
        finally:
            with contextlib.suppress(OSError):
                theirs.shutdown(socket.SHUT_RDWR)  # a peer may still wait for a question, or for us to read
            for peer in peers:
                peer.join()


def assert_expected(fault):
    """Assert that a fault is one of those that a channel knows, in words that can be shown."""
    assert fault.kind in FAULTS
    assert_clear(f"Your function {fault.public}")


def whole(values, kind=wire.Kind.RESULT, changes=0):
    """Return a maker of a frame for a call, its number changed by so much."""
    content = b"".join(map(body, values))
    return lambda call: (
        wire.HEADER.pack(wire.MAGIC, kind, 0, len(values), (call + changes) % 2**64, len(content)) + content
    )


def half(make, length):
    """Return a maker of a frame's beginning."""
    return lambda call: make(call)[:length]


def lying(kind, number, length):
    """Return a maker of a header that announces what does not come."""
    return lambda call: struct.pack("<4sBBHQQ", wire.MAGIC, kind, 0, number, call, length)


LENGTHS = st.one_of(st.integers(0, 100), st.integers(0, 2**64 - 1), st.sampled_from([LIMIT, LIMIT + 1]))
WHOLE = st.builds(whole, st.lists(VALUES, max_size=3), st.integers(0, 255), st.sampled_from([0, 0, 0, 1]))
PIECES = st.lists(
    st.one_of(
        WHOLE,
        st.builds(half, WHOLE, st.integers(0, 60)),
        st.builds(lying, st.integers(0, 255), st.integers(0, 2**16 - 1), LENGTHS),
        st.binary(max_size=40),
        st.binary(min_size=1, max_size=1).map(lambda byte: byte * (LIMIT + 100)),
    ),
    max_size=4,
)


@in_tests
@given(PIECES, st.booleans())
def test_any_answer(pieces, hangs_up):
    """Half frames, floods, lies and early ends, whole answers between them."""
    ask(pieces, hangs_up)


@in_tests
@given(st.one_of(st.lists(VALUES, max_size=3), st.just([("one", "two")])), st.sampled_from([4, 4, 4, 7]))
@example([], 4)
@example([5], 4)
@example([((),)], 4)
def test_any_first_frame(values, kind):
    """A guest that says hello in any other way than it should is never used, by our own fault."""
    with connected() as (guest, theirs):
        theirs.sendall(whole(values, kind)(0))
        try:
            guest.hello(RUNG)
        except GuestFault as fault:
            assert guest.killed
            assert_clear(str(fault))
        else:
            assert (kind, values) == (wire.Kind.HELLO, [("one", "two")])
