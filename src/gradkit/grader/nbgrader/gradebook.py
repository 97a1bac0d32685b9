"""Lands a class in nbgrader's gradebook, in one transaction and in constant memory.

A person's part (points, extra credit, comment, flag, extension) is never written to.
"""

import contextlib
import datetime
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from nbgrader.api import (
    Gradebook,
    SubmittedAssignment,
)
from sqlalchemy import select

from ..errors import CourseError
from .lateness import Penalty
from .rows import Frame, Rows, batches, frame_of, hold, rows_of

NO_TIME = datetime.timedelta()


class Mark(NamedTuple):
    """What the grader says about one cell: points, or None for a person to give them, and a comment."""

    score: float | None
    comment: str | None


FOR_A_PERSON = Mark(None, None)


class Entry(NamedTuple):
    """What is landed for one student.

    Attributes:
        student: the id.
        timestamp: when it was handed in, in UTC without a zone; None if unknown.
        marks: of the cells that the grader has something to say about, by name.
        anew: whether this is another hand-in than the one that graders have seen, whatever its time.
    """

    student: str
    timestamp: datetime.datetime | None
    marks: Mapping[str, Mark]
    anew: bool


def land(book: Gradebook, assignment: str, entries: Iterable[Entry], penalty: Penalty) -> int:
    """Land what the grader says about a class; return how many students.

    All or nothing: whatever fails, the gradebook is as it was.

    Args:
        book: the gradebook, which knows the assignment's cells.
        assignment: its name, which is also its notebook's.
        entries: one a student; consumed a hundred at a time.
        penalty: nbgrader's plugin method: student, score and seconds late to points off, or None.
    """
    session = book.db()
    landed = 0
    try:
        with _spooled(entries) as ready, session.no_autoflush:
            hold(session)
            frame = frame_of(book, assignment)
            for some in batches(ready):
                rows = rows_of(session, frame, [entry.student for entry in some])
                for entry in some:
                    _land_one(frame, entry, rows[entry.student], penalty)
                session.flush()
                session.expunge_all()
                landed += len(some)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return landed


@contextlib.contextmanager
def _spooled(entries: Iterable[Entry]) -> Iterator[Iterator[Entry]]:
    """Take all entries before the gradebook is held, through a file: making them takes most of the time."""
    decoder = msgspec.json.Decoder(Entry)
    with tempfile.TemporaryFile() as file:
        for entry in entries:
            file.write(msgspec.json.encode(entry) + b"\n")
        file.seek(0)
        yield (decoder.decode(line) for line in file)


def settle_penalties(book: Gradebook, assignment: str, penalty: Penalty) -> None:
    """Compute everybody's late penalty anew: people may have given points since the class was landed."""
    session = book.db()
    try:
        with session.no_autoflush:
            hold(session)
            frame = frame_of(book, assignment)
            handed_in = SubmittedAssignment.assignment_id == frame.assignment_id
            for names in batches(session.scalars(select(SubmittedAssignment.student_id).where(handed_in)).all()):
                for rows in rows_of(session, frame, names).values():
                    rows.notebook.late_submission_penalty = _points_off(frame, rows, penalty)
                session.flush()
                session.expunge_all()
        session.commit()
    except BaseException:
        session.rollback()
        raise


def _land_one(frame: Frame, entry: Entry, rows: Rows, penalty: Penalty) -> None:
    anew = entry.anew or rows.assignment.timestamp != entry.timestamp
    rows.assignment.timestamp = entry.timestamp
    for name, grade in rows.grades.items():
        mark = entry.marks.get(name, FOR_A_PERSON)
        if mark.score is not None and not 0 <= mark.score <= frame.points[name]:
            raise CourseError(
                f"{entry.student} would get {mark.score} of {frame.points[name]:g} points for {name}: nothing was"
                " landed. The result file is damaged or from other settings: delete it and grade again"
            )
        _land_mark(grade, rows.comments.get(name), mark, anew)
    for name, comment in rows.comments.items():
        if name not in rows.grades:
            comment.auto_comment = _shown(entry.marks.get(name, FOR_A_PERSON).comment)
    rows.notebook.late_submission_penalty = _points_off(frame, rows, penalty)


def _land_mark(grade: Any, comment: Any, mark: Mark, anew: bool) -> None:
    """Write a mark, and ask for a person if it is none, or if a person's points stand against a new one.

    Points that are there already are left alone: who has looked at them need not look again, whatever words go with
    them now.
    """
    if comment is not None:
        comment.auto_comment = _shown(mark.comment)
    fresh = grade.needs_manual_grade is None
    if fresh or anew or grade.auto_score != mark.score:
        grade.auto_score = mark.score
        grade.needs_manual_grade = mark.score is None or _touched(grade, comment)


def _touched(grade: Any, comment: Any) -> bool:
    """Tell whether a person has given anything here."""
    given = (grade.manual_score, grade.extra_credit, None if comment is None else comment.manual_comment)
    return any(value not in (None, "") for value in given)


def _shown(comment: str | None) -> str | None:
    """Return a comment as a gradebook can hold it: nbgrader's pages take it for HTML, PostgreSQL refuses zeros."""
    if comment is None:
        return None
    writable = comment.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return writable.replace("&", "&amp;").replace("<", "&lt;")  # nothing else can begin HTML, and people read this


def _points_off(frame: Frame, rows: Rows, penalty: Penalty) -> float | None:
    """Return the penalty for being late: None if in time, never more than the points there are."""
    handed_in = rows.assignment.timestamp
    if handed_in is None or frame.duedate is None:
        return None
    late = (handed_in - frame.duedate - (rows.assignment.extension or NO_TIME)).total_seconds()
    if late <= 0:
        return None
    score = sum(_counted(grade) for grade in rows.grades.values())
    off = penalty(rows.assignment.student_id, score, late)
    return None if off is None else min(max(off, 0.0), score)


def _counted(grade: Any) -> float:
    """Return the points of a grade as nbgrader counts them: a person's go before the grader's."""
    points = grade.auto_score if grade.manual_score is None else grade.manual_score
    return 0.0 if points is None else float(points + (grade.extra_credit or 0.0))
