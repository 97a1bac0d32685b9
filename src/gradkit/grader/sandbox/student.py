"""A student's functions, as the hidden suites see them: called like any function, run in a guest.

``student.softmax_loss_naive(W, X, y, reg)`` sends the arguments to the guest and returns what comes back, or
raises StudentFault. A guest that dies or stalls is replaced, so that the next call starts clean; what a
submission may use up in all is bounded.
"""

import contextlib
import signal
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from gradkit.facts import Facts
from gradkit.notebook import Notebook
from gradkit.wording import visible

from ..errors import FaultKind, GuestFault, StudentFault
from ..model import Limits
from . import channel, explain, growth, launch, wire
from .guest.serve import COUNT, WATCH
from .prepared import read_prepared
from .report import Report, read_report

Fault = TypeVar("Fault", bound=StudentFault | GuestFault)
MAX_NAME, MAX_SAID = 100, 300
GRACE = 1.0
"""Seconds that a guest which hung up gets to end by itself, so that its status tells why."""


class Student:
    """One submission's functions. Raises StudentFault from calls, GuestFault if the sandbox itself fails."""

    def __init__(self, sandbox: launch.Sandbox, notebook: Notebook, graded: Sequence[str], limits: Limits) -> None:
        self._sandbox = sandbox
        self._cells = notebook.code()
        self._facts = Facts(dict(self._cells), graded, notebook.remarks(graded))
        self._limits = limits
        self._guest: channel.Guest | None = None
        self._share = limits.submission_seconds / len(graded)
        self._left = self._share
        self._question = ""
        self._begun: set[str] = set()
        self._lost = 0
        self._with_calls = True
        self._loops: Mapping[str, Sequence[growth.Loop]] = {}
        self._spans: Sequence[tuple[int, int, int]] = ()
        self._told: dict[str, explain.Told] = {}
        self._hopeless: StudentFault | None = None
        self._undefinable = False
        self._published = False
        self._guest_knows_secrets = self._knew_secrets = False
        self.limits_hit: set[str] = set()

    def call(self, name: str, *arguments: Any, flags: int = 0) -> Report:
        """Call a function of the notebook with fresh copies of the arguments."""
        kind, values = self._ask(wire.Kind.CALL, [name, list(arguments), flags])
        if kind == wire.Kind.ERROR:
            raise self._raised(name, values)
        assert self._guest is not None
        report = read_report(values, self._guest.cpu) if kind == wire.Kind.RESULT else None
        if report is not None:
            return report
        raise self._lose_guest(explain.interference())

    def begin_check(self, question: str, *, published: bool) -> None:
        """Prepare for a check of a question whose inputs students know, or do not know.

        Each question has its own share of the submission's time, and what earlier ones left, and its own count of
        crashes. A published check shows the texts of exceptions; so it gets a guest that has seen no hidden input.
        """
        self._turn_to(question)
        self._published = published
        if published and self._guest_knows_secrets:
            self.close()

    def begin_diagnosis(self, question: str) -> None:
        """Prepare for calls whose values decide no points but show in a hint: in a guest that saw no hidden input."""
        self._turn_to(question)
        self.close()

    def _turn_to(self, question: str) -> None:
        """Make the following calls count for this question's time and crashes."""
        if question != self._question:
            self._left += self._share if self._begun and question not in self._begun else 0
            self._begun.add(question)
            self._question = question
            self._lost = 0
            self._hopeless = self._hopeless if self._undefinable else None

    def watched(self, name: str, *arguments: Any) -> Report:
        """Call a function and report what it did to its arguments and to the global random state."""
        return self.call(name, *arguments, flags=WATCH)

    def counted(self, name: str, *arguments: Any) -> Report:
        """Call a function and count the instructions that run in the notebook's own frames."""
        return self.call(name, *arguments, flags=COUNT)

    def others_named(self, name: str) -> tuple[str, ...]:
        """Return the other graded functions that this one's source names."""
        self._ready()
        return self._facts.others_named(name)

    def reflection(self, name: str) -> tuple[str, ...]:
        """Return the names in this function's source with which it could pry into its own execution."""
        self._ready()
        return tuple(self._facts.reflection.get(name, ()))

    def loops(self, name: str) -> tuple[str, ...]:
        """Return the places of the loops in all that this function needs, in words."""
        self._ready()
        places = (self._facts.place(cell, line) for cell, line, *_ in self._loops.get(name, ()))
        return tuple(place for place in places if place)

    def growing_line(self, name: str, small: Report, large: Report, more: int) -> str:
        """Return the place, in words, of the loop that made more of the data take more instructions."""
        found = growth.growing_line(small.lines, large.lines, more, self._loops.get(name, ()))
        return self._facts.place_in(*found) if found and self._is_run(*found) else ""

    def notes(self) -> tuple[str, ...]:
        """Return remarks on the notebook that the student should know of."""
        return self._facts.notes()

    def close(self) -> None:
        """End the guest."""
        lost, self._guest = self._guest, None
        if lost is not None:
            with contextlib.suppress(GuestFault):  # a sandbox that has died has ended its guests
                lost.kill()

    def _ready(self) -> None:
        """Have a guest in which the notebook's definitions have run."""
        while self._guest is None:
            if self._hopeless is None and self._left <= 0:
                self._hopeless = self._out_of_time()
            if self._hopeless is not None:
                raise self._hopeless
            self._guest = self._sandbox.spawn()
            self._guest_knows_secrets = False
            try:
                self._define()
            except StudentFault as fault:
                reason = self._lose_guest(fault)
                if not self._with_calls:
                    sentence = f"could not be defined: running the notebook's definitions {reason.public}"
                    self._hopeless = StudentFault(reason.kind, sentence)
                    self._undefinable = True
                # Perhaps a constant is computed by an endless call: the functions may do without it.
                self._with_calls = False
            except BaseException:  # a fault of ours has left half a guest, which must not judge the student's code
                self.close()
                raise

    def _define(self) -> None:
        kind, values = self._exchange(wire.Kind.PREPARE, [self._cells, list(self._facts.graded), self._with_calls])
        prepared = read_prepared(values) if kind == wire.Kind.PREPARED else None
        if prepared is None:
            raise GuestFault(f"a guest could not read the cells: {visible(str(values), MAX_SAID)}")
        for known in ("problems", "functions", "rebound", "reads", "reflection"):
            setattr(self._facts, known, getattr(prepared, known))
        self._loops, self._spans = prepared.loops, prepared.spans
        kind, values = self._exchange(wire.Kind.EXECUTE, [])
        if kind != wire.Kind.EXECUTED:
            raise explain.interference()
        if not self._knew_secrets:  # later the same definitions might fail with a text made of hidden inputs
            self._facts.failures = explain.read_failures(values)

    def _ask(self, kind: wire.Kind, values: list[Any]) -> tuple[int, list[Any]]:
        try:
            return self._attempt(kind, values)
        except GuestFault as first:  # the sandbox failed, not the student: once more, on a fresh one
            try:
                return self._attempt(kind, values)
            except GuestFault as second:
                raise self._counted(explain.greedy(first, second) or second) from None

    def _attempt(self, kind: wire.Kind, values: list[Any]) -> tuple[int, list[Any]]:
        self._ready()
        if not self._published:
            self._guest_knows_secrets = self._knew_secrets = True
        try:
            return self._exchange(kind, values)
        except StudentFault as fault:
            raise self._lose_guest(fault) from None
        except BaseException:  # of ours: the next call would get this one's answer
            self.close()
            raise

    def _exchange(self, kind: wire.Kind, values: list[Any]) -> tuple[int, list[Any]]:
        assert self._guest is not None
        if self._left <= 0:
            raise self._out_of_time()
        guest, before = self._guest, self._guest.spent
        seconds = min(self._limits.call_seconds, self._left)
        try:
            return guest.ask(kind, values, seconds, self._limits.reply_mb << 20)
        finally:
            self._left -= guest.spent - before

    def _out_of_time(self) -> StudentFault:
        self.limits_hit.add("submission_seconds")
        return explain.out_of_time(self._share)

    def _lose_guest(self, fault: StudentFault) -> StudentFault:
        """End a guest that is of no more use and return the fault with what its end tells."""
        assert self._guest is not None
        lost, self._guest = self._guest, None
        stopped = fault.kind is FaultKind.TIMED_OUT and lost.stopped()
        end = lost.kill(grace=GRACE if fault.kind is FaultKind.DIED else 0)
        if stopped:
            raise GuestFault("a guest was stopped from outside")
        if fault.kind is FaultKind.DIED and explain.killed_from_outside(end, self._limits):
            raise GuestFault("a guest was killed from outside: is this machine short of memory?", end.peak)
        if fault.kind is FaultKind.TIMED_OUT and self._left <= 0:
            self.limits_hit.add("submission_seconds")
            fault = StudentFault(fault.kind, "did not return within what was left of this function's time")
        elif fault.kind is FaultKind.TIMED_OUT:
            self.limits_hit.add("call_seconds")
            fault = StudentFault(fault.kind, f"did not return within {self._limits.call_seconds:g} seconds")
        elif fault.kind is FaultKind.TOO_LARGE:
            self.limits_hit.add("reply_mb")
        elif fault.kind is FaultKind.DIED:
            if end.status & 0x7F == signal.SIGKILL and end.by_itself:
                self.limits_hit.add("cpu_seconds")
            fault = StudentFault(fault.kind, explain.how_it_died(end, self._limits))
        return self._counted(fault)

    def _counted(self, fault: Fault) -> Fault:
        """Count the loss of a guest by the student's fault, and return the fault."""
        self._lost += isinstance(fault, StudentFault)
        if self._lost >= self._limits.crashes:
            self.limits_hit.add("crashes")
            sentence = f"was not called: its process was lost {self._lost} times already"
            self._hopeless = StudentFault(FaultKind.DIED, sentence)
        return fault

    def _raised(self, name: str, values: list[Any]) -> StudentFault:
        if [type(value) for value in values] != [str, str, int, int]:
            return self._lose_guest(explain.interference())
        exception, text, cell, line = values
        exception = exception[:MAX_NAME]
        if exception == "":
            return explain.missing(self._facts, name)
        self.limits_hit.update(filter(None, [explain.limit_behind(exception, text)]))
        cell, line = (cell, line) if self._is_run(f"<cell {cell}>", line) else (-1, 0)
        fault = explain.raised(self._facts, exception, text, cell, line, self._limits)
        return fault if self._published else self._told.setdefault(self._question, explain.Told()).limited(fault)

    def _is_run(self, file: str, line: int) -> bool:
        """Tell whether a line belongs to a statement that is run, as it was known before student code ran."""
        return any(file == f"<cell {cell}>" and first <= line <= last for cell, first, last in self._spans)
