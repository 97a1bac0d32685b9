"""Puts into words what a student's function did instead of returning a value, and what is odd about a notebook.

A fault's public sentence holds nothing that student code chose while it knew hidden inputs: a type of
exception from a fixed list, a place in the notebook, the student's own line there. The text of an exception
could carry inputs out, so it goes only into the details, which are shown for published inputs alone.
"""

import builtins
import itertools
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import FaultKind, StudentFault
from ..wording import visible

NUMPY_EXCEPTIONS = {"AxisError", "LinAlgError", "DTypePromotionError", "UFuncTypeError"}
MAX_LINE, MAX_TEXT, MAX_REASONS, MAX_FAILURES = 80, 500, 3, 50


@dataclass
class Facts:
    """What is known about a submission's notebook.

    Attributes:
        sources: each code cell's source by cell number.
        graded: names of the graded functions.
        remarks: what is odd about the cells made for each graded function.
        problems: (cell, line, text) of cells that are no Python; from trusted code.
        functions: (name, cell, line) of every function defined at the top level; from trusted code.
        reads: for each graded function, the graded functions that it names; from trusted code.
        reflection: for each graded function, names with which it could pry into its execution; from trusted code.
        failures: (cell, line, exception, text) of definitions that failed; the student's own words.
    """

    sources: Mapping[int, str]
    graded: Sequence[str]
    remarks: Mapping[str, Sequence[str]]
    problems: Sequence[tuple[int, int, str]] = ()
    functions: Sequence[tuple[str, int, int]] = ()
    reads: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reflection: Mapping[str, Sequence[str]] = field(default_factory=dict)
    failures: Sequence[tuple[int, int, str, str]] = ()

    def others_named(self, name: str) -> tuple[str, ...]:
        """Return the other graded functions that a graded function names."""
        return tuple(other for other in self.reads.get(name, ()) if other != name)

    def notes(self) -> tuple[str, ...]:
        """Return remarks on the notebook that the student should know of."""
        notes = [remark for remarks in self.remarks.values() for remark in remarks]
        for name in self.graded:
            places = [f"cell {cell}" for function, cell, _ in self.functions if function == name]
            if len(places) > 1:
                notes.append(f"{name} is defined {len(places)} times ({', '.join(places)}); the last one counts")
            notes += [f"{name} calls {other}" for other in self.others_named(name)]
        notes += [f"cell {cell}, line {line}: {text}" for cell, line, text in self.problems]
        return tuple(notes)

    def place(self, cell: int, line: int) -> str:
        """Return a place in the notebook in words, with the line itself; empty if there is no such place."""
        lines = self.sources[cell].split("\n") if cell in self.sources else []
        if not 0 < line <= len(lines):
            return ""
        return f"cell {cell}, line {line} (`{visible(lines[line - 1].strip(), MAX_LINE)}`)"

    def place_in(self, file: str, line: int) -> str:
        """Return a place given by the file name under which a cell was compiled; empty if there is none."""
        number = file.removeprefix("<cell ").removesuffix(">")
        return self.place(int(number), line) if number.isdecimal() and len(number) < 6 else ""

    def raised(self, exception: str, text: str, cell: int, line: int) -> StudentFault:
        """Return the fault of a function that raised."""
        if exception == "NotImplementedError":
            sentence = "is not started: it still raises NotImplementedError"
            return StudentFault(FaultKind.NOT_STARTED, sentence, exception=exception)
        kind = exception if _is_known_exception(exception) else "an exception of its own"
        place = self.place(cell, line)
        public = f"raised {kind}" + (f" in {place}" if place else "")
        details = f"{public}: {visible(' '.join(text.split()), MAX_TEXT)}".rstrip(".: ")
        return StudentFault(FaultKind.RAISED, public, details, exception)

    def missing(self, name: str) -> StudentFault:
        """Return the fault of a function that the notebook does not have, with the reason as far as it shows."""
        unread = [f"{text} in {self.place(cell, line) or f'cell {cell}'}" for cell, line, text in self.problems]
        defined = {function for function, _, _ in self.functions} - set(self.graded)
        renamed = [
            f"there is a function {other}: was it renamed?" for other in sorted(defined) if _similar(other, name)
        ]
        failed = [
            f"{visible(kind, MAX_LINE)} in {self.place(cell, line)}: {visible(text, MAX_TEXT)}"
            for cell, line, kind, text in self.failures
        ]
        reasons = [*self.remarks[name], *unread, *renamed, *failed][:MAX_REASONS]
        because = "; ".join(reasons) or f"expected `def {name}(...)` in a code cell"
        return StudentFault(FaultKind.MISSING, f"was not found in the notebook: {because}".rstrip("."))


def read_failures(values: Sequence[Any]) -> tuple[tuple[int, int, str, str], ...]:
    """Return the failed definitions that a guest reports, leaving out what is malformed."""
    listed = values[0] if len(values) == 1 and isinstance(values[0], tuple) else ()
    shape = [int, int, str, str]
    sound = (entry for entry in listed if isinstance(entry, tuple) and [type(part) for part in entry] == shape)
    return tuple(itertools.islice(sound, MAX_FAILURES))


def how_it_died(status: int, *, by_itself: bool = True) -> str:
    """Return in words why a guest ended before it answered, from its wait status."""
    if not by_itself:
        return "closed the connection to the grader"
    # Inside its process namespace a guest is process 1, for which abort() ends in SIGSEGV too.
    reasons: dict[int, str] = {
        signal.SIGSEGV: "crashed the Python interpreter (a segmentation fault or abort)",
        signal.SIGABRT: "crashed the Python interpreter (abort)",
        signal.SIGKILL: "was ended by the operating system: it used too much CPU time or memory",
        signal.SIGSYS: "made a system call that is not allowed",
    }
    number = status & 0x7F
    if number:
        return reasons.get(number, f"was ended by signal {number}")
    return "ended the whole Python process instead of returning (os._exit or the like)"


def _is_known_exception(name: str) -> bool:
    known = getattr(builtins, name, None)
    return name in NUMPY_EXCEPTIONS or (isinstance(known, type) and issubclass(known, BaseException))


def _similar(other: str, name: str) -> bool:
    return len(set(other.lower().split("_")) & set(name.lower().split("_"))) >= 2
