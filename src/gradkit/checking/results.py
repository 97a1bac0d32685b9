"""What came out of checking one function; how it is shown is the matter of `plain` and `page`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from .judging import SlopeTable


class Outcome(StrEnum):
    """How a public check ended."""

    PASSED = "OK"
    FAILED = "NOT YET"
    NOT_STARTED = "not started"
    NOT_JUDGED = "not judged"


class State(StrEnum):
    """How far the checking of a function came."""

    CHECKED = "checked"
    NOT_STARTED = "not started"
    MISSING = "missing"


@dataclass(frozen=True)
class CheckResult:
    """One public check: its name, what it looks at, how it ended, what to say about that, and a gradient check."""

    name: str
    description: str
    outcome: Outcome
    sentence: str = ""
    table: SlopeTable | None = None


@dataclass
class FunctionReport:
    """All that check() says about one function.

    Attributes:
        function: its name.
        lesson: the notebook's heading that explains it.
        total: how many public checks it has.
        state: how far the checking came.
        why: for a function that is missing, the reason.
        results: of the public checks, in their order; empty unless the function was checked.
        diagnosis: sentences on what is right and what is wrong.
        notes: what is odd about how the function is defined.
    """

    function: str
    lesson: str
    total: int
    state: State = State.CHECKED
    why: str = ""
    results: list[CheckResult] = field(default_factory=list)
    diagnosis: Sequence[str] = ()
    notes: Sequence[str] = ()

    def count(self, outcome: Outcome) -> int:
        """Return how many checks ended like this."""
        return sum(result.outcome is outcome for result in self.results)

    @property
    def failed(self) -> bool:
        """Whether there is something wrong; a function that is not started is not wrong."""
        unfinished = self.state is State.CHECKED and self.count(Outcome.PASSED) < self.total
        return self.state is State.MISSING or unfinished

    def verdict(self) -> str:
        """Return the result in one clause, which claims no more than was seen."""
        if self.state is State.NOT_STARTED:
            return "not started: it still raises NotImplementedError"
        if self.state is State.MISSING:
            return "not found"
        waiting = self.count(Outcome.NOT_JUDGED)
        clause = f"public checks {self.count(Outcome.PASSED)} of {self.total} passed"
        return f"{clause}, {waiting} not judged" if waiting else clause

    def advice(self) -> str:
        """Return the sentence that follows the verdict."""
        if self.state is State.NOT_STARTED:
            return "Write it, run its cell, and check again."
        if self.state is State.MISSING:
            return f"{self.why[:1].upper()}{self.why[1:]}."
        return "Hidden checks decide the grade."

    def remark(self) -> str:
        """Return a sentence on checks that were not judged; empty if there are none."""
        waits = any(result.outcome is Outcome.NOT_JUDGED and not result.sentence for result in self.results)
        return "What is not judged waits for a check above it." if waits else ""
