"""What the instructor sees of a graded class: a table on the terminal and a CSV file."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.table import Table
from rich.text import Text

from gradkit.wording import visible

from . import spreadsheet
from .model import SubmissionResult
from .sandbox.ladder import described


class Row(NamedTuple):
    """What the class's overview keeps of a result: little, so that a large class fits into memory.

    Attributes:
        student: the name of the submission's folder.
        scores: points of each question, None where it could not be judged.
        score: points in all, or None.
        max_score: points that could be had.
        isolation: the rung that confined the student's code; empty if none ran.
        trouble: the first thing that went wrong, in words; empty if nothing did.
    """

    student: str
    scores: tuple[float | None, ...]
    score: float | None
    max_score: float
    isolation: str
    trouble: str

    @property
    def judged(self) -> bool:
        """Whether every question has a score."""
        return self.score is not None


def row(result: SubmissionResult) -> Row:
    """Return what the overview keeps of a result."""
    scores = tuple(question.score for question in result.questions)
    return Row(result.student, scores, result.score, result.max_score, result.isolation, _trouble(result))


def _trouble(result: SubmissionResult) -> str:
    if result.reason:
        return f"NOT JUDGED: {result.reason}"
    for question in result.questions:
        failed = question.first_failure()
        if failed is not None:
            return f"{question.id}: {failed.hint or failed.message}"
    return ""


def table(rows: Sequence[Row], questions: Sequence[str]) -> Table:
    """Return the class as a table: student, points of each question, total, first thing that went wrong."""
    drawn = Table(show_edge=False, pad_edge=False)
    drawn.add_column("student", overflow="fold", max_width=32)
    for name in questions:
        drawn.add_column(name, justify="right", overflow="fold", max_width=12)
    drawn.add_column("total", justify="right")
    drawn.add_column("first thing that went wrong", ratio=1, overflow="fold")
    for student in rows:
        points = (_points(score) for score in (*student.scores, student.score))
        cells = (student.student, *points, student.trouble)
        drawn.add_row(*(Text(visible(cell)) for cell in cells))
    return drawn


def summary(rows: Sequence[Row]) -> str:
    """Return one line about the class."""
    judged = sum(student.judged for student in rows)
    full = sum(student.score == student.max_score for student in rows)
    used = sorted({student.isolation for student in rows if student.isolation})
    rungs = ", ".join(map(described, used)) or "none needed"
    return (
        f"{len(rows)} submission{'s' * (len(rows) != 1)}: {full} with full marks,"
        f" {judged - full} with something to mend, {len(rows) - judged} not judged. Isolation: {rungs}."
    )


def as_csv(rows: Sequence[Row], questions: Sequence[str]) -> str:
    """Return the class as CSV; no cell can be taken for a spreadsheet formula."""
    head = ("student", *questions, "score", "max_score", "isolation", "judged", "first_trouble")
    return spreadsheet.as_csv((head, *(_cells(student) for student in rows)))


def _cells(student: Row) -> tuple[spreadsheet.Cell, ...]:
    judged = "yes" if student.judged else "no"
    points = (*student.scores, student.score, student.max_score)
    return (student.student, *points, student.isolation, judged, student.trouble)


def _points(score: float | None) -> str:
    return "-" if score is None else f"{score:g}"
