"""A student's functions, as the hidden suites see them: called like any function, run in a guest.

``student.softmax_loss_naive(W, X, y, reg)`` sends the arguments to the guest and returns what comes back, or
raises StudentFault. A guest that dies or stalls is replaced, so that the next call starts clean; what a
submission may use up in all is bounded.
"""

import builtins
import signal
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..errors import FaultKind, GuestFault, StudentFault
from ..extract import Notebook
from ..model import Limits
from . import launch, ladder, wire
from .guest.serve import COUNT, WATCH

CALL_OVERHEAD_BYTES = 1 << 16


class Report(NamedTuple):
    """What one call brought beside its value; the guest's own words, so no proof of anything good.

    Attributes:
        value: what the function returned.
        changed: positions of the arguments that the function changed.
        shared: positions of the arguments whose memory the returned value shares.
        moved_random: whether numpy's global random state was used.
        instructions: bytecode instructions executed in the notebook's own frames, if counted.
        switched_off: whether the student's code stopped the counting.
        busiest: the place of the line that ran most often, in words.
    """

    value: Any
    changed: tuple[int, ...]
    shared: tuple[int, ...]
    moved_random: bool
    instructions: int
    switched_off: bool
    busiest: str


class Student:
    """One submission's functions. Raises StudentFault from calls, GuestFault if the sandbox itself fails."""

    def __init__(self, sandbox: "Sandbox", notebook: Notebook, graded: Sequence[str], limits: Limits) -> None:
        self._sandbox = sandbox
        self._cells = notebook.code()
        self._sources = dict(self._cells)
        self._remarks = notebook.remarks(graded)
        self._graded = list(graded)
        self._limits = limits
        self._guest: launch.Guest | None = None
        self._left = limits.submission_seconds
        self._crashes = 0
        self._with_calls = True
        self._hopeless: StudentFault | None = None
        self._problems: tuple[tuple[int, int, str], ...] = ()
        self._functions: tuple[tuple[str, int, int], ...] = ()
        self._reads: dict[str, tuple[str, ...]] = {}
        self._failures: tuple[tuple[int, int, str, str], ...] = ()
        self.limits_hit: set[str] = set()

    def call(self, name: str, *arguments: Any, flags: int = 0) -> Report:
        """Call a function of the notebook with fresh copies of the arguments."""
        kind, values = self._ask(wire.Kind.CALL, [name, list(arguments), flags])
        if kind == wire.Kind.ERROR:
            raise self._raised(name, values)
        return self._report(values)

    def watched(self, name: str, *arguments: Any) -> Report:
        """Call a function and report what it did to its arguments and to the global random state."""
        return self.call(name, *arguments, flags=WATCH)

    def counted(self, name: str, *arguments: Any) -> Report:
        """Call a function and count the instructions that run in the notebook's own frames."""
        return self.call(name, *arguments, flags=COUNT)

    def calls_other(self, name: str) -> tuple[str, ...]:
        """Return the other graded functions that this one's source names."""
        self._ready()
        return tuple(other for other in self._reads.get(name, ()) if other != name)

    def notes(self) -> tuple[str, ...]:
        """Return remarks on the notebook that the student should know of."""
        notes = [remark for remarks in self._remarks.values() for remark in remarks]
        for name in self._graded:
            places = [f"cell {cell}" for function, cell, _ in self._functions if function == name]
            if len(places) > 1:
                notes.append(f"{name} is defined {len(places)} times ({', '.join(places)}); the last one counts")
            notes += [f"{name} names {other}" for other in self._reads.get(name, ()) if other != name]
        notes += [f"cell {cell}, line {line}: {text}" for cell, line, text in self._problems]
        return tuple(notes)

    def close(self) -> None:
        """End the guest."""
        if self._guest is not None:
            self._guest.kill()
            self._guest = None

    def _ready(self) -> launch.Guest:
        """Return a guest in which the notebook's definitions have run."""
        if self._hopeless is not None:
            raise self._hopeless
        if self._guest is None:
            self._guest = self._sandbox.spawn()
            try:
                self._define()
            except StudentFault as fault:
                self._lose_guest(fault)
                if not self._with_calls:
                    self._hopeless = _while_defining(fault)
                    raise self._hopeless from None
                # Perhaps a constant is computed by an endless call: the functions may do without it.
                self._with_calls = False
                return self._ready()
        return self._guest

    def _define(self) -> None:
        kind, values = self._exchange(wire.Kind.PREPARE, [self._cells, self._graded, self._with_calls])
        if kind != wire.Kind.PREPARED:
            raise GuestFault(f"a guest could not read the cells: {values}")
        self._problems, self._functions, reads = values
        self._reads = dict(reads)
        kind, values = self._exchange(wire.Kind.EXECUTE, [])
        if kind != wire.Kind.EXECUTED or len(values) != 1:
            raise StudentFault(FaultKind.PROTOCOL, "interfered with the grader")
        self._failures = tuple(f for f in values[0] if isinstance(f, tuple) and len(f) == 4)

    def _ask(self, kind: wire.Kind, values: list[Any]) -> tuple[int, list[Any]]:
        self._ready()
        try:
            return self._exchange(kind, values)
        except StudentFault as fault:
            raise self._lose_guest(fault) from None

    def _exchange(self, kind: wire.Kind, values: list[Any]) -> tuple[int, list[Any]]:
        assert self._guest is not None
        if self._left <= 0:
            self.limits_hit.add("submission_seconds")
            raise StudentFault(
                FaultKind.OUT_OF_TIME,
                f"was not called: this submission has used up its {self._limits.submission_seconds:g} seconds",
            )
        seconds = min(self._limits.call_seconds, self._left)
        started = time.monotonic()
        try:
            return self._guest.ask(kind, values, seconds, self._limits.reply_mb << 20)
        finally:
            self._left -= time.monotonic() - started

    def _lose_guest(self, fault: StudentFault) -> StudentFault:
        """End a guest that is of no more use and return the fault with what its end tells."""
        assert self._guest is not None
        end = self._guest.kill()
        self._guest = None
        self._crashes += 1
        if fault.kind is FaultKind.TIMED_OUT:
            self.limits_hit.add("call_seconds")
            fault = StudentFault(fault.kind, f"did not return within {self._limits.call_seconds:g} seconds")
        elif fault.kind is FaultKind.TOO_LARGE:
            self.limits_hit.add("reply_mb")
        elif fault.kind is FaultKind.DIED:
            fault = StudentFault(fault.kind, _how_it_died(end.status))
        if self._crashes >= self._limits.crashes:
            self.limits_hit.add("crashes")
            self._hopeless = StudentFault(
                FaultKind.DIED,
                f"was not called: this submission's process was lost {self._crashes} times already",
            )
        return fault

    def _report(self, values: list[Any]) -> Report:
        if len(values) == 2 and isinstance(values[1], tuple) and len(values[1]) == 8:
            _, changed, shared, moved, instructions, switched_off, file, line = values[1]
            if isinstance(changed, tuple) and isinstance(shared, tuple) and isinstance(instructions, int):
                busiest = self._place_of(file, line)
                return Report(values[0], changed, shared, bool(moved), instructions, bool(switched_off), busiest)
        raise self._lose_guest(StudentFault(FaultKind.PROTOCOL, "interfered with the grader"))

    def _raised(self, name: str, values: list[Any]) -> StudentFault:
        if len(values) != 4 or [type(value) for value in values] != [str, str, int, int]:
            return self._lose_guest(StudentFault(FaultKind.PROTOCOL, "interfered with the grader"))
        kind, text, cell, line = values
        if kind == "":
            return StudentFault(FaultKind.MISSING, self._why_missing(name))
        if kind == "NotImplementedError":
            return StudentFault(FaultKind.NOT_STARTED, "is not started: it still raises NotImplementedError")
        if kind == "MemoryError":
            self.limits_hit.add("memory_mb")
        shown = kind if _is_builtin_exception(kind) else "an exception of its own"
        place = self._place_of(f"<cell {cell}>", line)
        public = f"raised {shown}" + (f" in {place}" if place else "")
        return StudentFault(FaultKind.RAISED, public, f"{public}: {text}" if text else public)

    def _place_of(self, file: Any, line: Any) -> str:
        """Return a place in the student's own notebook in words, with the line itself; empty if there is none."""
        for number, source in self._sources.items():
            lines = source.split("\n")
            if file == f"<cell {number}>" and isinstance(line, int) and 0 < line <= len(lines):
                return f"cell {number}, line {line} (`{lines[line - 1].strip()[:80]}`)"
        return ""

    def _why_missing(self, name: str) -> str:
        """Return why the notebook has no such function, as far as can be told."""
        failed = [f"{kind} in {self._place_of(f'<cell {cell}>', line)}: {text}" for cell, line, kind, text in self._failures]
        unread = [f"cell {cell} has a {text} (line {line})" for cell, line, text in self._problems]
        defined = {function for function, _, _ in self._functions}
        others = sorted(other for other in defined - set(self._graded) if _similar(other, name))
        renamed = [f"there is a function {other}: was it renamed?" for other in others]
        reasons = [*self._remarks[name], *unread, *renamed, *failed]
        because = "; ".join(reasons[:3]) or f"expected `def {name}(...)` in a code cell"
        return f"was not found in the notebook: {because}"


