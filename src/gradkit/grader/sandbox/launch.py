"""Starts zygotes, and guests from them; the trusted end of both.

A zygote is started once per worker and rung. A guest lives for one submission (or until it dies) and is
killed through its pidfd, so that no other process can be hit by mistake.
"""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import FaultKind, GuestFault, StudentFault
from . import ladder, wire

START_SECONDS = 60.0
MAX_MESSAGE = 65536
PIDFD_SIZE = 16


class End(NamedTuple):
    """How a guest ended: its wait status, CPU seconds and peak memory in bytes."""

    status: int
    cpu: float
    peak: int


class Zygote:
    """A running zygote on one rung. Raises GuestFault if it cannot start, or dies later."""

    def __init__(self, rung: ladder.Rung, memory: int, cpu_seconds: int) -> None:
        self.rung = rung
        self._jobs = 0
        self._ends: dict[int, End] = {}
        self._site = tempfile.TemporaryDirectory(prefix="gradkit-guest-")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(START_SECONDS)
        command, options = ladder.command(rung, Path(self._site.name), theirs.fileno())
        with tempfile.TemporaryFile() as log:
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - our own program, no student text in it
                    command,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,
                    **options,
                )
            settings = ladder.guest_settings(rung, memory, cpu_seconds)
            try:
                self._control.send(json.dumps(settings).encode())
                self._next("ready")
            except (OSError, GuestFault) as error:
                self.close()
                log.seek(0)
                said = log.read()[-600:].decode("utf-8", "replace").strip()
                raise GuestFault(f"the {rung.name} sandbox did not start: {said or error}") from None

    def spawn(self) -> "Guest":
        """Return a fresh guest that has said hello with every layer of its rung applied."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._jobs += 1
        with theirs:
            try:
                message = json.dumps({"spawn": self._jobs}).encode()
                socket.send_fds(self._control, [message], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise GuestFault(f"the {self.rung.name} sandbox has died: {error}") from None
        _, handle = self._next("spawned")
        guest = Guest(self, self._jobs, ours, handle)
        guest.hello(self.rung)
        return guest

    def end_of(self, job: int) -> End:
        """Wait until the guest of this job is gone; return how it ended."""
        while job not in self._ends:
            self._next("ended", job)
        return self._ends.pop(job)

    def close(self) -> None:
        """Hang up, which ends the zygote and every guest, and wait for it."""
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._site.cleanup()

    def _next(self, wanted: str, job: int | None = None) -> tuple[dict[str, Any], int]:
        """Return the next message of a kind with the descriptor that came along; keep reports of ends."""
        while True:
            try:
                data, descriptors, _, _ = socket.recv_fds(self._control, MAX_MESSAGE, 1)
            except OSError as error:
                raise GuestFault(f"the {self.rung.name} sandbox does not answer: {error}") from None
            if not data:
                raise GuestFault(f"the {self.rung.name} sandbox has died")
            message = json.loads(data)
            if "ended" in message:
                self._ends[message["ended"]] = End(message["status"], message["cpu"], message["peak"])
            if wanted in message and job in (None, message[wanted]):
                return message, descriptors[0] if descriptors else -1


class Guest:
    """The trusted end of one guest's channel: asks, and believes nothing but well-formed values."""

    def __init__(self, zygote: Zygote, job: int, channel: socket.socket, handle: int) -> None:
        self._zygote = zygote
        self._job = job
        self._channel = channel
        self._handle = handle
        self.end: End | None = None

    def hello(self, rung: ladder.Rung) -> None:
        """Read the first frame, written by trusted code; GuestFault unless every layer is in place."""
        try:
            kind, values = self._reply(0, time.monotonic() + START_SECONDS, wire.MAX_TEXT)
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
            return head.kind, wire.values(self._receive(head.length, deadline), head.count)
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

    def kill(self) -> End:
        """End the guest, if it has not ended by itself, and return how it ended."""
        if self.end is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            self._channel.close()
            os.close(self._handle)
            self.end = self._zygote.end_of(self._job)
        return self.end
