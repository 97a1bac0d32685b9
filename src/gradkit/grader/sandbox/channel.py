"""The trusted end of a guest's channel: asks, and believes nothing but well-formed values."""

import contextlib
import os
import secrets
import select
import signal
import socket
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from gradkit.wording import visible

from ..errors import FaultKind, GuestFault, StudentFault
from . import ladder, wire
from .clocks import cpu_clock, is_stopped, queue_clock

HELLO_SECONDS = 60.0
MAX_SAID = 300
SLICE, SHORTEST_SLICE = 0.25, 0.01


class End(NamedTuple):
    """How a guest ended: its wait status, CPU seconds, peak memory in bytes, and whether we did not kill it."""

    status: int
    cpu: float
    peak: int
    by_itself: bool = True


class Allowance:
    """Seconds that a guest may still take.

    Time is charged in small slices, each at most for a little more than itself: time in which this process
    was stopped (Ctrl-Z, a suspended machine) is not the student's. Nor is time in which the guest could have run but
    had no processor because the machine was busy, up to nine tenths of a slice.
    """

    def __init__(self, seconds: float, queued: Callable[[], float] = lambda: 0.0) -> None:
        self.left = seconds
        self._queued = queued
        self._known = 0.0
        self._charged_until = time.monotonic()

    def wait(self, channel: socket.socket, *, to_send: bool = False) -> bool:
        """Wait until the channel can be used; return False when the time is used up first."""
        reading, writing = ([], [channel]) if to_send else ([channel], [])
        while self.left > 0:
            ready = select.select(reading, writing, [], min(SLICE, max(SHORTEST_SLICE, self.left)))
            # From the end of the slice before, not from its own start: an answer in tiny pieces is not free.
            before, self._charged_until = self._charged_until, time.monotonic()
            taken = min(self._charged_until - before, 2 * SLICE)
            if any(ready):
                self.left -= taken
                return True
            self.left -= taken - min(self._newly_queued(), 0.9 * taken)
        return False

    def _newly_queued(self) -> float:
        before, self._known = self._known, self._queued()
        return max(0.0, self._known - before)


class Guest:
    """One guest: its channel, its pidfd, and how to learn of its end.

    Attributes:
        spent: seconds that its answers have taken so far.
        cpu: CPU seconds that its latest answer took, by the kernel's account.
        end: how it ended, once it has.
    """

    def __init__(self, channel: socket.socket, handle: int, wait: Callable[[], End]) -> None:
        self._wait = wait
        self._channel = channel
        self._channel.setblocking(False)
        self._handle = handle
        self._clock = cpu_clock(handle)
        self._queued = queue_clock(handle)
        self.spent = 0.0
        self.cpu = 0.0
        self.end: End | None = None

    def hello(self, rung: ladder.Rung) -> None:
        """Read the first frame, written by trusted code; GuestFault unless every layer is in place."""
        try:
            kind, values = self._reply(0, Allowance(HELLO_SECONDS), wire.MAX_TEXT)
        except StudentFault as fault:
            self.kill()
            raise GuestFault(f"a guest on the {rung.name} rung did not start: {fault}") from None
        layers = values[0] if len(values) == 1 and isinstance(values[0], tuple) else ()
        if kind != wire.Kind.HELLO or not rung.layers <= {layer for layer in layers if isinstance(layer, str)}:
            self.kill()
            said = visible(str(values), MAX_SAID)
            raise GuestFault(f"a guest on the {rung.name} rung is not confined as it should be: {said}")

    def ask(self, kind: wire.Kind, values: list[Any], seconds: float, reply_bytes: int) -> tuple[int, list[Any]]:
        """Send one frame and return kind and values of the answer, within ``seconds`` altogether.

        Raises StudentFault (timed out, died, too large, protocol); the guest is of no more use then.
        """
        call = secrets.randbits(64)
        allowance = Allowance(seconds, self._queued)
        started = self._clock()
        try:
            self._send(wire.frame(kind, call, values), allowance)
            answer = self._reply(call, allowance, reply_bytes)
            self.cpu = self._clock() - started
            return answer
        finally:
            self.spent += seconds - allowance.left

    def _send(self, frame: bytes, allowance: Allowance) -> None:
        unsent = memoryview(frame)
        while unsent:
            try:
                unsent = unsent[self._channel.send(unsent) :]
            except BlockingIOError:
                if not allowance.wait(self._channel, to_send=True):
                    raise StudentFault(FaultKind.TIMED_OUT, "did not read its inputs in time") from None
            except OSError:
                raise StudentFault(FaultKind.DIED, "ended the process") from None

    def _reply(self, call: int, allowance: Allowance, limit: int) -> tuple[int, list[Any]]:
        try:
            head = wire.header(self._receive(wire.HEADER.size, allowance))
            if head.call != call:
                raise wire.WireError("an answer to another call")
            if head.length > limit:
                raise StudentFault(FaultKind.TOO_LARGE, f"returned more than {limit >> 20} MiB")
            return head.kind, wire.values(self._receive(head.length, allowance), head.number)
        except wire.WireError as error:
            raise StudentFault(FaultKind.PROTOCOL, f"interfered with the grader: {error}") from None

    def _receive(self, length: int, allowance: Allowance) -> bytearray:
        data = bytearray(length)
        view, position = memoryview(data), 0
        while position < length:
            try:
                count = self._channel.recv_into(view[position:])
            except BlockingIOError:
                if not allowance.wait(self._channel):
                    raise StudentFault(FaultKind.TIMED_OUT, "did not return in time") from None
                continue
            except OSError:
                count = 0
            if count == 0:
                raise StudentFault(FaultKind.DIED, "ended the process")
            position += count
        return data

    def stopped(self) -> bool:
        """Tell whether the guest rests because of a signal, which it cannot send itself."""
        return self.end is None and is_stopped(self._handle)

    def kill(self, grace: float = 0) -> End:
        """End the guest, unless it ends by itself within ``grace`` seconds, and return how it ended."""
        if self.end is None:
            by_itself = bool(select.select([self._handle], [], [], grace)[0])
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            self._channel.close()
            os.close(self._handle)
            self.end = self._wait()._replace(by_itself=by_itself)
        return self.end
