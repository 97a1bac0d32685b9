"""Turns a notebook's file into cells, for check() and for the grader alike; reads, never runs, never parses Python.

The file is not trusted. Its Python is parsed elsewhere, where a source that stalls the parser costs only its author.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from gradkit.errors import SubmissionError
from gradkit.wording import listed, visible

MAX_FILE = 20 << 20
MAX_PARTS = 600_000
MAX_CELLS = 2000
MAX_CELL_SOURCE = 200_000
MAX_SOURCE = 1_000_000
MAX_NUMBER, MAX_REMARKS = 20, 10
KINDS = ("code", "markdown", "raw")
HALF_PAIR = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair is legal in JSON and nowhere else."""


class Cell(NamedTuple):
    """One cell: its number (from 1, as one counts in the browser), kind, source and nbgrader ``grade_id``.

    `is_graded` says that it is made for a graded function.
    """

    number: int
    kind: str
    source: str
    grade_id: str | None
    is_graded: bool = False


class Notebook(NamedTuple):
    """A notebook that can be graded: its cells, and the SHA-256 of the file."""

    cells: tuple[Cell, ...]
    sha256: str

    def code(self) -> list[tuple[int, str]]:
        """Return number and source of each code cell."""
        return [(cell.number, cell.source) for cell in self.cells if cell.kind == "code"]

    def remarks(self, graded: Sequence[str]) -> dict[str, list[str]]:
        """Return, for each graded function, what is odd about the cells that should hold it."""
        return {name: _remarks(self.cells, name) for name in graded}


def read_notebook(data: bytes, name: str) -> Notebook:
    """Return the notebook in a submitted file's bytes; raises SubmissionError with one clear sentence."""
    if not data.strip():
        raise SubmissionError(f"{name} is empty: save the notebook and hand in again")
    if sum(map(data.count, (b"{", b"[", b","))) > MAX_PARTS:  # each part takes far more memory than its text
        raise SubmissionError(f"{name} has more than {MAX_PARTS} parts: clear the outputs and hand in again")
    try:
        content = json.loads(data)
    except RecursionError:
        raise SubmissionError(f"{name} is nested too deeply to be a notebook") from None
    except ValueError as error:
        raise SubmissionError(
            f"{name} is not a notebook: its text is not JSON ({str(error)[:80]}); hand in the .ipynb file itself"
        ) from None
    return Notebook(tuple(_cells(content, name)), hashlib.sha256(data).hexdigest())


def _cells(content: Any, name: str) -> list[Cell]:
    if not isinstance(content, dict) or not isinstance(content.get("nbformat"), int):
        raise SubmissionError(f"{name} is JSON but not a notebook: it has no nbformat number")
    if content["nbformat"] != 4:
        raise SubmissionError(
            f"{name} has notebook format {visible(str(content['nbformat']), MAX_NUMBER)}, expected 4:"
            " open and save it in a current Jupyter, then hand in again"
        )
    raw = content.get("cells")
    if not isinstance(raw, list):
        raise SubmissionError(f"{name} is JSON but not a notebook: it has no list of cells")
    if len(raw) > MAX_CELLS:
        raise SubmissionError(f"{name} has {len(raw)} cells, more than the {MAX_CELLS} that are read")
    cells = [_cell(number, cell, name) for number, cell in enumerate(raw, 1)]
    if sum(len(cell.source) for cell in cells if cell.kind == "code") > MAX_SOURCE:
        raise SubmissionError(f"{name} holds more than {MAX_SOURCE} characters of code")
    return cells


def _cell(number: int, raw: Any, name: str) -> Cell:
    if not isinstance(raw, dict):
        raise SubmissionError(f"cell {number} of {name} is not a notebook cell")
    source = raw.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise SubmissionError(f"cell {number} of {name} has a source that is not text")
    kind = raw.get("cell_type")
    if kind == "code" and len(source) > MAX_CELL_SOURCE:
        raise SubmissionError(
            f"cell {number} of {name} has {len(source)} characters of code,"
            f" more than the {MAX_CELL_SOURCE} that are read"
        )
    if HALF_PAIR.search(source):
        source = source.encode("utf-8", "replace").decode("utf-8")
    settings = _settings(raw)
    grade_id = settings.get("grade_id")
    grade_id = grade_id if isinstance(grade_id, str) else None
    is_graded = kind == "code" and grade_id is not None and bool(settings.get("grade") and settings.get("solution"))
    return Cell(number, kind if kind in KINDS else "unknown", source, grade_id, is_graded)


def _settings(raw: dict[str, Any]) -> dict[str, Any]:
    metadata = raw.get("metadata")
    settings = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return settings if isinstance(settings, dict) else {}


def _remarks(cells: Sequence[Cell], function: str) -> list[str]:
    definition = re.compile(rf"^[ \t]*def {re.escape(function)}\b", re.MULTILINE)
    carriers = [cell for cell in cells if cell.grade_id == function]
    pasted = [cell for cell in cells if cell.kind != "code" and definition.search(cell.source)]
    remarks = []
    if not carriers:
        remarks.append(f"the cell made for {function} is gone (or has lost its nbgrader mark)")
    if len(carriers) > 1:
        places = listed([str(cell.number) for cell in carriers])
        remarks.append(f"the cell made for {function} was copied: it is there as cells {places}; the last one counts")
    remarks += [
        f"cell {cell.number} holds {function} but is a {cell.kind} cell: change it to Code"
        for cell in pasted[:MAX_REMARKS]
    ]
    return remarks
