"""What a student of the sample class is, and the edits from which their notebooks are made."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

NAIVE, VECTORIZED = "softmax_loss_naive", "softmax_loss_vectorized"

# full: every point; part: some are lost; little: at most a fifth, as for any wrong numbers of the right
# shape; none: zero; any: not stated, because it depends on the machine or on the grader's policy.
Deserved = Literal["full", "part", "little", "none", "any"]
Kind = Literal["right", "wrong", "unfinished", "nasty"]
Edit = Callable[[dict], None]


@dataclass(frozen=True)
class SampleStudent:
    """One student: how their folder is written, and what grading it must bring.

    Attributes:
        name: the student's folder.
        kind: right, wrong, unfinished or nasty.
        write: writes the student's softmax folder (which exists) from the student notebook it is given.
        naive: what the question softmax_loss_naive deserves.
        vectorized: what the question softmax_loss_vectorized deserves.
        names: words that the messages and hints of the failed checks must contain, "" if none are asked for.
        judged: whether the hand-in can be graded at all.
        problem: words of the sentence that says why not, in lower case.
    """

    name: str
    kind: Kind
    write: Callable[[Path, dict], None]
    naive: Deserved = "full"
    vectorized: Deserved = "full"
    names: str = ""
    judged: bool = True
    problem: str = ""


def edited(*edits: Edit) -> Callable[[Path, dict], None]:
    """Return a writer of the student notebook with the edits applied in order."""

    def write(folder: Path, template: dict) -> None:
        notebook = copy.deepcopy(template)
        for edit in edits:
            edit(notebook)
        (folder / "softmax.ipynb").write_text(json.dumps(notebook, indent=1), encoding="utf-8")

    return write


def answers(naive: str | None = None, vectorized: str | None = None) -> Edit:
    """Return the edit that fills the two answer cells; None leaves the stub."""

    def edit(notebook: dict) -> None:
        for question, source in ((NAIVE, naive), (VECTORIZED, vectorized)):
            if source is not None:
                answer_cell(notebook, question)["source"] = lines(source)

    return edit


def added(source: str, *, before: str = "", after: str = "", cell_type: str = "code") -> Edit:
    """Return the edit that adds a cell before or after a question's answer cell, or else at the end."""

    def edit(notebook: dict) -> None:
        cells = notebook["cells"]
        question = before or after
        place = cells.index(answer_cell(notebook, question)) + bool(after) if question else len(cells)
        cells.insert(place, new_cell(source, f"added-{len(cells)}", cell_type))

    return edit


def new_cell(source: str, cell_id: str, cell_type: str = "code") -> dict:
    """Return a cell as Jupyter makes it."""
    cell = {"cell_type": cell_type, "id": cell_id, "metadata": {}, "source": lines(source)}
    return cell | ({"execution_count": None, "outputs": []} if cell_type == "code" else {})


def answer_cell(notebook: dict, question: str) -> dict:
    """Return the cell that the student fills in for a question.

    Raises:
        ValueError: the notebook has no such cell.
    """
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == question:
            return cell
    raise ValueError(f'the notebook has no cell whose nbgrader grade_id is "{question}"; is it the student version?')


def lines(source: str) -> list[str]:
    """Return a source as a notebook keeps it: lines with their ends, no empty line at the end."""
    return source.strip("\n").splitlines(keepends=True)


def replaced(source: str, *changes: tuple[str, str]) -> str:
    """Return the source with every (old, new) change made; each old text must occur exactly once.

    Raises:
        ValueError: an old text occurs never or more than once.
    """
    for old, new in changes:
        if source.count(old) != 1:
            raise ValueError(f"{old!r} occurs {source.count(old)} times, expected once, in:\n{source}")
        source = source.replace(old, new)
    return source
