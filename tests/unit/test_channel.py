"""The trusted end of a channel, against a peer that is scripted to lie: every answer is checked."""

import itertools
import os
import signal
import socket
import struct
import threading

import pytest

from gradkit.grader.errors import FaultKind, GuestFault, StudentFault
from gradkit.grader.sandbox import channel, wire
from gradkit.grader.sandbox.channel import End, Guest
from gradkit.grader.sandbox.ladder import Rung

RUNG = Rung("test", frozenset({"one", "two"}), "")


@pytest.fixture
def guest():
    """A guest whose other end is in our hands; its process is one that only waits."""
    ours, theirs = socket.socketpair()
    child = os.posix_spawn("/bin/sleep", ["sleep", "600"], {})
    guest = Guest(ours, os.pidfd_open(child), lambda: End(os.waitpid(child, 0)[1], 0.0, 0))
    guest.peer = theirs
    yield guest
    theirs.close()
    guest.kill()


def answered(guest, make, seconds=5.0, limit=1000):
    """Ask while a peer sends what ``make`` returns for the call's number; return what came of it."""

    def reply():
        head = wire.header(guest.peer.recv(wire.HEADER.size, socket.MSG_WAITALL))
        guest.peer.recv(head.length, socket.MSG_WAITALL)
        data = make(head.call)
        if data is None:
            guest.peer.shutdown(socket.SHUT_RDWR)
        else:
            guest.peer.sendall(data)

    peer = threading.Thread(target=reply)
    peer.start()
    try:
        return guest.ask(wire.Kind.CALL, ["f", [], 0], seconds, limit)
    finally:
        peer.join()


def fault(guest, make, **options):
    """Return the fault that an answer leads to."""
    with pytest.raises(StudentFault) as caught:
        answered(guest, make, **options)
    return caught.value


def head(call, length, number=1, magic=wire.MAGIC):
    """Return a header as a lying peer would write it."""
    return struct.pack("<4sBBHQQ", magic, wire.Kind.RESULT, 0, number, call, length)


def test_an_answer_is_returned(guest):
    """Kind and values, as they were sent."""
    assert answered(guest, lambda call: wire.frame(wire.Kind.RESULT, call, [7, "x"])) == (wire.Kind.RESULT, [7, "x"])


@pytest.mark.parametrize(
    "make",
    [
        lambda call: wire.frame(wire.Kind.RESULT, call ^ 1, [7]),
        lambda call: wire.frame(wire.Kind.RESULT, 0, [7]),
        lambda call: head(call, 1, magic=b"HTTP") + b"\0",
        lambda call: head(call, 1, number=9) + b"\0",
        lambda call: head(call, 2) + b"\0\0",
        lambda call: head(call, 1) + b"\xff",
        lambda call: head(call, 1, number=2) + b"\0",
        lambda call: os.urandom(1000).replace(b"GKW1", b"----"),
    ],
    ids=["other call", "call 0", "no frame", "too many", "left over", "unknown tag", "too few", "noise"],
)
def test_an_answer_that_is_none_is_interference(guest, make):
    """The sentence names no byte of it."""
    found = fault(guest, make)
    assert found.kind is FaultKind.PROTOCOL
    assert found.public.startswith("interfered with the grader: ")


@pytest.mark.parametrize("length", [1001, 2**40, 2**64 - 1])
def test_a_reply_over_the_limit_is_not_even_received(guest, length):
    """The announced length decides, before anything is allocated."""
    assert fault(guest, lambda call: head(call, length)).kind is FaultKind.TOO_LARGE


@pytest.mark.parametrize("sent", [lambda call: None, lambda call: b""], ids=["hangs up", "silent"])
def test_no_answer_is_a_death_or_a_timeout(guest, sent):
    """Hanging up ends the call at once; silence when its time is over."""
    found = fault(guest, sent, seconds=0.2)
    assert found.kind is (FaultKind.DIED if sent(0) is None else FaultKind.TIMED_OUT)


@pytest.mark.parametrize("part", [1, 23, 24, 25])
def test_half_an_answer_is_a_timeout(guest, part):
    """Header or body cut short: the grader does not wait beyond the time."""
    whole = lambda call: wire.frame(wire.Kind.RESULT, call, ["text"])  # noqa: E731 - as in the other tables
    assert fault(guest, lambda call: whole(call)[:part], seconds=0.2).kind is FaultKind.TIMED_OUT


