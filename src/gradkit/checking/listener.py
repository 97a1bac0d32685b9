"""Starts the process in which a function is checked, hears what it does, and ends it when a step takes too long.

Nothing here depends on the system: a thread reads the pipe, so it works on Windows and macOS as on Linux, and the
process is a fresh interpreter, never a fork of the notebook's kernel.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, BinaryIO

from gradkit.errors import CheckError

START_SECONDS = 60.0
"""Importing numpy for the first time can take long on a slow disk."""
ONE_THREAD = dict.fromkeys("OPENBLAS_NUM_THREADS OMP_NUM_THREADS MKL_NUM_THREADS".split(), "1")
"""Starting threads for tiny matrices takes longer than multiplying them."""
Event = Mapping[str, Any]


class Hung(Exception):
    """A step took longer than it may."""


class Died(Exception):
    """The process ended before it was done."""


class Child:
    """One process that examines a function, as a context manager: on leaving, the process is gone."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._request = request
        self._events: queue.Queue[Event | None] = queue.Queue()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed on leaving

    def __enter__(self) -> "Child":
        # -P: a random.py of the student's beside the notebook must not take the place of Python's own.
        command = [sys.executable, "-P", "-m", "gradkit.checking.child"]
        environment = {**os.environ, **ONE_THREAD}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, env=environment
            )
        except (OSError, ValueError) as error:
            self._log.close()
            raise CheckError(f"no second Python process could be started ({error}): check() needs one") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._listener = threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        self._listener.start()
        with contextlib.suppress(OSError):  # it has died: that shows when it says nothing
            self._process.stdin.write(json.dumps(self._request).encode() + b"\n")
            self._process.stdin.flush()  # and left open: the child ends when it is closed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join(1)
        self._log.close()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def begin(self) -> None:
        """Wait until the process has imported what it needs; raises CheckError if it cannot."""
        try:
            event = self.next(START_SECONDS)
        except (Hung, Died):
            raise CheckError(self._how_it_failed()) from None
        if event["event"] != "slicing":
            raise CheckError(f"the process that checks failed: {event.get('text', event)}")

    def next(self, seconds: float) -> Event:
        """Return what the process says next; raises Hung or Died, CheckError if it failed by itself."""
        try:
            event = self._events.get(timeout=seconds)
        except queue.Empty:
            raise Hung from None
        if event is None:
            raise Died
        if event["event"] == "broken":
            raise CheckError(f"the process that checks failed: {event['text']}")
        return event

    def _listen(self, pipe: BinaryIO) -> None:
        with pipe:
            for line in pipe:
                self._events.put(json.loads(line))
        self._events.put(None)

    def _how_it_failed(self) -> str:
        self._process.kill()
        self._process.wait()
        self._log.seek(0)
        said = self._log.read()[-2000:].decode("utf-8", "replace").strip()
        last = said.splitlines()[-1] if said else "it said nothing"
        return f"a second Python process ({sys.executable}) could not start to check: {last}"
