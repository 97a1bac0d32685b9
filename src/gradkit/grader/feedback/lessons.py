"""Where in the student version of a notebook each graded cell's lesson is: the headings above it."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from gradkit.notebook import read_notebook

HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
FENCE = re.compile(r"^ {0,3}(```|~~~)")


class Lesson(NamedTuple):
    """The place of one graded cell.

    Attributes:
        headings: above the cell, the outermost first.
        cell: its number in the student version, from 1.
        points: that it is worth.
    """

    headings: tuple[str, ...]
    cell: int
    points: float

    @property
    def section(self) -> str:
        """The headings as one line; the notebook's own title is left out where there are others."""
        return " / ".join(self.headings[1:] or self.headings)


def lessons(data: bytes, name: str) -> dict[str, Lesson]:
    """Return the lesson of each graded cell by its ``grade_id``.

    Args:
        data: the student version of the notebook, as released.
        name: of the file, for the sentence with which SubmissionError refuses what is no notebook.
    """
    found: dict[str, Lesson] = {}
    path: dict[int, str] = {}
    for cell, raw in zip(read_notebook(data, name).cells, json.loads(data)["cells"], strict=True):
        if cell.kind == "markdown":
            for level, heading in _headings(cell.source):
                path = {above: text for above, text in path.items() if above < level} | {level: heading}
        points = _points(raw)
        if cell.grade_id is not None and points is not None:
            found[cell.grade_id] = Lesson(tuple(path.values()), cell.number, points)
    return found


def _headings(markdown: str) -> Iterator[tuple[int, str]]:
    """Yield level and text of each ``# heading`` outside of code fences."""
    fence = ""
    for line in markdown.splitlines():
        mark = FENCE.match(line)
        if mark is not None and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        heading = HEADING.match(line)
        if heading is not None and not fence and heading[2]:
            yield len(heading[1]), re.sub(r"[*`]", "", heading[2])


def _points(raw: dict[str, Any]) -> float | None:
    """Return what a cell is worth, None if it is not graded."""
    settings = raw.get("metadata", {}).get("nbgrader", {})
    if not (settings.get("grade") or settings.get("task")):
        return None
    return float(settings.get("points", 0))
