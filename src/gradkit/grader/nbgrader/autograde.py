"""nbgrader's own ``autograde``, on the command line and behind the formgrader's button: the engine in its place.

``nbgrader_config.py`` names ``SandboxedGrading`` as the exporter of nbgrader's autograde. nbgrader makes it once a run,
before it touches the first student. That is where the students are graded, in the sandbox, and landed in one
transaction, with their autograded notebooks; nothing is left for nbgrader to convert.

An exporter and not only preprocessors, because those come too late: for a notebook that cannot be read, a folder
without one, or a folder name that ends nbgrader's run, they are never called.
"""

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.preprocessors import DeduplicateIds, NbGraderPreprocessor
from nbgrader.utils import is_locked
from rich.console import Console

from gradkit.errors import GradkitError
from gradkit.wording import visible

from ..course import Course
from ..hand_ins import printable, students
from .autograded import fenced, harmless_markdown
from .chosen import chosen
from .doors import grade_and_land
from .settings import settings_of


class SandboxedGrading(NotebookExporter):
    """Grades and lands the students that nbgrader is about to autograde, instead of nbgrader.

    An assignment that gradkit has no suite for is left to the configured preprocessors, none of which runs code.
    """

    def __init__(self, config: Any = None, parent: Any = None, **options: Any) -> None:
        super().__init__(config=config, parent=parent, **options)  # type: ignore[no-untyped-call]
        if isinstance(parent, Autograde):
            try:
                self._grade(parent)
            except GradkitError as error:  # nbgrader shows its own errors without a traceback
                self.log.error("%s", error)
                raise NbGraderException(str(error)) from error

    def _grade(self, converter: Autograde) -> None:
        assignment: str = converter.coursedir.assignment_id
        course = Course(Path(converter.coursedir.root))
        if assignment not in course.assignments():
            self.log.warning("%s has no suite in autograder/: its code cells wait for a person", assignment)
            return
        settings = settings_of(converter.parent, converter.coursedir)
        names = (printable(folder.name) for folder in students(settings.submitted, assignment))
        only = chosen(converter.coursedir, names)
        rows, landed = grade_and_land(course, settings, assignment, only=only, console=Console(quiet=True))
        for row in rows:
            if not row.judged:
                self.log.warning("%s: %s", visible(row.student), visible(row.trouble))
        for remark in landed.remarks:
            self.log.warning("%s", visible(remark))
        self.log.info("graded in the sandbox and landed: %s of %s", landed.students, assignment)
        converter.assignments = {}


class PlainWords(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader ships no types
    """Leaves of what students wrote in words nothing that becomes HTML, a link or a picture in graders' pages."""

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        """Return a cell without attachments; Markdown made harmless, raw text put into a fence."""
        cell.pop("attachments", None)
        if cell.cell_type != "code" and not is_locked(cell):
            cell.source = harmless_markdown(cell.source) if cell.cell_type == "markdown" else fenced(cell.source)
            cell.cell_type = "markdown"
        return cell, resources


class CarefulDeduplicateIds(DeduplicateIds):  # type: ignore[misc]  # nbgrader ships no types
    """nbgrader's ``DeduplicateIds``, but a student's copied cell does not end the run of the class.

    nbgrader leaves a copied cell with empty marks, takes these for marks of an outdated format, and stops.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook without marks on all but the last cell of a name."""
        nb, resources = super().preprocess(nb, resources)
        for cell in nb.cells:
            if not cell.metadata.get("nbgrader", True):
                del cell.metadata["nbgrader"]
        return nb, resources
