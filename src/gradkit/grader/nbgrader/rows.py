"""The gradebook's rows about an assignment, read a batch of students at a time, those that are missing made."""

import datetime
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ..errors import CourseError

AT_ONCE = 100
T = TypeVar("T")


class Rows(NamedTuple):
    """The gradebook's rows about one student's submission."""

    assignment: SubmittedAssignment
    notebook: SubmittedNotebook
    grades: dict[str, Grade]
    comments: dict[str, Comment]


class Frame(NamedTuple):
    """What the gradebook knows of an assignment before anybody has handed in; cells by name."""

    assignment_id: str
    notebook_id: str
    duedate: datetime.datetime | None
    grade_cells: Mapping[str, str]
    comment_cells: Mapping[str, str]
    points: Mapping[str, float]


def hold(session: Session) -> None:
    """Keep other writers out until the transaction ends, so that nothing a person saves meanwhile is overlooked."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("BEGIN IMMEDIATE"))
    # Elsewhere ``rows_of`` locks the rows that people write to.


def batches(entries: Iterable[T]) -> Iterator[list[T]]:
    """Yield what comes in lists of at most a hundred."""
    source = iter(entries)
    while some := list(itertools.islice(source, AT_ONCE)):
        yield some


def frame_of(book: Gradebook, name: str) -> Frame:
    """Return what the gradebook knows of an assignment; raises CourseError if it does not know it."""
    # Plain values, because the session forgets its objects after each batch.
    try:
        assignment, notebook = book.find_assignment(name), book.find_notebook(name, name)
    except MissingEntry:
        raise CourseError(f"the gradebook knows no grades for {name}: run `make grade` first") from None
    graded = (*notebook.grade_cells, *notebook.task_cells)
    commented = (*notebook.solution_cells, *notebook.task_cells)
    return Frame(
        assignment.id,
        notebook.id,
        assignment.duedate,
        {cell.name: cell.id for cell in graded},
        {cell.name: cell.id for cell in commented},
        {cell.name: cell.max_score for cell in graded},
    )


def rows_of(session: Session, frame: Frame, names: Sequence[str]) -> dict[str, Rows]:
    """Return the rows of some students' submissions, those that are missing made."""
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
        name: Rows(row, notebooks[row.id], grades[notebooks[row.id].id], comments[notebooks[row.id].id])
        for name, row in assignments.items()
    }


def _children(
    session: Session, kind: type[Any], cells: Mapping[str, str], notebooks: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return the grades or comments of some notebooks by cell name, those that are missing made."""
    names = {cell: name for name, cell in cells.items()}
    children: dict[str, dict[str, Any]] = {notebook: {} for notebook in notebooks}
    for row in session.scalars(select(kind).where(kind.notebook_id.in_(notebooks)).with_for_update()):
        if row.cell_id in names:
            children[row.notebook_id][names[row.cell_id]] = row
    for notebook, rows in children.items():
        for name in cells.keys() - rows.keys():
            rows[name] = kind(id=new_uuid(), cell_id=cells[name], notebook_id=notebook)
            session.add(rows[name])
    return children
