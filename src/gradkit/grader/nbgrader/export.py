"""Exports the gradebook as CSV with a column for each question.

As an nbgrader plugin, ``nbgrader export --exporter=gradkit.grader.nbgrader.export.QuestionCsv``, and for
``gradkit export --format csv``.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin

from .. import spreadsheet
from ..model import FinalGrade
from .grades import final_grades

HEAD = ("assignment", "student_id", "last_name", "first_name", "email", "timestamp", "raw_score")
TAIL = ("late_submission_penalty", "score", "max_score", "needs_manual_grade")


class QuestionCsv(ExportPlugin):  # type: ignore[misc]  # nbgrader ships no types
    """One row for each student and assignment, one column for each question.

    Unlike nbgrader's own export it quotes, neutralises what a spreadsheet would take for a formula, leaves the
    points of a question empty that nobody has judged, and the sum while a person still has to look; and it has no row
    for who handed in nothing.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that ``--to`` names, ``grades.csv`` if none."""
        assignments = [str(name) for name in self.assignment] or [known.name for known in gradebook.assignments]
        students = {str(name) for name in self.student} or None
        rows = [grade for name in sorted(assignments) for grade in final_grades(gradebook, name, students)]
        target = Path(self.to or "grades.csv")
        target.write_text(as_csv(rows), encoding="utf-8")
        self.log.info("Exported %d grades to %s", len(rows), target)


def as_csv(grades: Sequence[FinalGrade]) -> str:
    """Return grades as CSV; questions of several assignments get columns of their own."""
    several = len({grade.assignment for grade in grades}) > 1
    columns: dict[str, str] = {}
    for grade in grades:
        for question in grade.questions:
            columns[_key(grade, question.id)] = f"{grade.assignment}.{question.id}" if several else question.id
    return spreadsheet.as_csv(((*HEAD, *columns.values(), *TAIL), *(_row(grade, columns) for grade in grades)))


def _row(grade: FinalGrade, columns: Iterable[str]) -> tuple[spreadsheet.Cell, ...]:
    points = {_key(grade, question.id): question.score if question.scored else None for question in grade.questions}
    who = (grade.assignment, grade.student, grade.last_name, grade.first_name, grade.email, grade.timestamp)
    # What was not judged is not a zero, and neither is its part of a sum.
    raw, final, waits = (grade.raw_score, grade.score, "no") if grade.finished else (None, None, "yes")
    scores = (points.get(column) for column in columns)
    return (*who, raw, *scores, grade.penalty, final, grade.max_score, waits)


def _key(grade: FinalGrade, question: str) -> str:
    return f"{grade.assignment}/{question}"
