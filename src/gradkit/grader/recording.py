"""Keeps what a suite asks a student's functions, for an instructor to look at: hidden inputs, so never for students."""

import copy
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from .errors import GuestFault, StudentFault
from .sandbox.report import Report


class Call(NamedTuple):
    """One call of a student's function, and what the reference makes of the same arguments.

    Attributes:
        function: its name.
        way: how it was asked: the name of the method of `Student`.
        arguments: as they were before the call.
        report: what came back; None if nothing did.
        raised: what happened instead, in the student's own words too; empty if something came back.
        expected: what the reference returns; None if it raises.
        reference_raised: what the reference raises; empty if it returns.
        seconds: wall-clock time of the student's call.
    """

    function: str
    way: str
    arguments: tuple[Any, ...]
    report: Report | None
    raised: str
    expected: Any
    reference_raised: str
    seconds: float


class Recorder:
    """Records calls by the question and the check that they were made for."""

    def __init__(self, reference: Mapping[str, Callable[..., Any]]) -> None:
        self._reference = reference
        self.calls: defaultdict[tuple[str, str], list[Call]] = defaultdict(list)

    def record(
        self, check: tuple[str, str], function: str, way: str, arguments: tuple[Any, ...], ask: Callable[[], Report]
    ) -> Report:
        """Return what ``ask`` returns, or raise what it raises, and keep it."""
        kept = copy.deepcopy(arguments)
        report, raised, started = None, "", time.perf_counter()
        try:
            report = ask()
        except StudentFault as fault:
            raised = fault.details
            raise
        except GuestFault as fault:
            raised = f"did not run: the sandbox failed ({fault})"
            raise
        finally:
            seconds = time.perf_counter() - started
            expected, reference_raised = self._expected(function, kept)
            self.calls[check].append(
                Call(function, way, kept, report, raised, expected, reference_raised, seconds),
            )
        return report

    def _expected(self, function: str, arguments: tuple[Any, ...]) -> tuple[Any, str]:
        """Return what the reference returns for copies of the arguments, or what it raises, in words."""
        try:
            with np.errstate(all="ignore"):
                return self._reference[function](*copy.deepcopy(arguments)), ""
        except Exception as error:  # noqa: BLE001 - some checks ask for what the reference does not do either
            return None, f"{type(error).__name__}: {error}"
