"""Counts the bytecode instructions that run in the student's own frames.

A function that handles a whole batch with array operations runs as many instructions for 8 examples as for
512; a loop, a comprehension or a callback per example does not. Unlike time this is exact and repeatable.
"""

import sys
from types import FrameType
from typing import Any

from . import callbacks

CALLBACK = 5
"""Instructions that a function called back by C code counts for: as many as the shortest loop around its call."""


class Counter:
    """Counts instructions between ``start`` and ``stop``, in frames of notebook cells only.

    Attributes:
        instructions: how many were executed.
        switched_off: whether the counted code put another trace function in place.
        lines: how often each (file name, line) was entered, or made C code call something back.
    """

    def __init__(self) -> None:
        self.instructions = 0
        self.switched_off = False
        self.lines: dict[tuple[str, int], int] = {}

    def start(self) -> None:
        """Begin to count."""
        sys.settrace(self._enter)

    def stop(self) -> None:
        """End counting."""
        self.switched_off = sys.gettrace() != self._enter
        sys.settrace(None)

    def busiest(self, count: int) -> list[tuple[str, int, int]]:
        """Return (file name, line, times) of the lines that ran most often, at most so many."""
        often = sorted(self.lines.items(), key=lambda item: -item[1])[:count]
        return [(file, line, times) for (file, line), times in often]

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        if callbacks.is_students(frame):
            frame.f_trace_opcodes = True
            return self._step
        if frame.f_code is callbacks.RELAY:
            self._charge(frame, CALLBACK)
        elif frame.f_back is not None and callbacks.is_students(frame.f_back):
            self._charge(frame, 1)
        return None

    def _step(self, frame: FrameType, event: str, argument: Any) -> Any:
        frame.f_trace_opcodes = True
        if event == "opcode":
            self.instructions += 1
        elif event == "line":
            self._note(frame)
        return self._step

    def _charge(self, called: FrameType, instructions: int) -> None:
        """Count a call of what is none of the student's, for the student's line that led to it."""
        self.instructions += instructions
        frame = called.f_back
        while frame is not None and not callbacks.is_students(frame):
            frame = frame.f_back
        if frame is not None:
            self._note(frame)

    def _note(self, frame: FrameType) -> None:
        place = (frame.f_code.co_filename, frame.f_lineno)
        self.lines[place] = self.lines.get(place, 0) + 1
