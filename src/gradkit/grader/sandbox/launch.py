"""Starts zygotes, and guests from them; the trusted end of both.

A zygote is started once per worker and rung. A guest lives for one submission (or until it dies) and is
killed through its pidfd, so that no other process can be hit by mistake.
"""

import contextlib
import functools
import json
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import GuestFault
from ..model import Limits
from ..scratch import Scratch
from . import ladder
from .channel import End, Guest

START_SECONDS = 60.0
MAX_MESSAGE = 65536


class Zygote:
    """A running zygote on one rung. Raises GuestFault if it cannot start, or dies later."""

    def __init__(self, rung: ladder.Rung, limits: Limits) -> None:
        self.rung = rung
        self._jobs = 0
        self._ends: dict[int, End] = {}
        self._site = Scratch("guest")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(START_SECONDS)
        command, options = ladder.command(rung, self._site.path, theirs.fileno())
        with tempfile.TemporaryFile() as log:
            with theirs, _first_to_go():
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
            settings = ladder.guest_settings(rung, limits)
            try:
                self._control.send(json.dumps(settings).encode())
                self._next("ready")
            except (OSError, GuestFault) as error:
                self.close()
                log.seek(0)
                said = log.read()[-600:].decode("utf-8", "replace").strip()
                raise GuestFault(f"the {rung.name} sandbox did not start: {said or error}") from None

    def spawn(self) -> Guest:
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
        try:
            _, handle = self._next("spawned")
        except GuestFault:
            ours.close()
            raise
        guest = Guest(ours, handle, functools.partial(self.end_of, self._jobs))
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
        self._site.remove()

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


@contextlib.contextmanager
def _first_to_go() -> Iterator[None]:
    """Have the kernel end what is started meanwhile, and its guests, before anything else if memory runs out.

    A lost guest is replaced; a lost worker costs more. Where the kernel has no such setting nothing is done.
    """
    setting = Path("/proc/self/oom_score_adj")
    try:
        before = setting.read_text()
        setting.write_text("1000")
    except OSError:
        yield
        return
    try:
        yield
    finally:
        setting.write_text(before)


class Sandbox:
    """A zygote on a rung that is started again when it dies."""

    def __init__(self, rung: ladder.Rung, limits: Limits) -> None:
        self.rung = rung
        self._limits = limits
        self._zygote: Zygote | None = None

    def spawn(self) -> Guest:
        """Return a fresh guest; a failure is tried once more on a fresh zygote, then raised as GuestFault."""
        try:
            return self._running().spawn()
        except GuestFault:
            self.close()
            return self._running().spawn()

    def close(self) -> None:
        """End the zygote and all its guests."""
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None

    def _running(self) -> Zygote:
        if self._zygote is None:
            self._zygote = Zygote(self.rung, self._limits)
        return self._zygote
