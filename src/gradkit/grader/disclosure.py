"""What students may see of a result: ``[disclosure]`` in ``assignment.toml`` says how much.

A result is the instructor's whole record. Whatever shows one to students takes a ``Disclosed`` in its place, which only
this module makes; and all that it does is leave things out.
"""

import msgspec
from msgspec import Struct

from .model import Question, SubmissionResult

LEVELS = ("points", "verdicts", "messages", "hints")
"""Each shows what those before it show, and more."""
VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")
"""When Gradescope shows students anything, in Gradescope's own words."""


class Disclosure(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much students see of their results; ``[disclosure]`` in ``assignment.toml``.

    Attributes:
        level: ``points`` of each question alone; ``verdicts``: also each check's description and how it ended;
            ``messages``: also what was seen; ``hints``: also what to do about it.
        gradescope: when Gradescope shows it; in nbgrader people release feedback when they want.
    """

    level: str = "hints"
    gradescope: str = "visible"

    def __post_init__(self) -> None:
        """Refuse what is no level and no visibility."""
        for key, allowed in (("level", LEVELS), ("gradescope", VISIBILITIES)):
            found = getattr(self, key)
            if found not in allowed:
                raise ValueError(f"{key} is {found!r}, expected one of: {', '.join(allowed)}")

    def shows(self, level: str) -> bool:
        """Tell whether students see what this level shows."""
        return LEVELS.index(level) <= LEVELS.index(self.level)


class Disclosed(SubmissionResult, frozen=True, kw_only=True):
    """A result as students may see it: a type of its own, so that a page for them takes no other by mistake."""


def disclosed(result: SubmissionResult, disclosure: Disclosure) -> Disclosed:
    """Return a result as students may see it.

    What failed on our side is never theirs to see: an exception of a hidden check may quote its inputs.
    """
    left = {
        "fault": None,
        "audit": None,
        "questions": tuple(_question(question, disclosure) for question in result.questions),
        "limits_hit": result.limits_hit if disclosure.shows("messages") else (),
    }
    return Disclosed(**{**msgspec.structs.asdict(result), **left})


def _question(question: Question, disclosure: Disclosure) -> Question:
    """Return a question whose checks say no more than the level shows; at the level of points it has none."""
    if not disclosure.shows("verdicts"):
        return msgspec.structs.replace(question, checks=())
    checks = (
        msgspec.structs.replace(
            check,
            message=check.message if disclosure.shows("messages") else "",
            hint=check.hint if disclosure.shows("hints") else "",
        )
        for check in question.checks
    )
    return msgspec.structs.replace(question, checks=tuple(checks))