class Sandbox:
    """A zygote on a rung that is started again when it dies."""

    def __init__(self, rung: ladder.Rung, limits: Limits) -> None:
        self.rung = rung
        self._limits = limits
        self._zygote: launch.Zygote | None = None

    def spawn(self) -> launch.Guest:
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

    def _running(self) -> launch.Zygote:
        if self._zygote is None:
            cpu_seconds = int(self._limits.submission_seconds) + 5
            self._zygote = launch.Zygote(self.rung, self._limits.memory_mb << 20, cpu_seconds)
        return self._zygote


def _how_it_died(status: int) -> str:
    # Inside its process namespace a guest is process 1, for which abort() ends in SIGSEGV too.
    codes = {
        signal.SIGSEGV: "crashed the Python interpreter (a segmentation fault or abort)",
        signal.SIGABRT: "crashed the Python interpreter (abort)",
        signal.SIGKILL: "was ended by the operating system: it used too much CPU time or memory",
        signal.SIGSYS: "made a system call that is not allowed",
    }
    number = status & 0x7F
    if number:
        return codes.get(signal.Signals(number), f"was ended by signal {number}")
    return "ended the whole Python process instead of returning (os._exit or the like)"


def _while_defining(fault: StudentFault) -> StudentFault:
    return StudentFault(fault.kind, f"could not be defined: running the notebook's definitions {fault.public}")


def _is_builtin_exception(name: str) -> bool:
    known = getattr(builtins, name, None)
    return (isinstance(known, type) and issubclass(known, BaseException)) or name == "LinAlgError"


def _similar(other: str, name: str) -> bool:
    return len(set(other.lower().split("_")) & set(name.lower().split("_"))) >= 2