def test_one_byte_at_a_time_does_not_stretch_the_time(guest):
    """The time is for the whole answer, not for each piece."""
    stop = threading.Event()

    def drip():
        guest.peer.recv(1000)
        while not stop.wait(0.02):
            guest.peer.send(b"G")

    peer = threading.Thread(target=drip)
    peer.start()
    try:
        with pytest.raises(StudentFault) as caught:
            guest.ask(wire.Kind.CALL, ["f", [], 0], 0.2, 1000)
    finally:
        stop.set()
        peer.join()
    assert caught.value.kind is FaultKind.TIMED_OUT


def test_a_guest_that_does_not_read_is_a_timeout(guest):
    """Arguments larger than the socket's buffer do not block the grader."""
    with pytest.raises(StudentFault, match="did not read its inputs in time"):
        guest.ask(wire.Kind.CALL, ["f", ["x" * 10**6] * 8, 0], 0.2, 1000)


def test_a_guest_that_is_gone_has_died(guest):
    """Writing to a closed channel is no error of ours."""
    guest.peer.close()
    with pytest.raises(StudentFault) as caught:
        guest.ask(wire.Kind.CALL, ["f", [], 0], 1, 1000)
    assert caught.value.kind is FaultKind.DIED


def test_hello_with_every_layer_is_accepted(guest):
    """More than was promised is welcome."""
    guest.peer.sendall(wire.frame(wire.Kind.HELLO, 0, [("one", "two", "three")]))
    assert guest.hello(RUNG) is None
    assert guest.end is None


@pytest.mark.parametrize(
    "frame",
    [
        wire.frame(wire.Kind.HELLO, 0, [("one",)]),
        wire.frame(wire.Kind.HELLO, 0, [()]),
        wire.frame(wire.Kind.ERROR, 0, ["OSError: no Landlock here"]),
        wire.frame(wire.Kind.HELLO, 1, [("one", "two")]),
        b"not a frame at all, and long enough to be a header",
    ],
    ids=["a layer missing", "no layer", "an error", "another call", "no frame"],
)
def test_any_other_first_frame_is_our_fault_and_the_guests_end(guest, frame):
    """A guest that is less confined than it should be never runs student code."""
    guest.peer.sendall(frame)
    with pytest.raises(GuestFault, match="a guest on the test rung"):
        guest.hello(RUNG)
    assert os.WTERMSIG(guest.end.status) == signal.SIGKILL


def test_a_killed_guest_has_ended(guest):
    """Its status is known and its channel closed."""
    assert os.WTERMSIG(guest.kill().status) == signal.SIGKILL
    assert guest.peer.recv(1) == b""


def test_time_in_which_the_grader_was_stopped_is_not_charged(monkeypatch):
    """A suspended machine or Ctrl-Z makes the clock jump; a call pays for one slice of waiting at most."""
    clock = [0.0]

    def stopped_for_an_hour(reading, writing, failing, seconds):
        clock[0] += 3600.0
        return reading, writing, failing

    ours, theirs = socket.socketpair()
    monkeypatch.setattr(channel.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(channel.select, "select", stopped_for_an_hour)
    allowance = channel.Allowance(5.0)
    assert allowance.wait(ours)
    assert allowance.left == 5.0 - 2 * channel.SLICE
    ours.close()
    theirs.close()


def test_time_in_the_queue_for_a_processor_is_not_charged():
    """A guest that could not run because the machine was busy gets up to ten times as long."""
    ours, theirs = socket.socketpair()
    waited = itertools.count(1)
    allowance = channel.Allowance(channel.SLICE, lambda: next(waited))
    assert not allowance.wait(ours)
    assert next(waited) > 5
    ours.close()
    theirs.close()


def test_an_allowance_ends():
    """Nothing comes, so the wait ends with the allowance, and a second wait ends at once."""
    ours, theirs = socket.socketpair()
    allowance = channel.Allowance(0.05)
    assert not allowance.wait(ours)
    assert not allowance.wait(ours)
    ours.close()
    theirs.close()
