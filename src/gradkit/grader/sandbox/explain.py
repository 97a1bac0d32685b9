"""Puts into words what a student's function did instead of returning a value.

A fault's public sentence holds nothing that student code chose while it knew hidden inputs: a type of
exception from a fixed list, a place in the notebook, the student's own line there. The text of an exception
could carry inputs out, so it goes only into the details, which are shown for published inputs alone.
"""

import builtins
import itertools
import signal
from collections.abc import Sequence
from typing import Any

from gradkit.facts import MAX_TEXT, Facts
from gradkit.wording import visible

from ..errors import FaultKind, StudentFault

NUMPY_EXCEPTIONS = {"AxisError", "LinAlgError", "DTypePromotionError", "UFuncTypeError"}
MAX_FAILURES = 50


def raised(facts: Facts, exception: str, text: str, cell: int, line: int) -> StudentFault:
    """Return the fault of a function that raised."""
    if exception == "NotImplementedError":
        sentence = "is not started: it still raises NotImplementedError"
        return StudentFault(FaultKind.NOT_STARTED, sentence, exception=exception)
    kind = exception if _is_known_exception(exception) else "an exception of its own"
    place = facts.place(cell, line)
    public = f"raised {kind}" + (f" in {place}" if place else "")
    details = f"{public}: {visible(' '.join(text.split()), MAX_TEXT)}".rstrip(".: ")
    return StudentFault(FaultKind.RAISED, public, details, exception)


def missing(facts: Facts, name: str) -> StudentFault:
    """Return the fault of a function that the notebook does not have, with the reason as far as it shows."""
    return StudentFault(FaultKind.MISSING, f"was not found in the notebook: {facts.why_missing(name)}")


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
