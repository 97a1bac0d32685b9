"""Writes an inspection as one HTML file that needs nothing else; every text is made visible and escaped."""

from collections.abc import Iterable
from pathlib import Path

from gradkit.wording import visible_lines

from ..errors import CourseError
from ..pages import page_template
from ..results import replace_private
from .console import WORDS
from .examined import Inspection


def inspection_page(inspection: Inspection) -> str:
    """Return an inspection as an HTML page whose first line says that it is not for students."""
    return page_template("gradkit.grader.inspection", "inspection.html.jinja").render(
        inspection=inspection,
        result=inspection.result,
        words=WORDS,
        cells=[(cell, visible_lines(cell.source)) for cell in inspection.cells],
    )


def write_page(page: str, path: Path, for_students: Iterable[Path]) -> None:
    """Write a page that only its owner can read; raises CourseError for a folder from which students get files."""
    for folder in for_students:
        if path.resolve().is_relative_to(folder.resolve()):
            raise CourseError(
                f"{path} was not written: students get what is in {folder}, and the page holds hidden inputs."
                " Name a file elsewhere"
            )
    replace_private(path, page.encode("utf-8", "replace"))
