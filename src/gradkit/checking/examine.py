"""Has a function examined in a process of its own: defined as the grader would, checked, its mistakes named.

A step that hangs, or ends the process, costs itself alone: a fresh process takes up the work behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gradkit.errors import CheckError
from gradkit.facts import MAX_TEXT, Facts
from gradkit.wording import visible

from .judging import Slope, SlopeTable
from .listener import Child, Died, Event, Hung
from .public import PublicCheck, PublicChecks
from .results import CheckResult, Outcome

SECONDS = 5.0
"""What one step may take: reading the cells, running the definitions, one check, the diagnosis."""
LAST_WORDS = 0.1
"""The last part of that time: at its beginning the process tells where the student's code is."""
LOSSES = 3
"""How many processes a function may use up before its remaining checks are not made."""
Cells = Sequence[tuple[int, str]]


@dataclass
class Examined:
    """What was found out about one function.

    Attributes:
        facts: about the cells; its failures are those of what the function needs.
        magics: (cell, line, text) of lines that are no Python.
        reads_undefined: names that it or what it needs reads, and no cell defines.
        differing: names that it needs, or its own, whose definition is not the one that ran last.
        is_defined: whether there is a function in the end.
        is_stub: whether its last definition raises NotImplementedError whatever it is given.
        not_started: whether it raised NotImplementedError before it passed any check.
        results: by name of the public check.
        diagnosis: sentences on what is right and what is wrong.
        stuck: why the definitions could not be run to their end; empty if they could.
    """

    facts: Facts
    magics: list[tuple[int, int, str]] = field(default_factory=list)
    reads_undefined: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    is_defined: bool = False
    is_stub: bool = False
    not_started: bool = False
    results: dict[str, CheckResult] = field(default_factory=dict)
    diagnosis: list[str] = field(default_factory=list)
    stuck: str = ""


def examine(
    function: str,
    cells: Cells,
    public: PublicChecks | None = None,
    *,
    facts: Facts | None = None,
    ran: Cells = (),
    seconds: float = SECONDS,
) -> Examined:
    """Return what is found out about a function.

    Args:
        function: its name.
        cells: (number, source) of each code cell, in order.
        public: the checks to make; None to see only how the function is defined.
        facts: what is known about the cells already; it is completed.
        ran: cells that were run in a kernel, to compare with.
        seconds: what one step may take.

    Raises CheckError if no process can be started.
    """
    facts = facts or Facts(dict(cells), list(public.lessons) if public else [function], {})
    work = _Work(function, Examined(facts), public, seconds)
    for _ in range(LOSSES):
        request = work.request(cells, ran)
        with Child(request) as child:
            if work.listen_to(child):
                return work.found
    work.give_up()
    return work.found


class _Work:
    """What is done and what is still to be done, over several processes."""

    def __init__(self, function: str, found: Examined, public: PublicChecks | None, seconds: float) -> None:
        self.found = found
        self._function = function
        self._public = public
        self._checks: dict[str, PublicCheck] = {check.name: check for check in public.of(function)} if public else {}
        self._seconds = seconds
        self._with_calls = True
        self._doing = ""
        self._check: PublicCheck | None = None
        self._where = ""
        self._harmless = True

    def request(self, cells: Cells, ran: Cells) -> dict[str, Any]:
        """Return what a process is asked to do."""
        return {
            "function": self._function,
            "cells": list(cells),
            "ran": list(ran),
            "checks": str(self._public.path.resolve()) if self._public else None,
            "calls": self._with_calls,
            "patience": (1 - LAST_WORDS) * self._seconds,
            "diagnose": self._harmless,
            "outcomes": {name: result.outcome for name, result in self.found.results.items()},
        }

    def listen_to(self, child: Child) -> bool:
        """Take down what a process says; return whether nothing is left to do."""
        child.begin()
        self._doing = "slicing"
        try:
            while self._doing != "done":
                event = child.next(self._seconds)
                while event["event"] == "slow":
                    self._where = self.found.facts.place(*event["place"])
                    event = child.next(2 * LAST_WORDS * self._seconds)
                self._doing = event["event"]
                self._take_down(event)
        except Hung:
            still = f"; it was still in {self._where}" if self._where else ""
            return self._lost(f"did not return within {self._seconds:g} seconds{still}. Does a loop never end?")
        except Died:
            return self._lost("ended the whole Python process instead of returning")
        return True

    def give_up(self) -> None:
        """Note that the remaining checks are not made."""
        why = f"Not made: the function stalled or ended the process {LOSSES} times already."
        for name, check in self._checks.items():
            missing = CheckResult(name, check.description, Outcome.NOT_JUDGED, why)
            self.found.results.setdefault(name, missing)

    def _take_down(self, event: Event) -> None:
        found, facts = self.found, self.found.facts
        if event["event"] == "sliced":
            facts.problems = [tuple(problem) for problem in event["problems"]]
            facts.functions = [tuple(entry) for entry in event["functions"]]
            facts.rebound = [tuple(entry) for entry in event["rebound"]]
            found.magics = [tuple(magic) for magic in event["magics"]]
            facts.reads = {**facts.reads, self._function: [name for name in event["reads"] if name in facts.graded]}
            found.reads_undefined, found.differing = event["undefined"], event["differing"]
            found.is_stub = event["stub"]
        elif event["event"] == "defined":
            facts.failures = [tuple(failure) for failure in event["failures"]]
            found.is_defined = event["callable"]
        elif event["event"] == "checking":
            self._check, self._where = self._checks[event["check"]], ""
        elif event["event"] == "checked":
            self._check = None
            found.results[event["check"]] = self._result(self._checks[event["check"]], event)
        elif event["event"] == "not started":
            found.not_started = True
        elif event["event"] == "diagnosis":
            found.diagnosis = event["sentences"]

    def _result(self, check: PublicCheck, event: Event) -> CheckResult:
        sentence = event.get("sentence") or ""
        if "raised" in event:
            sentence = self._raised(*event["raised"])
        table = event.get("table")
        slopes = SlopeTable(tuple(Slope(*row) for row in table[0]), table[1], table[2]) if table else None
        return CheckResult(check.name, check.description, Outcome(event["outcome"]), sentence, slopes)

    def _raised(self, exception: str, text: str, cell: int, line: int) -> str:
        place = self.found.facts.place(cell, line)
        said = visible(" ".join(text.split()), MAX_TEXT)
        return f"It raised {exception}" + (f" in {place}" if place else "") + (f": {said}" if said else ".")

    def _lost(self, how: str) -> bool:
        """Note what the step that was being done has cost; return whether nothing is left to do."""
        if self._check is not None:
            check, self._check, self._harmless = self._check, None, False
            self.found.results[check.name] = CheckResult(check.name, check.description, Outcome.FAILED, f"It {how}")
        elif self._doing in ("diagnosing", "diagnosis"):
            return True
        elif self._doing in ("slicing", ""):
            raise CheckError("the notebook's cells could not be read in time: is one of them very long?")
        elif self._with_calls:
            self._with_calls = False  # as the grader does: the functions may do without constants that are computed
        else:
            self.found.stuck = f"running the notebook's definitions {how}"
            return True
        return False
