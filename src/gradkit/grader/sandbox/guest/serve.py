"""Answers the grader's calls from inside a confined guest: prepare cells, execute them, call functions.

What this module reports before student code runs can be believed. Afterwards the student's code could
have changed anything in this process, so the grader takes every answer as the student's own words.
"""

import os
import sys
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
from numpy import array_equal, asarray, copy, may_share_memory  # before student code could exchange them

from gradkit.definitions import cells, running, surroundings

from .. import wire
from ..wire import Kind
from . import callbacks, counting, loops

CHANNEL = 3
MAX_TEXT = 500
MAX_REPORTED = 50
MAX_SPANS = 2000
random_state = np.random.get_state
WATCH, COUNT = 1, 2
"""Flags of a call: say which inputs were changed; count instructions."""


class Server:
    """The state of one guest: the sliced cells and the namespace in which they ran."""

    def __init__(self) -> None:
        self.sliced = cells.Sliced()
        self.namespace = surroundings.furnish()
        callbacks.install()

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
            _send(_framed(kind, head.call, answer))

    def prepare(self, sources: Any, graded: Any, calls: bool) -> tuple[Kind, list[Any]]:
        """Slice the cells; answer problems, functions, and what the graded functions read, pry with and loop in."""
        self.sliced = sliced = cells.slice_cells(sources, graded, calls=calls)
        problems = [(p.cell, p.line, p.text[:MAX_TEXT]) for p in sliced.problems[:MAX_REPORTED]]
        functions = [(name[:100], cell, line) for name, cell, line in sliced.functions[-1000:]]
        reads = [(name, tuple(sorted(sliced.reads[name] & set(graded)))) for name in graded]
        reflection = [(name, tuple(sorted(sliced.reflection[name]))[:MAX_REPORTED]) for name in graded]
        spans = [(s.cell, s.line, s.node.end_lineno or s.line) for s in sliced.statements][:MAX_SPANS]
        looping = [(name, tuple(islice(loops.loops_needed(name, sliced), MAX_REPORTED))) for name in graded]
        lists = (problems, functions, sliced.rebound[:MAX_REPORTED], reads, reflection, looping, spans)
        return Kind.PREPARED, [tuple(found) for found in lists]

    def execute(self) -> tuple[Kind, list[Any]]:
        """Run the sliced statements, each on its own; answer those that failed."""
        failures = running.execute(self.sliced.statements, self.namespace)
        return Kind.EXECUTED, [tuple(map(tuple, failures[:MAX_REPORTED]))]

    def call(self, name: str, arguments: Any, flags: int) -> tuple[Kind, list[Any]]:
        """Call a function of the notebook; answer its value and a report, or the exception and its place."""
        function = self.namespace.get(name)
        if not callable(function):
            return Kind.ERROR, ["", "", -1, 0]
        before = [copy(a) for a in arguments] if flags & WATCH else []
        state = _random_state() if flags & WATCH else None
        counter = counting.Counter() if flags & COUNT else None
        try:
            if counter:
                counter.start()
            try:
                value = function(*arguments)
            finally:
                if counter:
                    counter.stop()
        except BaseException as error:  # noqa: BLE001 - whatever a student raises must not end the guest
            return Kind.ERROR, [*running.described(error), *running.place(error.__traceback__)]
        changed = [n for n, old in enumerate(before) if not _same(old, arguments[n])]
        shared = [n for n, argument in enumerate(arguments) if flags & WATCH and _shares(value, argument)]
        report = [
            tuple(changed),
            tuple(shared),
            bool(flags & WATCH) and _random_state() != state,
            *_counted(counter),
        ]
        return Kind.RESULT, [value, tuple(report)]


def _framed(kind: Kind, call: int, answer: list[Any]) -> bytes:
    """Return the frame of an answer; one that cannot be written out (a view of a terabyte) is its author's error."""
    try:
        return wire.frame(kind, call, answer)
    except BaseException as error:  # noqa: BLE001 - types of the student's own may raise anything when they are looked at
        return wire.frame(Kind.ERROR, call, [*running.described(error), -1, 0])


def _same(old: Any, new: Any) -> bool:
    return bool(array_equal(old, new, equal_nan=asarray(old).dtype.kind in "fc"))


def _shares(value: Any, argument: Any) -> bool:
    parts = value if isinstance(value, tuple | list) else (value,)
    return isinstance(argument, np.ndarray) and any(
        isinstance(part, np.ndarray) and may_share_memory(part, argument) for part in parts
    )


def _random_state() -> tuple[bytes, int]:
    _, key, position, *_ = random_state(legacy=True)
    return asarray(key).tobytes(), int(position)


def _counted(counter: counting.Counter | None) -> tuple[int, bool, tuple[tuple[str, int, int], ...]]:
    """Return instructions, whether the counting was switched off, and (file, line, times) of the busiest lines."""
    if counter is None:
        return 0, False, ()
    return counter.instructions, counter.switched_off, tuple(counter.busiest(MAX_REPORTED))


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
