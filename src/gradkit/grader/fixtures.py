"""The fixtures that hidden suites use; docs/suites.md lists them."""

import functools
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from .course import Bundle
from .errors import SuiteError
from .recording import Recorder
from .sandbox.report import Report
from .sandbox.student import Student


@dataclass
class Sitting:
    """What is being examined at the moment.

    Attributes:
        bundle: the assignment.
        reference: its reference functions.
        student: whose functions are examined; None between two students.
        code: of the student's; other code gets other inputs.
        passed: names of the checks of the current question that have passed so far.
        check: the question and the id of the current check.
        recorder: keeps every call of a student's function, if somebody wants to look at them.
    """

    bundle: Bundle
    reference: Mapping[str, Callable[..., Any]]
    student: Student | None = None
    code: bytes = b""
    passed: frozenset[str] = frozenset()
    check: tuple[str, str] = ("", "")
    recorder: Recorder | None = None

    def current(self) -> Student:
        """Return the student; raises SuiteError if a suite calls a function while there is none."""
        if self.student is None:
            raise SuiteError("a student's function was called while no student is being graded")
        return self.student


SITTING = pytest.StashKey[Sitting]()


class RemoteFunction:
    """One of the student's functions: call it, or ask for a report of the call."""

    def __init__(self, sitting: "Sitting", name: str) -> None:
        self._sitting = sitting
        self.name = name

    def __call__(self, *arguments: Any) -> Any:
        """Return what the student's function returns for fresh copies of the arguments."""
        return self._asked("call", arguments).value

    def watched(self, *arguments: Any) -> Report:
        """Call and report which arguments were changed or shared, and whether randomness was used."""
        return self._asked("watched", arguments)

    def counted(self, *arguments: Any) -> Report:
        """Call and count the instructions executed in the notebook's own code."""
        return self._asked("counted", arguments)

    def timed(self, *arguments: Any) -> Report:
        """Call and report the CPU time that the call took, measured from outside of the guest."""
        return self._asked("call", arguments)

    def loops(self) -> tuple[str, ...]:
        """Return the places of the loops in its source and in that of what it needs, in words."""
        return self._sitting.current().loops(self.name)

    def growing_line(self, small: Report, large: Report, more: int) -> str:
        """Return the place, in words, of the loop because of which a call with more data was counted so much higher."""
        return self._sitting.current().growing_line(self.name, small, large, more)

    def names_other_functions(self) -> tuple[str, ...]:
        """Return the other graded functions that this one's source names."""
        return self._sitting.current().others_named(self.name)

    def reflection(self) -> tuple[str, ...]:
        """Return the names in its source (``sys``, ``__code__``) with which it could pry into its own execution."""
        return self._sitting.current().reflection(self.name)

    def _asked(self, way: str, arguments: tuple[Any, ...]) -> Report:
        """Return what a method of the student reports about a call."""
        ask: Callable[[], Report] = functools.partial(getattr(self._sitting.current(), way), self.name, *arguments)
        recorder = self._sitting.recorder
        return ask() if recorder is None else recorder.record(self._sitting.check, self.name, way, arguments, ask)


@pytest.fixture(scope="session")
def student(pytestconfig: pytest.Config) -> SimpleNamespace:
    """The student's graded functions, as attributes."""
    sitting = pytestconfig.stash[SITTING]
    return SimpleNamespace(**{name: RemoteFunction(sitting, name) for name in sitting.bundle.graded})


@pytest.fixture(scope="session")
def reference(pytestconfig: pytest.Config) -> SimpleNamespace:
    """The reference functions, as attributes; they run in the grader itself."""
    return SimpleNamespace(**pytestconfig.stash[SITTING].reference)


@pytest.fixture
def function(question: str, student: SimpleNamespace) -> RemoteFunction:
    """The student's function that the check is about."""
    return getattr(student, question)  # type: ignore[no-any-return]


@pytest.fixture
def passed(pytestconfig: pytest.Config) -> frozenset[str]:
    """The names of this question's checks that have passed so far."""
    return pytestconfig.stash[SITTING].passed


@pytest.fixture
def draw(pytestconfig: pytest.Config) -> Callable[[str], np.random.Generator]:
    """Return a random generator for a purpose: the same for the same code, unknown without the course's seed.

    Other code gets other numbers, so what a hand-in may find out about its own helps no later one.
    """
    sitting = pytestconfig.stash[SITTING]

    seed = hmac.digest(sitting.bundle.seed, sitting.code, "sha256")

    def generator(purpose: str) -> np.random.Generator:
        return np.random.default_rng(int.from_bytes(hmac.digest(seed, purpose.encode(), "sha256")))

    return generator
