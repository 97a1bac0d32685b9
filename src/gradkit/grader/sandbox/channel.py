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

from ..errors import FaultKind, GuestFault, StudentFault
from . import ladder, wire

HELLO_SECONDS = 60.0


class End(NamedTuple):
    """How a guest ended: its wait status, CPU seconds, peak memory in bytes, and whether we did not kill it."""

    status: int
    cpu: float
    peak: int
    by_itself: bool = True


class Guest:
    """One guest: its channel, its pidfd, and how to learn of its end."""

    def __init__(self, channel: socket.socket, handle: int, wait: Callable[[], End]) -> None:
        self._wait = wait
        self._channel = channel
        self._handle = handle
        self.end: End | None = None

    def hello(self, rung: ladder.Rung) -> None:
        """Read the first frame, written by trusted code; GuestFault unless every layer is in place."""
        try:
            kind, values = self._reply(0, time.monotonic() + HELLO_SECONDS, wire.MAX_TEXT)
        except StudentFault as fault:
            self.kill()
            raise GuestFault(f"a guest on the {rung.name} rung did not start: {fault}") from None
        if kind != wire.Kind.HELLO or not rung.layers <= set(values[0]):
            self.kill()
            raise GuestFault(f"a guest on the {rung.name} rung is not confined as it should be: {values[0]}")

    def ask(self, kind: wire.Kind, values: list[Any], seconds: float, reply_bytes: int) -> tuple[int, list[Any]]:
        """Send one frame and return kind and values of the answer, within ``seconds`` altogether.

        Raises StudentFault (timed out, died, too large, protocol); the guest is of no more use then.
        """
        deadline = time.monotonic() + seconds
        call = secrets.randbits(64)
        try:
            self._channel.settimeout(max(deadline - time.monotonic(), 1e-3))
            self._channel.sendall(wire.frame(kind, call, values))
        except TimeoutError:
            raise StudentFault(FaultKind.TIMED_OUT, "did not read its inputs in time") from None
        except OSError:
            raise StudentFault(FaultKind.DIED, "ended the process") from None
        return self._reply(call, deadline, reply_bytes)

    def _reply(self, call: int, deadline: float, limit: int) -> tuple[int, list[Any]]:
        try:
            head = wire.header(self._receive(wire.HEADER.size, deadline))
            if head.call != call:
                raise wire.WireError("an answer to another call")
            if head.length > limit:
                raise StudentFault(FaultKind.TOO_LARGE, f"returned more than {limit >> 20} MiB")
            return head.kind, wire.values(self._receive(head.length, deadline), head.number)
        except wire.WireError as error:
            raise StudentFault(FaultKind.PROTOCOL, f"interfered with the grader: {error}") from None

    def _receive(self, length: int, deadline: float) -> bytearray:
        data = bytearray(length)
        view, position = memoryview(data), 0
        while position < length:
            left = deadline - time.monotonic()
            try:
                self._channel.settimeout(max(left, 1e-3))
                count = self._channel.recv_into(view[position:])
            except TimeoutError:
                raise StudentFault(FaultKind.TIMED_OUT, "did not return in time") from None
            except OSError:
                count = 0
            if count == 0:
                raise StudentFault(FaultKind.DIED, "ended the process")
            if left <= 0:  # one byte at a time does not stretch the time
                raise StudentFault(FaultKind.TIMED_OUT, "did not return in time")
            position += count
        return data

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
