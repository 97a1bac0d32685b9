"""Fills a Canvas gradebook: the CSV file that Canvas exports, for import with one column of grades.

What Canvas reads was taken from its importer (``lib/gradebook_importer.rb`` in instructure/canvas-lms): the
columns of a student up to ``Section``, a row ``Points Possible``, and assignments named ``Title (12345)``.
A student is recognised by ID, then SIS User ID and SIS Login ID, then by name. A row that is not in the file
stays as it is in Canvas; an empty cell over a grade counts as a change, which Canvas shows before it is made.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gradkit.wording import visible

from .. import spreadsheet
from ..errors import CourseError
from ..model import FinalGrade
from .filled import Filled, Unmatched
from .matching import Key, matched
from .table import Table, read_table

IDS = ("SIS Login ID", "SIS User ID", "ID")
"""Columns by which a student is found."""
IDENTIFYING = ("Student", "LastName", "FirstName", *IDS, "Integration ID", "Root Account", "Section")
COMPUTED = re.compile(r"\b(Current|Final|Override) (Score|Points|Grade|Status)\b")
POINTS_POSSIBLE = "    Points Possible"
ROUNDING = 0.005 + 1e-9
"""Canvas exports points with two decimals."""
NUMBERED = re.compile(r"(.*) \((\d+)\)")
EXPORT = "a gradebook that Canvas exported (Student, ID, SIS User ID, SIS Login ID, Section, then assignments)"
DOWNLOAD = "Download it in Canvas: Grades > Export > Export Entire Gradebook, and pass it on unchanged."
UNSAFE_ID = "an id in the row would be taken for a formula by a spreadsheet, and Canvas must read it unchanged"


class _Column(NamedTuple):
    """The column to fill: its header and, for one that Canvas has, its position in the export."""

    header: str
    position: int | None


def fill_gradebook(text: str | bytes, grades: Iterable[FinalGrade], column: str) -> Filled:
    """Return an export of the gradebook, cut down to who is who and one column, with the grades in it.

    Args:
        text: the content of the file that Canvas exported.
        grades: any number of students; rows of others are left out, so that Canvas leaves them alone.
        column: the assignment's title or id. A title that Canvas does not have becomes a new assignment.

    Raises CourseError for another kind of file, and for a column that is ambiguous, computed by Canvas or worth
    other points than the assignment.
    """
    table = read_table(text, ("ID", "Section"), EXPORT, DOWNLOAD)
    grades = list(grades)
    students = Table(table.header, tuple(row for row in table.rows if _is_student(row)))
    target = _column(table, column)
    points = _points(table, target, grades)
    keys = [Key(name, [students.cell(n, name) for n in range(len(students.rows))], _ids) for name in IDS]
    found, unmatched = matched(grades, [key for key in keys if key.name in table.header])
    kept = [n for n, name in enumerate(table.header) if name in IDENTIFYING]
    ids = [n for n in kept if table.header[n] in IDS]
    rows = []
    for row, grade in sorted(found.items()):
        cells = students.rows[row]
        if all(spreadsheet.written_as_it_is(cells[n]) for n in ids):
            rows.append((*(cells[n] for n in kept), _score(grade)))
        else:
            unmatched.append(Unmatched(grade.student, UNSAFE_ID))
    head = [*(table.header[n] for n in kept), target.header]
    return _filled(head, points, rows, grades, unmatched)


def new_gradebook(grades: Iterable[FinalGrade], title: str) -> Filled:
    """Return a gradebook of one new assignment for students whose folder name is their SIS Login ID.

    Canvas asks for the columns Student, ID and Section; ID may be empty if the SIS Login ID is given. The student's
    name is not written: Canvas would look for it if it did not know the id.
    """
    grades = list(grades)
    target = _new(title, ())
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", target.header]
    safe = spreadsheet.written_as_it_is
    rows = [(grade.student, None, None, grade.student, None, _score(grade)) for grade in grades if safe(grade.student)]
    unmatched = [Unmatched(grade.student, UNSAFE_ID) for grade in grades if not safe(grade.student)]
    return _filled(head, max((grade.max_score for grade in grades), default=None), rows, grades, unmatched)


def _filled(
    head: Sequence[str],
    points: spreadsheet.Cell,
    rows: Sequence[Sequence[spreadsheet.Cell]],
    grades: Sequence[FinalGrade],
    unmatched: Sequence[Unmatched],
) -> Filled:
    possible = (POINTS_POSSIBLE, *[None] * (len(head) - 2), points)
    text = spreadsheet.as_csv((head, *([possible] if points is not None else []), *rows))
    return Filled(text, tuple(grade.student for grade in grades if not grade.finished), tuple(unmatched))


def _score(grade: FinalGrade) -> float | None:
    return grade.score if grade.finished else None


def _ids(grade: FinalGrade) -> tuple[str, str]:
    return grade.student, grade.lms_user_id


def _is_student(row: Sequence[str]) -> bool:
    """Return whether a row is neither ``Points Possible`` nor the one with ``Manual Posting`` or ``Muted``."""
    notes = all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell, re.IGNORECASE) for cell in row)
    return not notes and "Points Possible" not in row[0]


def _column(table: Table, wanted: str) -> _Column:
    """Return the column of a title or id, or a new one; raises CourseError if that is not certain."""
    places = [n for n, name in enumerate(table.header) if name not in IDENTIFYING and not COMPUTED.search(name)]
    found = [n for n in places if wanted.strip() in _names(table.header[n])]
    if len(found) > 1:
        several = ", ".join(table.header[n] for n in found)
        raise CourseError(f"several columns are named {wanted!r}: {visible(several)}. Name one by its id, in brackets.")
    if found:
        return _Column(table.header[found[0]], found[0])
    return _new(wanted, [table.header[n] for n in places])


def _names(header: str) -> tuple[str, ...]:
    numbered = NUMBERED.fullmatch(header)
    return (header, numbered[1], numbered[2]) if numbered else (header,)


def _new(title: str, known: Sequence[str]) -> _Column:
    title = title.strip()
    if title.isdigit() or NUMBERED.fullmatch(title):
        there = visible(", ".join(known)) or "none"
        raise CourseError(f"the gradebook has no assignment with the id in {title!r}; it has: {there}")
    if not title or title in IDENTIFYING or COMPUTED.search(title) or not spreadsheet.written_as_it_is(title):
        raise CourseError(f"{title!r} cannot be the title of a new assignment in Canvas: choose a plain name")
    return _Column(title, None)


def _points(table: Table, target: _Column, grades: Sequence[FinalGrade]) -> spreadsheet.Cell:
    """Return the cell for ``Points Possible``; raises CourseError if Canvas has other points than the grades."""
    if target.position is None:
        return max((grade.max_score for grade in grades), default=None)
    cells = [row[target.position].strip() for row in table.rows if "Points Possible" in row[0]]
    if not cells or not cells[0]:
        return None
    if "read only" in cells[0]:
        raise CourseError(f"Canvas computes the column {target.header!r} itself: name an assignment's column")
    points = _number(cells[0])
    for grade in grades:
        if points is None or abs(points - grade.max_score) > ROUNDING:
            raise CourseError(
                f"{target.header!r} is worth {cells[0]} points in Canvas, but {grade.max_score:g} in"
                f" {grade.assignment}: set the points in Canvas and export the gradebook again"
            )
    return points


def _number(cell: str) -> float | None:
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return None
