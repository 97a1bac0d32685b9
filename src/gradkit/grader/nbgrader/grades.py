"""Reads final grades out of the gradebook: what the grader gave and what people made of it."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import CourseError
from ..model import FinalGrade, FinalQuestion
from .rows import AT_ONCE


class _GradedCell(NamedTuple):
    """A graded cell as the gradebook knows it: with the keys of its grades and comments."""

    name: str
    grade_key: str
    comment_key: str | None
    points: float
    written: bool


class _Places(NamedTuple):
    """An assignment's keys in the gradebook."""

    assignment: str
    assignment_key: str
    notebook_key: str
    cells: tuple[_GradedCell, ...]


def final_grades(book: Gradebook, assignment: str, only: Collection[str] | None = None) -> Iterator[FinalGrade]:
    """Yield the grade of everybody who handed in an assignment, sorted by student, a hundred in memory at a time.

    Raises CourseError if the gradebook does not know the assignment.
    """
    places = _places(book, assignment)
    session = book.db()
    handed_in = select(SubmittedAssignment.student_id).where(SubmittedAssignment.assignment_id == places.assignment_key)
    wanted = sorted(name for name in session.scalars(handed_in) if only is None or name in only)
    for start in range(0, len(wanted), AT_ONCE):
        yield from _some(session, places, wanted[start : start + AT_ONCE])
        session.expunge_all()


def _places(book: Gradebook, assignment: str) -> _Places:
    try:
        known, notebook = book.find_assignment(assignment), book.find_notebook(assignment, assignment)
    except MissingEntry:
        raise CourseError(f"the gradebook knows no grades for {assignment}: run `make grade` first") from None
    order = {cell.name: place for place, cell in enumerate(notebook.source_cells)}
    commented = {cell.name: cell.id for cell in (*notebook.solution_cells, *notebook.task_cells)}
    cells = (
        _GradedCell(cell.name, cell.id, commented.get(cell.name), cell.max_score, cell.cell_type == "markdown")
        for cell in sorted((*notebook.grade_cells, *notebook.task_cells), key=lambda cell: order[cell.name])
    )
    return _Places(assignment, known.id, notebook.id, tuple(cells))


def _some(session: Session, places: _Places, names: Sequence[str]) -> Iterator[FinalGrade]:
    """Yield the grades of these students, in this order."""
    found = (
        select(SubmittedAssignment, SubmittedNotebook, Student)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Student, Student.id == SubmittedAssignment.student_id)
        .where(SubmittedAssignment.assignment_id == places.assignment_key, Student.id.in_(names))
        .where(SubmittedNotebook.notebook_id == places.notebook_key)
    )
    rows = {student.id: (submission, notebook, student) for submission, notebook, student in session.execute(found)}
    notebooks = [notebook.id for _, notebook, _ in rows.values()]
    grades = _by_place(session.scalars(select(Grade).where(Grade.notebook_id.in_(notebooks))))
    comments = _by_place(session.scalars(select(Comment).where(Comment.notebook_id.in_(notebooks))))
    for name in names:
        if name in rows:
            submission, notebook, student = rows[name]
            questions = tuple(
                _question(cell, grades[notebook.id, cell.grade_key], comments.get((notebook.id, cell.comment_key)))
                for cell in places.cells
                if (notebook.id, cell.grade_key) in grades
            )
            yield _final(places, submission, notebook, student, questions)


def _by_place(rows: Iterable[Any]) -> Mapping[tuple[str, str | None], Any]:
    return {(row.notebook_id, row.cell_id): row for row in rows}


def _question(cell: _GradedCell, grade: Any, comment: Any) -> FinalQuestion:
    return FinalQuestion(
        id=cell.name,
        score=grade.score,
        max_score=cell.points,
        auto_score=grade.auto_score,
        manual_score=grade.manual_score,
        extra_credit=grade.extra_credit,
        needs_manual_grade=grade.needs_manual_grade,
        comment=(comment.manual_comment if comment is not None else None) or "",
        written=cell.written,
    )


def _final(
    places: _Places, submission: Any, notebook: Any, student: Any, questions: tuple[FinalQuestion, ...]
) -> FinalGrade:
    raw, penalty = sum(question.score for question in questions), notebook.late_submission_penalty or 0.0
    return FinalGrade(
        student=student.id,
        assignment=places.assignment,
        raw_score=raw,
        penalty=penalty,
        score=max(0.0, raw - penalty),
        max_score=sum(cell.points for cell in places.cells),
        timestamp=_utc(submission.timestamp),
        questions=questions,
        first_name=student.first_name or "",
        last_name=student.last_name or "",
        email=student.email or "",
        lms_user_id=student.lms_user_id or "",
    )


def _utc(moment: datetime.datetime | None) -> str:
    return "" if moment is None else moment.replace(tzinfo=datetime.UTC).isoformat(sep=" ")
