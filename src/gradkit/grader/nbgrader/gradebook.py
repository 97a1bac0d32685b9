"""Lands a class in nbgrader's gradebook, in one transaction and in constant memory.

A person's part (points, extra credit, comment, flag, extension) is never written to.
"""

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import CourseError

AT_ONCE = 100
NO_TIME = datetime.timedelta()

Penalty = Callable[[str, float, float], float | None]


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
        anew: whether this is another hand-in than the one that graders have seen.
    """

    student: str
    timestamp: datetime.datetime | None
    marks: Mapping[str, Mark]
    anew: bool


class _Rows(NamedTuple):
    """The gradebook's rows about one student's submission."""

    assignment: SubmittedAssignment
    notebook: SubmittedNotebook
    grades: dict[str, Grade]
    comments: dict[str, Comment]


class _Frame(NamedTuple):
    """What the gradebook knows of an assignment before anybody has handed in; cells by name."""

    assignment_id: str
    notebook_id: str
    duedate: datetime.datetime | None
    grade_cells: Mapping[str, str]
    comment_cells: Mapping[str, str]
    points: Mapping[str, float]


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
        with session.no_autoflush:
            frame = _frame(book, assignment)
            for some in _batches(entries):
                rows = _rows_of(session, frame, some)
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


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    source = iter(entries)
    while some := list(itertools.islice(source, AT_ONCE)):
        yield some


def _frame(book: Gradebook, name: str) -> _Frame:
    # Plain values, because the session forgets its objects after each batch.
    assignment, notebook = book.find_assignment(name), book.find_notebook(name, name)
    graded = (*notebook.grade_cells, *notebook.task_cells)
    commented = (*notebook.solution_cells, *notebook.task_cells)
    return _Frame(
        assignment.id,
        notebook.id,
        assignment.duedate,
        {cell.name: cell.id for cell in graded},
        {cell.name: cell.id for cell in commented},
        {cell.name: cell.max_score for cell in graded},
    )


def _rows_of(session: Session, frame: _Frame, entries: Sequence[Entry]) -> dict[str, _Rows]:
    """Return the rows of some students' submissions, those that are missing made."""
    names = [entry.student for entry in entries]
    known = set(session.scalars(select(Student.id).where(Student.id.in_(names))))
    session.add_all(Student(id=name) for name in names if name not in known)
    session.flush()
    mine = (SubmittedAssignment.assignment_id == frame.assignment_id, SubmittedAssignment.student_id.in_(names))
    assignments = {row.student_id: row for row in session.scalars(select(SubmittedAssignment).where(*mine))}
    for name in names:
        if name not in assignments:
            fresh = SubmittedAssignment(id=new_uuid(), assignment_id=frame.assignment_id, student_id=name)
            session.add(fresh)
            assignments[name] = fresh
    owners = [row.id for row in assignments.values()]
    found = select(SubmittedNotebook).where(
        SubmittedNotebook.notebook_id == frame.notebook_id, SubmittedNotebook.assignment_id.in_(owners)
    )
    notebooks = {row.assignment_id: row for row in session.scalars(found)}
    for owner in owners:
        if owner not in notebooks:
            notebooks[owner] = SubmittedNotebook(id=new_uuid(), notebook_id=frame.notebook_id, assignment_id=owner)
            session.add(notebooks[owner])
    session.flush()
    places = [row.id for row in notebooks.values()]
    grades = _children(session, Grade, frame.grade_cells, places)
    comments = _children(session, Comment, frame.comment_cells, places)
    return {
        name: _Rows(row, notebooks[row.id], grades[notebooks[row.id].id], comments[notebooks[row.id].id])
        for name, row in assignments.items()
    }


def _children(
    session: Session, kind: type[Any], cells: Mapping[str, str], notebooks: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return the grades or comments of some notebooks by cell name, those that are missing made."""
    names = {cell: name for name, cell in cells.items()}
    children: dict[str, dict[str, Any]] = {notebook: {} for notebook in notebooks}
    for row in session.scalars(select(kind).where(kind.notebook_id.in_(notebooks))):
        if row.cell_id in names:
            children[row.notebook_id][names[row.cell_id]] = row
    for notebook, rows in children.items():
        for name in cells.keys() - rows.keys():
            rows[name] = kind(id=new_uuid(), cell_id=cells[name], notebook_id=notebook)
            session.add(rows[name])
    return children


def _land_one(frame: _Frame, entry: Entry, rows: _Rows, penalty: Penalty) -> None:
    rows.assignment.timestamp = entry.timestamp
    for name, grade in rows.grades.items():
        mark = entry.marks.get(name, FOR_A_PERSON)
        if mark.score is not None and not 0 <= mark.score <= frame.points[name]:
            raise CourseError(
                f"{entry.student} would get {mark.score} of {frame.points[name]:g} points for {name}: nothing was"
                " landed. The result file is damaged or from other settings: delete it and grade again"
            )
        _land_mark(grade, rows.comments.get(name), mark, entry.anew)
    for name, comment in rows.comments.items():
        if name not in rows.grades:
            comment.auto_comment = _shown(entry.marks.get(name, FOR_A_PERSON).comment)
    rows.notebook.late_submission_penalty = _points_off(frame, entry, rows, penalty)


def _land_mark(grade: Any, comment: Any, mark: Mark, anew: bool) -> None:
    """Write a mark, and ask for a person if it is none, or if a person's points stand against a new one.

    What is there already is left alone: who has looked at it need not look again.
    """
    text = _shown(mark.comment)
    fresh = grade.needs_manual_grade is None
    same = grade.auto_score == mark.score and (comment is None or comment.auto_comment == text)
    if same and not fresh and not anew:
        return
    grade.auto_score = mark.score
    grade.needs_manual_grade = mark.score is None or grade.manual_score is not None
    if comment is not None:
        comment.auto_comment = text


def _shown(comment: str | None) -> str | None:
    """Return a comment as a gradebook can hold it: nbgrader's pages take comments for HTML.

    Half of a surrogate pair cannot be written, and PostgreSQL refuses the character 0.
    """
    if comment is None:
        return None
    writable = comment.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    return writable.replace("&", "&amp;").replace("<", "&lt;")  # nothing else can begin HTML, and people read this


def _points_off(frame: _Frame, entry: Entry, rows: _Rows, penalty: Penalty) -> float | None:
    """Return the penalty for being late: None if in time, never more than the points there are."""
    if entry.timestamp is None or frame.duedate is None:
        return None
    late = (entry.timestamp - frame.duedate - (rows.assignment.extension or NO_TIME)).total_seconds()
    if late <= 0:
        return None
    score = sum(_counted(grade) for grade in rows.grades.values())
    off = penalty(entry.student, score, late)
    return None if off is None else min(max(off, 0.0), score)


def _counted(grade: Any) -> float:
    """Return the points of a grade as nbgrader counts them: a person's go before the grader's."""
    points = grade.auto_score if grade.manual_score is None else grade.manual_score
    return 0.0 if points is None else float(points + (grade.extra_credit or 0.0))
