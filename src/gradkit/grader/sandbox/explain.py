"""Puts into words what a student's function did instead of returning a value.

A fault's public sentence holds nothing that student code chose while it knew hidden inputs: a type of
exception from a fixed list, a place in the notebook, the student's own line there. The text of an exception
could carry inputs out, so it goes only into the details, which are shown for published inputs alone.
"""

import builtins
import errno
import itertools
import re
import signal
from collections.abc import Sequence
from typing import Any

import msgspec

from gradkit.facts import MAX_TEXT, Facts
from gradkit.wording import visible

from ..errors import FaultKind, GuestFault, StudentFault
from ..model import Limits
from .channel import End

NUMPY_EXCEPTIONS = {"AxisError", "LinAlgError", "DTypePromotionError", "UFuncTypeError"}
MAX_FAILURES, MOST_TOLD = 50, 3
MUCH_MEMORY = 512 << 20
LIMITS_IN_WORDS = {
    "memory_mb": "it needed more than the {memory_mb} MiB of memory that it may have",
    "open_files": "it had more than the {open_files} files open that it may have",
    "processes": "no process or thread can be started while grading",
    "files": "files, network and other programs are out of reach while grading: use the arguments alone",
}
"""What an exception means that the operating system's limits cause, by the limit's name."""
OUT_OF_REACH = {errno.EPERM, errno.EACCES, errno.EROFS, errno.ENOENT}


def raised(facts: Facts, exception: str, text: str, cell: int, line: int, limits: Limits) -> StudentFault:
    """Return the fault of a function that raised."""
    if exception == "NotImplementedError":
        sentence = "is not started: it still raises NotImplementedError"
        return StudentFault(FaultKind.NOT_STARTED, sentence, exception=exception)
    kind = exception if _is_known_exception(exception) else "an exception of its own"
    place = facts.place(cell, line)
    what = f"raised {kind}" + (f" in {place}" if place else "")
    details = f"{what}: {visible(' '.join(text.split()), MAX_TEXT)}".rstrip(".: ")
    limit = limit_behind(exception, text)
    if limit is None:
        return StudentFault(FaultKind.RAISED, what, details, exception)
    meant = LIMITS_IN_WORDS[limit].format_map(msgspec.structs.asdict(limits))
    return StudentFault(FaultKind.RAISED, f"{what}: {meant}", f"{details} ({meant})", exception)


class Told:
    """Bounds what the hidden checks of one question tell of exceptions.

    What is raised where is the student's own choice: with hidden inputs at hand, a word in a secret language.
    """

    def __init__(self) -> None:
        self._sentences: set[str] = set()

    def limited(self, fault: StudentFault) -> StudentFault:
        """Return a fault as it is, or without exception and place if there were a few different ones already."""
        if fault.kind is not FaultKind.RAISED:
            return fault
        if fault.public not in self._sentences and len(self._sentences) >= MOST_TOLD:
            return StudentFault(fault.kind, "raised an exception, other than above", fault.details, fault.exception)
        self._sentences.add(fault.public)
        return fault


def limit_behind(exception: str, text: str) -> str | None:
    """Return the name of the limit that an exception most likely comes from, None if from none.

    Exception and text are the student's own words; all that they can bring about is one of a few fixed sentences.
    """
    if exception == "MemoryError":
        return "memory_mb"
    if exception == "RuntimeError" and text == "can't start new thread":
        return "processes"
    found = re.match(r"\[Errno (\d{1,3})\]", text)
    known = getattr(builtins, exception, None)
    if found is None or not (isinstance(known, type) and issubclass(known, OSError)):
        return None
    number = int(found[1])
    if number in (errno.EMFILE, errno.ENFILE):
        return "open_files"
    return "processes" if number == errno.EAGAIN else "files" if number in OUT_OF_REACH else None


def missing(facts: Facts, name: str) -> StudentFault:
    """Return the fault of a function that the notebook does not have, with the reason as far as it shows."""
    return StudentFault(FaultKind.MISSING, f"was not found in the notebook: {facts.why_missing(name)}")


def read_failures(values: Sequence[Any]) -> tuple[tuple[int, int, str, str], ...]:
    """Return the failed definitions that a guest reports, leaving out what is malformed."""
    listed = values[0] if len(values) == 1 and isinstance(values[0], tuple) else ()
    shape = [int, int, str, str]
    sound = (entry for entry in listed if isinstance(entry, tuple) and [type(part) for part in entry] == shape)
    return tuple(itertools.islice(sound, MAX_FAILURES))


def killed_from_outside(end: End, limits: Limits) -> bool:
    """Tell whether a guest was killed neither by us nor by its own doing: by the kernel for want of memory, say.

    A guest cannot send itself SIGKILL (seccomp refuses it); only the limit of its CPU time does.
    """
    killed = end.by_itself and end.status & 0x7F == signal.SIGKILL
    return killed and end.cpu < limits.cpu_seconds - 1


def greedy(first: GuestFault, second: GuestFault) -> StudentFault | None:
    """Return the fault of a function over which guests that had taken much memory were killed twice; None if not so.

    No right answer takes as much: on a machine with enough of it the function would only have come further.
    """
    peak = min(first.peak, second.peak)
    if peak < MUCH_MEMORY:
        return None
    sentence = f"was ended by the operating system for want of memory: it had taken {peak >> 20} MiB"
    return StudentFault(FaultKind.DIED, sentence)


def out_of_time(share: float) -> StudentFault:
    """Return the fault of a function that was not called because its question's seconds are used up."""
    sentence = f"was not called: the {share:g} seconds for one function of a submission are used up"
    return StudentFault(FaultKind.OUT_OF_TIME, sentence)


def interference() -> StudentFault:
    """Return the fault of a function after which a guest says what no honest one does."""
    return StudentFault(FaultKind.PROTOCOL, "interfered with the grader")


def how_it_died(end: End, limits: Limits) -> str:
    """Return in words why a guest ended before it answered."""
    if not end.by_itself:
        return "closed the connection to the grader"
    # Inside its process namespace a guest is process 1, for which abort() ends in SIGSEGV too.
    reasons: dict[int, str] = {
        signal.SIGSEGV: "crashed the Python interpreter (a segmentation fault or abort)",
        signal.SIGABRT: "crashed the Python interpreter (abort)",
        signal.SIGKILL: f"was ended by the operating system: it used more than {limits.cpu_seconds} CPU seconds",
        signal.SIGSYS: "made a system call that is not allowed",
    }
    number = end.status & 0x7F
    if number:
        return reasons.get(number, f"was ended by signal {number}")
    return "ended the whole Python process instead of returning (os._exit or the like)"


def _is_known_exception(name: str) -> bool:
    known = getattr(builtins, name, None)
    return name in NUMPY_EXCEPTIONS or (isinstance(known, type) and issubclass(known, BaseException))
