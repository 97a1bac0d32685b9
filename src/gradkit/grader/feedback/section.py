"""One question as the feedback page tells it: the points, then what to try, what is right, what is not yet."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct

from gradkit.notebook import Cell, Notebook
from gradkit.wording import visible_lines

from ..model import Check, FinalQuestion, Outcome, Question
from .lessons import Lesson
from .own_code import cell_made_for, cell_of_function, lines_named


class Missed(NamedTuple):
    """A failed check and the points it costs: 0 for a remark, None if that cannot be said of it alone."""

    check: Check
    cost: float | None


class Waiting(NamedTuple):
    """Checks that wait for another one, which is told by its description, and the points that hang on them."""

    on: str
    checks: tuple[Check, ...]
    cost: float | None


class Line(NamedTuple):
    """One line of the student's code; ``named`` if a message speaks of it."""

    text: str
    named: bool


class Section(Struct, frozen=True, kw_only=True):
    """What the page says about one question; all texts are still to be escaped.

    Attributes:
        id: the cell's ``grade_id``.
        score: points that count, None if there are none yet.
        max_score: points that could be had.
        written: whether it is an answer in words.
        unanswered: whether it is an answer in words that was left as it was given.
        waits_for_person: whether a person still has to look.
        automatic: points of the checks, if a person changed them; else None.
        extra_credit: added by a person; 0 if not.
        start: what to do first about a failed question; empty if nothing failed.
        right, wrong, waiting: the checks that passed, failed, or wait for a failed one.
        unjudged: checks that we could not judge.
        comment: lines that a person wrote.
        cell: number of the student's own cell; None if there is none.
        own: its lines.
        lesson: where to read; None if unknown.
    """

    id: str
    score: float | None
    max_score: float
    written: bool
    unanswered: bool
    waits_for_person: bool
    automatic: float | None
    extra_credit: float
    start: str
    right: tuple[Check, ...]
    wrong: tuple[Missed, ...]
    waiting: tuple[Waiting, ...]
    unjudged: tuple[Check, ...]
    comment: tuple[str, ...]
    cell: int | None
    own: tuple[Line, ...]
    lesson: Lesson | None

    @property
    def name(self) -> str:
        """What the page calls the question: a function by its name, a written answer in words."""
        return self.id.replace("_", " ").capitalize() if self.written else self.id

    @property
    def status(self) -> str:
        """The state of the question in a word or two."""
        if self.waits_for_person or self.score is None:
            return "a person will look"
        if self.score >= self.max_score:
            return "full points"
        if self.unanswered:
            return "no answer"
        return "read by a person" if self.written else "something to mend"


def section(
    name: str,
    question: Question | None,
    final: FinalQuestion | None,
    notebook: Notebook | None,
    lesson: Lesson | None,
) -> Section:
    """Return what the page says about one question, from the grader's record, the gradebook's, or both."""
    checks = question.checks if question is not None else ()
    written = final is not None and final.written
    failed = [check for check in checks if check.outcome is Outcome.FAILED]
    costs = _costs(question, final)
    cell = _own_cell(notebook, name, written=written)
    score, max_score, waits = _points(question, final)
    return Section(
        id=name,
        score=score,
        max_score=max_score,
        written=written,
        unanswered=written and final is not None and final.auto_score == 0 and final.manual_score is None,
        waits_for_person=waits,
        automatic=_changed(final),
        extra_credit=(final.extra_credit or 0.0) if final is not None else 0.0,
        start=failed[0].hint or failed[0].message or failed[0].description if failed else "",
        right=tuple(check for check in checks if check.outcome is Outcome.PASSED),
        wrong=tuple(_missed(check, checks, costs) for check in failed),
        waiting=_waiting(checks, costs),
        unjudged=tuple(c for c in checks if c.outcome is Outcome.NOT_JUDGED and c.blocked_by is None),
        comment=tuple(visible_lines(final.comment)) if final is not None else (),
        cell=cell.number if cell is not None else None,
        own=_lines(cell, failed),
        lesson=lesson,
    )


def _points(question: Question | None, final: FinalQuestion | None) -> tuple[float | None, float, bool]:
    """Return score, points to be had, and whether a person still has to look; the gradebook's count."""
    if final is not None:
        given = final.manual_score is not None or final.auto_score is not None
        settled = given or not final.needs_manual_grade
        return final.score if settled else None, final.max_score, final.needs_manual_grade
    assert question is not None
    return question.score, question.max_score, question.score is None


def _changed(final: FinalQuestion | None) -> float | None:
    if final is None or final.manual_score is None or final.manual_score == final.auto_score:
        return None
    return final.auto_score


def _costs(question: Question | None, final: FinalQuestion | None) -> Mapping[str, float]:
    """Return the points of each check; nothing if the score is not simply their sum."""
    if question is None or question.score is None or (final is not None and final.manual_score is not None):
        return {}
    total = sum(check.weight for check in question.checks)
    return {check.id: question.max_score * check.weight / total for check in question.checks} if total else {}


def _missed(check: Check, checks: Iterable[Check], costs: Mapping[str, float]) -> Missed:
    """Return a failed check with its cost; one without weight that others wait for is no mere remark."""
    blocks = any(other.blocked_by == check.id for other in checks)
    return Missed(check, (costs.get(check.id) or None) if blocks else costs.get(check.id))


def _waiting(checks: tuple[Check, ...], costs: Mapping[str, float]) -> tuple[Waiting, ...]:
    described = {check.id: check.description for check in checks}
    groups: dict[str, list[Check]] = {}
    for check in checks:
        if check.outcome is Outcome.NOT_JUDGED and check.blocked_by is not None:
            groups.setdefault(check.blocked_by, []).append(check)
    return tuple(
        Waiting(described.get(on, on), tuple(group), sum(costs[check.id] for check in group) if costs else None)
        for on, group in groups.items()
    )


def _own_cell(notebook: Notebook | None, name: str, *, written: bool) -> Cell | None:
    if notebook is None:
        return None
    return cell_made_for(notebook, name) if written else cell_of_function(notebook, name)


def _lines(cell: Cell | None, failed: Iterable[Check]) -> tuple[Line, ...]:
    if cell is None:
        return ()
    named = lines_named(failed, cell.number)
    return tuple(Line(text, number in named) for number, text in enumerate(visible_lines(cell.source), 1))
