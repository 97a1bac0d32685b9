"""Fills Moodle's offline grading worksheet, or makes a file for its grade import.

What Moodle reads was taken from its sources (``mod/assign/feedback/offline`` and ``grade/import/csv`` in
moodle/moodle). Of a worksheet: Identifier, Grade, Last modified (grade) and Feedback comments, which is HTML. A
row without a grade keeps the grade it has. The grade import stops at the first student it does not know, and
may take an empty cell of a new column for 0: a student without a final grade is not in that file.
"""

import html
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from gradkit.wording import visible

from .. import spreadsheet
from ..errors import CourseError
from ..model import FinalGrade
from .filled import Filled, Unmatched
from .matching import Key, matched
from .table import Table, read_table

REQUIRED = ("Identifier", "Grade", "Last modified (grade)")
FEEDBACK = "Feedback comments"
MAXIMUM = "Maximum grade"
WORKSHEET = "a grading worksheet of Moodle in English"
DOWNLOAD = (
    "Download it in Moodle with the language set to English: the assignment > Submissions > Actions > Download"
    " grading worksheet. If that is missing, switch on Feedback types > Offline grading worksheet in its settings."
)
LONGEST_FEEDBACK = 30_000
"""In characters; a spreadsheet's cell holds 32767."""
PARTICIPANT = re.compile(r"\d+$")
UNSAFE_ID = "its {} would be taken for a formula by a spreadsheet, and Moodle must read it unchanged"
ROUNDING = 0.005 + 1e-9


class IdColumn(StrEnum):
    """By what the grade import is to find a student: the column's name in the file."""

    USERNAME = "username"
    EMAIL = "email"
    IDNUMBER = "idnumber"


def fill_worksheet(text: str | bytes, grades: Iterable[FinalGrade]) -> Filled:
    """Return a grading worksheet with grades and feedback; rows of others are left out, so they stay as they are.

    A student is found by the participant's number, which must be the ``lms_user_id``, or by username, ID number
    or email address if the worksheet has such a column. Raises CourseError for another kind of file, and if the
    assignment has another maximum grade in Moodle.
    """
    table = read_table(text, REQUIRED, WORKSHEET, DOWNLOAD)
    grades = list(grades)
    found, unmatched = matched(grades, _keys(table))
    rows = []
    for row, grade in sorted(found.items()):
        _require_same_maximum(table.cell(row, MAXIMUM), grade)
        if spreadsheet.written_as_it_is(table.cell(row, "Identifier")):
            rows.append(_row(table, row, grade))
        else:
            unmatched.append(Unmatched(grade.student, UNSAFE_ID.format("Identifier")))
    text = spreadsheet.as_csv((table.header, *rows), LONGEST_FEEDBACK)
    return Filled(text, _unfinished(grades), tuple(unmatched))


def grade_import(grades: Iterable[FinalGrade], title: str, identify: IdColumn = IdColumn.USERNAME) -> Filled:
    """Return a file for Grades > Import > CSV file: who, the grade in a column named ``title``, and feedback.

    The username is the student's folder name, the ID number the ``lms_user_id``. Students without a final grade are
    left out: see above.
    """
    grades = list(grades)
    rows: list[tuple[spreadsheet.Cell, ...]] = []
    unmatched = []
    for grade in grades:
        known = _id(grade, identify)
        if not known:
            unmatched.append(Unmatched(grade.student, f"the gradebook knows no {identify} of this student"))
        elif not spreadsheet.written_as_it_is(known):
            unmatched.append(Unmatched(grade.student, UNSAFE_ID.format(identify)))
        elif grade.finished:
            rows.append((known, grade.score, feedback(grade)))
    text = spreadsheet.as_csv(((str(identify), title, "feedback"), *rows), LONGEST_FEEDBACK)
    return Filled(text, _unfinished(grades), tuple(unmatched))


def feedback(grade: FinalGrade) -> str:
    """Return what the student is told, as HTML: the points of each question, and what people wrote."""
    lines = []
    for question in grade.questions:
        lines.append(f"{question.id}: {question.score:g} of {question.max_score:g}")
        lines += question.comment.splitlines()
    if grade.penalty:
        lines.append(f"Handed in late: {grade.penalty:g} points less")
    told = ""
    for line in lines:
        escaped = html.escape(visible(line))
        if len(told) + len(escaped) > LONGEST_FEEDBACK - 20:  # a tag that is cut in two would swallow what follows
            return f"{told}<br>..."
        told += f"<br>{escaped}" if told else escaped
    return told


def _id(grade: FinalGrade, identify: IdColumn) -> str:
    ids = {IdColumn.USERNAME: grade.student, IdColumn.EMAIL: grade.email, IdColumn.IDNUMBER: grade.lms_user_id}
    return ids[identify]


def _unfinished(grades: Sequence[FinalGrade]) -> tuple[str, ...]:
    return tuple(grade.student for grade in grades if not grade.finished)


def _keys(table: Table) -> list[Key]:
    """Return the ways of finding a student that a worksheet offers."""

    def column(name: str) -> list[str]:
        return [table.cell(row, name) for row in range(len(table.rows))]

    numbers = [number[0] if (number := PARTICIPANT.search(cell)) else "" for cell in column("Identifier")]
    mails = [mail.casefold() for mail in column("Email address")]
    keys = [
        Key("Identifier", numbers, lambda grade: (grade.lms_user_id,)),
        Key("Username", column("Username"), lambda grade: (grade.student,)),
        Key("ID number", column("ID number"), lambda grade: (grade.student, grade.lms_user_id)),
        Key("Email address", mails, lambda grade: (grade.email.casefold(), grade.student.casefold())),
    ]
    return [key for key in keys if key.name in table.header]


def _require_same_maximum(cell: str, grade: FinalGrade) -> None:
    try:
        same = not cell or abs(float(cell.replace(",", ".")) - grade.max_score) <= ROUNDING
    except ValueError:
        same = False
    if not same:
        raise CourseError(
            f"the assignment's maximum grade is {visible(cell)} in Moodle, but {grade.max_score:g} in"
            f" {grade.assignment}: set it in Moodle (Settings > Grade) and download the worksheet again"
        )


def _row(table: Table, row: int, grade: FinalGrade) -> tuple[spreadsheet.Cell, ...]:
    """Return a row of the worksheet with the grade, or without any if a person has still to look."""
    filled: dict[str, spreadsheet.Cell] = {"Grade": grade.score if grade.finished else None}
    if grade.finished:
        filled[FEEDBACK] = feedback(grade)
    # A dash stands for an empty cell, and would be taken for the beginning of a formula.
    cells = ("" if cell.strip() == "-" else cell for cell in table.rows[row])
    return tuple(filled.get(name, cell) for name, cell in zip(table.header, cells, strict=True))
