"""Answers the grader's calls from inside a confined guest: prepare cells, execute them, call functions.

What this module reports before student code runs can be believed. Afterwards the student's code could
have changed anything in this process, so the grader takes every answer as the student's own words.
"""

import os
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np

from .. import wire
from ..wire import Kind
from . import cells, counting, surroundings

CHANNEL = 3
MAX_TEXT = 500
MAX_REPORTED = 50
WATCH, COUNT = 1, 2
"""Flags of a call: say which inputs were changed; count instructions."""


class Server:
    """The state of one guest: the sliced cells and the namespace in which they ran."""

    def __init__(self) -> None:
        self.sliced = cells.Sliced()
        self.namespace = surroundings.furnish()

    def run(self, layers: tuple[str, ...]) -> None:
        """Say hello, then answer frames until the grader closes the channel."""
        _send(wire.frame(Kind.HELLO, 0, [layers]))
        answers: dict[Kind, Callable[..., tuple[Kind, list[Any]]]] = {
            Kind.PREPARE: self.prepare,
            Kind.EXECUTE: self.execute,
            Kind.CALL: self.call,
        }
        while True:
            head = wire.header(_receive(wire.HEADER.size))
            values = wire.values(_receive(head.length), head.number)
            kind, answer = answers[Kind(head.kind)](*values)
            _send(wire.frame(kind, head.call, answer))

    def prepare(self, sources: Any, graded: Any, calls: bool) -> tuple[Kind, list[Any]]:
        """Slice the cells; answer problems, functions and what the graded functions read."""
        self.sliced = sliced = cells.slice_cells(sources, graded, calls=calls)
        problems = [(p.cell, p.line, p.text[:MAX_TEXT]) for p in sliced.problems[:MAX_REPORTED]]
        functions = [(name[:100], cell, line) for name, cell, line in sliced.functions[-1000:]]
        reads = [(name, tuple(sorted(sliced.reads[name] & set(graded)))) for name in graded]
        reflection = [(name, tuple(sorted(sliced.reflection[name]))[:MAX_REPORTED]) for name in graded]
        return Kind.PREPARED, [tuple(problems), tuple(functions), tuple(reads), tuple(reflection)]

    def execute(self) -> tuple[Kind, list[Any]]:
        """Run the sliced statements, each on its own; answer those that failed."""
        failures = []
        for statement in self.sliced.statements:
            try:
                exec(statement.code, self.namespace)  # noqa: S102 - student code, in the sandbox made for it
            except BaseException as error:  # noqa: BLE001 - whatever a student raises must not end the guest
                if isinstance(error, ModuleNotFoundError):
                    imported = statement.is_import
                    surroundings.stand_in(error, statement.binds, imported=imported, namespace=self.namespace)
                failures.append((statement.cell, statement.line, *_described(error)))
        return Kind.EXECUTED, [tuple(failures[:MAX_REPORTED])]

    def call(self, name: str, arguments: Any, flags: int) -> tuple[Kind, list[Any]]:
        """Call a function of the notebook; answer its value and a report, or the exception and its place."""
        function = self.namespace.get(name)
        if not callable(function):
            return Kind.ERROR, ["", "", -1, 0]
        before = [np.copy(a) for a in arguments] if flags & WATCH else []
        state = _random_state() if flags & WATCH else None
        counter = counting.Counter() if flags & COUNT else None
        started = time.perf_counter()
        try:
            if counter:
                counter.start()
            try:
                value = function(*arguments)
            finally:
                if counter:
                    counter.stop()
        except BaseException as error:  # noqa: BLE001 - whatever a student raises must not end the guest
            return Kind.ERROR, [*_described(error), *_place(error.__traceback__)]
        seconds = time.perf_counter() - started
        changed = [n for n, old in enumerate(before) if not _same(old, arguments[n])]
        shared = [n for n, argument in enumerate(arguments) if flags & WATCH and _shares(value, argument)]
        report = [
            seconds,
            tuple(changed),
            tuple(shared),
            bool(flags & WATCH) and _random_state() != state,
            *_counted(counter),
        ]
        return Kind.RESULT, [value, tuple(report)]


def _same(old: Any, new: Any) -> bool:
    return bool(np.array_equal(old, new, equal_nan=np.asarray(old).dtype.kind in "fc"))


def _shares(value: Any, argument: Any) -> bool:
    parts = value if isinstance(value, tuple | list) else (value,)
    return isinstance(argument, np.ndarray) and any(
        isinstance(part, np.ndarray) and np.may_share_memory(part, argument) for part in parts
    )


def _random_state() -> tuple[bytes, int]:
    _, key, position, *_ = np.random.get_state(legacy=True)
    return np.asarray(key).tobytes(), int(position)


def _counted(counter: counting.Counter | None) -> tuple[int, bool, str, int]:
    if counter is None:
        return 0, False, "", 0
    return counter.instructions, counter.switched_off, *counter.busiest()


def _described(error: BaseException) -> tuple[str, str]:
    """Return the type and text of an exception, whatever its own methods do."""
    try:
        return type(error).__name__[:100], str(error)[:MAX_TEXT]
    except BaseException:  # noqa: BLE001 - an exception whose text raises
        return type(error).__name__[:100], ""


def _place(traceback: TracebackType | None) -> tuple[int, int]:
    """Return cell and line of the innermost frame in a notebook cell, (-1, 0) if there is none."""
    place = (-1, 0)
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_filename
        if name.startswith("<cell ") and name.endswith(">"):
            place = (int(name[6:-1]), traceback.tb_lineno)
        traceback = traceback.tb_next
    return place


def _receive(length: int) -> bytearray:
    data = bytearray(length)
    view, position = memoryview(data), 0
    while position < length:
        count = os.readv(CHANNEL, [view[position:]])
        if count == 0:  # the grader has no more questions
            os._exit(0)
        position += count
    return data


def _send(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(CHANNEL, view) :]


def serve(layers: tuple[str, ...]) -> None:
    """Answer the grader until it closes the channel; never returns."""
    sys.setrecursionlimit(1000)
    Server().run(layers)
