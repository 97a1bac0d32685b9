"""What the instructor sees of a graded class: a table on the terminal and a CSV file."""

import csv
import io
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from .model import SubmissionResult

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def trouble(result: SubmissionResult) -> str:
    """Return the first thing that went wrong, in words; empty if nothing did."""
    if result.problem:
        return f"NOT JUDGED: {result.problem}"
    for question in result.questions:
        failed = question.first_failure()
        if failed is not None:
            return f"{question.id}: {failed.hint or failed.message}"
    return ""


def visible(text: str) -> str:
    """Return a text without line breaks and characters that would steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text.replace("\n", " "))


def points(score: float | None) -> str:
    """Return a score as one writes it; a dash if there is none."""
    return "-" if score is None else f"{score:g}"


def table(results: Sequence[SubmissionResult], questions: Sequence[str]) -> Table:
    """Return the class as a table: student, points of each question, total, the first thing that went wrong."""
    drawn = Table(show_edge=False, pad_edge=False)
    drawn.add_column("student", overflow="fold", max_width=40)
    for name in questions:
        drawn.add_column(name, justify="right", overflow="fold")
    drawn.add_column("total", justify="right")
    drawn.add_column("first thing that went wrong", overflow="fold")
    for result in results:
        scores = {question.id: points(question.score) for question in result.questions}
        cells = [result.student, *(scores.get(name, "-") for name in questions), points(result.score)]
        drawn.add_row(*(Text(visible(cell)) for cell in (*cells, trouble(result))))
    return drawn


def summary(results: Sequence[SubmissionResult]) -> str:
    """Return one line about the class."""
    judged = [result for result in results if result.judged]
    full = sum(result.score == result.max_score for result in judged)
    rungs = ", ".join(sorted({result.isolation for result in results if result.isolation})) or "none needed"
    return (
        f"{len(results)} submissions: {full} with full marks, {len(judged) - full} with something to mend,"
        f" {len(results) - len(judged)} not judged. Isolation: {rungs}."
    )


def as_csv(results: Sequence[SubmissionResult], questions: Sequence[str]) -> str:
    """Return the class as CSV; no cell can be taken for a spreadsheet formula."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["student", *questions, "score", "max_score", "isolation", "judged", "first_trouble"])
    for result in results:
        scores = {question.id: question.score for question in result.questions}
        row = [result.student, *(scores.get(name) for name in questions), result.score, result.max_score]
        row += [result.isolation, "yes" if result.judged else "no", visible(trouble(result))]
        writer.writerow([_harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return file.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
