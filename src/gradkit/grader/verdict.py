"""What the end of one test means: the student's failure, a skip, or our own fault."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from .compare import Disagreement
from .errors import GuestFault, StudentFault
from .model import Check, Outcome


class Verdict(NamedTuple):
    """How one test ended; ``fault`` is what failed on our side, ``unanswered`` that a call brought nothing back."""

    outcome: Outcome
    message: str = ""
    fault: str = ""
    unanswered: bool = False


class Judged(NamedTuple):
    """What a suite found out about a submission.

    Attributes:
        checks: of each question.
        faults: of ours, that kept some checks from being judged.
        unanswered: questions of which some call stalled or ended the guest.
    """

    checks: Mapping[str, tuple[Check, ...]]
    faults: tuple[str, ...] = ()
    unanswered: frozenset[str] = frozenset()


def verdict_of(error: BaseException, *, published: bool, in_test: bool) -> Verdict:
    """Return what an exception from a test means: the student's failure, a skip, or our own fault.

    Args:
        error: what the test or one of its fixtures raised.
        published: whether the student knows the inputs, so that texts of exceptions may be shown.
        in_test: whether it came from the test itself; an assertion of a fixture is no verdict on a student.
    """
    if isinstance(error, StudentFault):
        text = error.details if published else error.public
        stop = "" if text.endswith((".", "?", "!")) else "."
        return Verdict(Outcome.FAILED, f"Your function {text}{stop}", unanswered=not error.exception)
    if isinstance(error, Disagreement):
        return Verdict(Outcome.FAILED, str(error))
    if isinstance(error, AssertionError) and in_test:
        return Verdict(Outcome.FAILED)  # pytest's own text would quote hidden values
    if isinstance(error, pytest.skip.Exception):
        return Verdict(Outcome.NOT_JUDGED, f"Not judged: {error.msg}.", f"the check was skipped: {error.msg}")
    kind = "the sandbox failed" if isinstance(error, GuestFault) else f"the check failed ({type(error).__name__})"
    return Verdict(Outcome.NOT_JUDGED, "Not judged: a fault of the grader, not yours.", f"{kind}: {error}")
