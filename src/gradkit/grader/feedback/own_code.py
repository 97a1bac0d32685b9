"""Finds in a notebook as handed in what a student wrote for one question; reads text, never parses Python."""

import re
from collections.abc import Iterable

from gradkit.notebook import Cell, Notebook, read_notebook

from ..course import Submission
from ..errors import SubmissionError
from ..model import Check

PLACE = re.compile(r"\bcell (\d{1,6}), line (\d{1,6})\b")


def opened(submission: Submission, assignment: str) -> Notebook | SubmissionError:
    """Return the notebook of a hand-in, or the error that says why it cannot be read."""
    if submission.problem is not None:
        return SubmissionError(submission.problem)
    try:
        return read_notebook(submission.notebook, f"{assignment}.ipynb")
    except SubmissionError as error:
        return error


def cell_of_function(notebook: Notebook, name: str) -> Cell | None:
    """Return the cell that holds a graded function: the last that defines it, else the one made for it."""
    word = re.escape(name)
    definition = re.compile(rf"^(?:(?:async[ \t]+)?def[ \t]+{word}\b|{word}[ \t]*=[^=])", re.MULTILINE)
    defining = [cell for cell in notebook.cells if cell.kind == "code" and definition.search(cell.source)]
    return defining[-1] if defining else cell_made_for(notebook, name)


def cell_made_for(notebook: Notebook, grade_id: str) -> Cell | None:
    """Return the last cell that carries a ``grade_id``."""
    carriers = [cell for cell in notebook.cells if cell.grade_id == grade_id]
    return carriers[-1] if carriers else None


def lines_named(checks: Iterable[Check], cell: int) -> frozenset[int]:
    """Return the lines of a cell that the messages of checks name."""
    places = (place for check in checks for place in PLACE.findall(check.message))
    return frozenset(int(line) for number, line in places if int(number) == cell)
