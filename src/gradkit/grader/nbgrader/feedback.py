"""One feedback page a student, for ``gradkit feedback`` and for nbgrader's own ``generate_feedback``.

The pages lie where ``nbgrader release_feedback`` looks for them, with the two small files that it needs.
"""

import secrets
from collections.abc import Collection
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbgrader.converters import GenerateFeedback

from gradkit.notebook import Notebook

from ..course import Course
from ..disclosure import disclosed
from ..engine import engine_version
from ..errors import SubmissionError
from ..feedback import feedback_page, lessons, opened
from ..hand_ins import hand_in
from ..results import Results, replace
from .autograded import made_from
from .chosen import chosen
from .database import gradebook
from .doors import results_folder
from .gradebook import settle_penalties
from .grades import final_grades
from .lateness import late_penalty
from .settings import NbgraderSettings, settings_of


def make_feedback(
    course: Course, settings: NbgraderSettings, assignment: str, only: Collection[str] | None = None
) -> int:
    """Write the page of everybody in the gradebook, or of some students; return how many.

    Raises CourseError if the assignment, its student version or its grades are missing.
    """
    bundle = course.bundle(assignment, engine_version())
    released = course.released(assignment)
    places = lessons(released, f"assignments/{assignment}/{assignment}.ipynb")
    store = Results(results_folder(course), assignment)
    written = 0
    with gradebook(settings) as book:
        settle_penalties(book, assignment, late_penalty(settings))
        for grade in final_grades(book, assignment, only):
            submission = hand_in(settings.submitted / grade.student, assignment)
            result = store.read(grade.student)
            notebook: Notebook | SubmissionError | None = opened(submission, assignment)
            if result is not None and result.notebook_sha256 != submission.sha256:
                result = None
            if _landed(settings, grade.student, assignment) != submission.sha256:
                result = notebook = None  # the grade is that of an earlier hand-in
            shown = None if result is None else disclosed(result, bundle.settings.disclosure)
            page = feedback_page(shown, grade, notebook, places, bundle.settings.title)
            folder = settings.feedback / grade.student / assignment
            replace(folder / f"{assignment}.html", page.encode("utf-8", "replace"))
            _add_what_the_exchange_needs(settings.autograded / grade.student / assignment, folder)
            written += 1
    return written


def _landed(settings: NbgraderSettings, student: str, assignment: str) -> str | None:
    """Return the SHA-256 of the hand-in whose grade is in the gradebook; None if unknown."""
    return made_from(_content(settings.autograded / student / assignment / f"{assignment}.ipynb"))


def _add_what_the_exchange_needs(autograded: Path, folder: Path) -> None:
    """Put timestamp and secret beside a page; without them ``nbgrader release_feedback`` stops at this student.

    Who did not hand in through the exchange has no secret and can fetch nothing from it: a random one does no harm.
    """
    stamp, secret = "timestamp.txt", "submission_secret.txt"
    (folder / stamp).write_bytes(_content(autograded / stamp))
    known = _content(autograded / secret)
    if known or not (folder / secret).exists():
        (folder / secret).write_bytes(known or secrets.token_hex(32).encode())


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


class FeedbackPages(HTMLExporter):
    """Writes gradkit's feedback pages for the students that nbgrader is about to write pages for, instead of nbgrader.

    An assignment that gradkit has no suite for gets nbgrader's own page.
    """

    def __init__(self, config: Any = None, parent: Any = None, **options: Any) -> None:
        super().__init__(config=config, parent=parent, **options)  # type: ignore[no-untyped-call]
        if isinstance(parent, GenerateFeedback):
            self._write(parent)

    def _write(self, converter: GenerateFeedback) -> None:
        course, assignment = Course(Path(converter.coursedir.root)), converter.coursedir.assignment_id
        if assignment in course.assignments():
            settings = settings_of(converter.parent, converter.coursedir)
            names = [path.name for path in settings.autograded.glob("*") if (path / assignment).is_dir()]
            count = make_feedback(course, settings, assignment, chosen(converter.coursedir, names))
            self.log.info("%d feedback pages written for %s", count, assignment)
            converter.assignments = {}
