"""Makes the notebook that graders see in the formgrader: the student's answers in the course's own frame.

Made anew from plain parts, because the formgrader shows Markdown and HTML as they are: locked cells come from the
student version, a student's outputs, attachments and metadata are dropped, what a student wrote in words cannot
become HTML, and nbgrader's marks are those of the student version, each once.
"""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gradkit.notebook import Cell, Notebook

from ..comments import comment
from ..model import SubmissionResult

MISSING = "This cell is not in the notebook that was handed in."
UNREADABLE = "The notebook that was handed in cannot be read."
WIDTH = 100
LONGEST = 50_000  # characters of a cell in words that are shown
FORMULAS = 100  # environments in one cell
# What a space behind it ends: a tag, a link or its definition, an address, an entity (which could spell one of the
# others), a formula's command that makes a link or touches the page.
SEAMS = re.compile(
    r"<(?=[A-Za-z/!?])|\](?=[(\[:])|:(?=//)|&(?=#?\w+;)"
    r"|\\(?=(?:class|cssId|data|href|html\w*|includegraphics|mmlToken|require|style|unicode|url)(?![A-Za-z]))"
)
FENCE = re.compile("`{3,}|~{3,}")

MADE_FROM = "gradkit"  # the last key of the file that is so called, whatever the cells hold
SHA256 = re.compile(rb'.*"gradkit": \{\s*"sha256": "([0-9a-f]*)"', re.DOTALL)

NotebookCell = dict[str, Any]


class StudentVersion:
    """The released notebook: its metadata, and its cells that carry nbgrader's marks by ``grade_id``."""

    def __init__(self, content: bytes) -> None:
        notebook = json.loads(content)
        self.metadata: dict[str, Any] = notebook["metadata"]
        self.nbformat_minor: int = notebook["nbformat_minor"]
        self.marked: dict[str, NotebookCell] = {
            cell["metadata"]["nbgrader"]["grade_id"]: {**cell, "source": "".join(cell["source"])}
            for cell in notebook["cells"]
            if "nbgrader" in cell["metadata"]
        }

    def settings(self, grade_id: str) -> dict[str, Any]:
        """Return nbgrader's marks of a cell."""
        settings: dict[str, Any] = self.marked[grade_id]["metadata"]["nbgrader"]
        return settings


def answers(notebook: Notebook | None, version: StudentVersion) -> dict[str, Cell]:
    """Return the cell that counts as each marked one: the last that has its ``grade_id``."""
    cells = () if notebook is None else notebook.cells
    return {cell.grade_id: cell for cell in cells if cell.grade_id in version.marked}


def autograded(notebook: Notebook | None, version: StudentVersion, result: SubmissionResult) -> bytes:
    """Return the notebook to show, as a file's content; ``None`` stands for one that cannot be read."""
    counted = answers(notebook, version)
    reports = {question.id: comment(result, question) for question in result.questions}
    cells = [_about(result)] if notebook is None else []
    for cell in notebook.cells if notebook is not None else ():
        marked = cell.grade_id if counted.get(cell.grade_id or "") is cell else None
        cells.append(_marked(cell.source, version, marked, reports) if marked else _unmarked(cell))
    cells += _missing(version, counted, reports, UNREADABLE if notebook is None else MISSING)
    made = {
        "cells": [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(cells, 1)],
        "metadata": {**version.metadata, MADE_FROM: {"sha256": result.notebook_sha256}},
        "nbformat": 4,
        "nbformat_minor": max(5, version.nbformat_minor),
    }
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def made_from(shown: bytes) -> str | None:
    """Return the SHA-256 of the hand-in that an earlier autograded notebook shows; None if it does not say."""
    found = SHA256.match(shown)
    return found[1].decode() if found else None


def _marked(source: str, version: StudentVersion, grade_id: str, reports: Mapping[str, str]) -> NotebookCell:
    """Return a cell of the course: its type and marks are the course's, its text too if it is locked."""
    settings = version.settings(grade_id)
    original = version.marked[grade_id]
    if settings["locked"]:
        source = original["source"]
    elif original["cell_type"] == "markdown":
        source = harmless_markdown(source)
    return _cell(original["cell_type"], source, settings, reports.get(grade_id, ""))


def _unmarked(cell: Cell) -> NotebookCell:
    if cell.kind == "code":
        return _cell("code", cell.source)
    if cell.kind == "markdown":
        return _cell("markdown", harmless_markdown(cell.source))
    return _cell("markdown", fenced(cell.source))  # a raw cell would be taken for HTML


def _missing(
    version: StudentVersion, counted: Mapping[str, Cell], reports: Mapping[str, str], why: str
) -> Iterator[NotebookCell]:
    """Yield the graded cells that are not there, so that a person finds their boxes for points and comment."""
    for grade_id, original in version.marked.items():
        if version.settings(grade_id)["grade"] and grade_id not in counted:
            text = f"# {why}" if original["cell_type"] == "code" else f"*{why}*"
            yield _cell(original["cell_type"], text, version.settings(grade_id), reports.get(grade_id, ""))


def _about(result: SubmissionResult) -> NotebookCell:
    problem = str(result.problem).encode("utf-8", "replace").decode()
    return _cell("markdown", harmless_markdown(f"**Not judged:** {problem}"))


def _cell(kind: str, source: str, settings: dict[str, Any] | None = None, report: str = "") -> NotebookCell:
    metadata = {"nbgrader": settings} if settings else {}
    if kind == "markdown":
        return {"cell_type": kind, "metadata": metadata, "source": source}
    outputs = [{"output_type": "stream", "name": "stdout", "text": _wrapped(report)}] if report else []
    return {"cell_type": kind, "metadata": metadata, "source": source, "outputs": outputs, "execution_count": None}


def _wrapped(report: str) -> str:
    """Return a report with lines that fit on the formgrader's page, which cuts off longer ones."""
    writable = report.encode("utf-8", "replace").decode()  # without halves of surrogate pairs
    lines = (textwrap.fill(line, WIDTH, subsequent_indent="    ") for line in writable.splitlines())
    return "\n".join(lines) + "\n"


def harmless_markdown(text: str) -> str:
    """Return Markdown that shows the same words and formulas but makes no HTML, link or picture.

    A space is put into what would: ``<b>`` becomes ``< b>``. Unlike an entity that reads well in formulas and code.
    """
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}\n\n*(cut here: {len(text)} characters)*"
    if text.count("\\begin") > FORMULAS:
        text = text.replace("\\begin", "\\ begin")  # the page's renderer looks for the end of each in all the rest
    return SEAMS.sub(r"\g<0> ", text)


def fenced(text: str) -> str:
    """Return text as a Markdown code block that it cannot end itself."""
    longest = max((len(fence) for fence in FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text[:LONGEST]}\n{fence}"
