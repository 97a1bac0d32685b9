"""From results to nbgrader: the whole class in the gradebook, and one autograded notebook a student.

Both ``gradkit grade`` and nbgrader's own ``autograde`` come here.
"""

import datetime
import re
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from gradkit.notebook import Cell, Notebook, read_notebook

from .. import extract
from ..comments import comment
from ..course import Bundle, Course, Submission
from ..disclosure import Disclosed, disclosed
from ..errors import CourseError, SubmissionError
from ..hand_ins import submissions
from ..model import Question, SubmissionResult
from ..results import Results
from . import gradebook
from .autograded import UNREADABLE, StudentVersion, answers, autograded, made_from
from .database import gradebook as opened_gradebook
from .database import register
from .lateness import late_penalty
from .settings import NbgraderSettings
from .timestamps import EXAMPLE, read_timestamp

LONGEST_ID = 128  # of nbgrader's column
STAMP, SECRET = "timestamp.txt", "submission_secret.txt"
PLAIN = re.compile(rb"[\x21-\x7e]{1,200}\s?")
FEW_BYTES = 1000
# nbgrader's pages show names as they are; a backslash stands for a byte that is no text, so that the folder's real
# name is another.
NO_NAME = frozenset('<>&"\\')
WAITING = ".landing"
NO_RESPONSE = "No response."
NOT_LANDED = (
    "The class was not landed as a whole; results are kept, and no grade is lost: mend that and grade again to land it"
)
NOT_GRADED = "this version of the notebook has not been graded yet: grade again"
NOT_THERE = "The cell for this answer is not in the notebook that was handed in."


class Landed(NamedTuple):
    """What landing a class brought: how many students, and a sentence about each one left out or odd."""

    students: int
    remarks: tuple[str, ...]


class Landing:
    """Lands the results of one assignment."""

    def __init__(self, course: Course, settings: NbgraderSettings, bundle: Bundle, results: Results) -> None:
        self.settings = settings
        self.bundle = bundle
        self.results = results
        register(settings, course, bundle)
        self.version = StudentVersion(course.released(bundle.assignment))
        self._remarks: list[str] = []

    def land(self, only: Collection[str] | None = None) -> Landed:
        """Land the class, or only some students; raises CourseError and changes nothing if that cannot be done."""
        self._remarks = []
        self._forget()  # what a landing left that was killed
        try:
            with opened_gradebook(self.settings) as book:
                rule = late_penalty(self.settings)
                count = gradebook.land(book, self.bundle.assignment, self._entries(only), rule)
            for fresh in self._prepared():
                self._show(fresh.parent.parent.name, fresh)
        except OSError as error:
            self._forget()
            where = error.filename or tempfile.gettempdir()
            raise CourseError(f"{where}: {error.strerror}. {NOT_LANDED}") from error
        except BaseException:
            self._forget()
            raise
        return Landed(count, tuple(self._remarks))

    def _entries(self, only: Collection[str] | None) -> Iterator[gradebook.Entry]:
        for submission in submissions(self.settings.submitted, self.bundle.assignment, only):
            if _landable(submission.student):
                yield self._entry(submission)
            else:
                self._remarks.append(
                    f"{submission.student!r} is no name for a student in nbgrader (at most {LONGEST_ID} printable"
                    ' characters, none of < > & " \\): rename the folder; its result is kept, but not in the gradebook'
                )

    def _entry(self, submission: Submission) -> gradebook.Entry:
        notebook, result = _notebook(submission), self._result(submission)
        shown = self._place(submission.student)
        anew = not shown.exists() or made_from(shown.read_bytes()) != result.notebook_sha256
        # Under a name of its own until the gradebook has taken the class.
        shown.parent.mkdir(parents=True, exist_ok=True)
        shown.with_name(shown.name + WAITING).write_bytes(autograded(notebook, self.version, result))
        told = disclosed(result, self.bundle.settings.disclosure)  # graders read the whole in the notebook above
        marks = {question.id: _mark(told, question) for question in told.questions}
        counted = answers(notebook, self.version)
        for name in self.version.marked.keys() - marks.keys():
            marks[name] = self._answer(name, counted.get(name), UNREADABLE if notebook is None else NOT_THERE)
        return gradebook.Entry(submission.student, self._timestamp(submission.student), marks, anew)

    def _result(self, submission: Submission) -> SubmissionResult:
        """Return what is known about a hand-in: its result, or one that says that there is none."""
        known = self.results.read(submission.student)
        wanted = (submission.sha256, self.bundle.sha256)
        if known is not None and (known.notebook_sha256, known.bundle_sha256) == wanted:
            return known
        if submission.problem is None:
            self._remarks.append(f"{submission.student}: {NOT_GRADED}")
        questions = tuple(Question(id=name, score=None, max_score=points) for name, points in self.bundle.questions)
        return SubmissionResult(
            student=submission.student,
            assignment=self.bundle.assignment,
            score=None,
            max_score=self.bundle.max_score,
            problem=submission.problem or NOT_GRADED,
            isolation="",
            questions=questions,
            notebook_sha256=submission.sha256,
        )

    def _answer(self, name: str, cell: Cell | None, why_not: str) -> gradebook.Mark:
        """Return the mark of a cell that a person grades: none, but for an answer that nobody gave."""
        settings = self.version.settings(name)
        if cell is None:
            return gradebook.Mark(None, why_not)
        if settings["solution"] and cell.source == self.version.marked[name]["source"]:
            return gradebook.Mark(0.0 if settings["grade"] else None, NO_RESPONSE)
        return gradebook.FOR_A_PERSON

    def _timestamp(self, student: str) -> datetime.datetime | None:
        text = self._beside(student, STAMP)
        moment = read_timestamp(text.decode("ascii", "replace"))
        if moment is None and text.strip():
            self._remarks.append(
                f"{student}: {STAMP} does not hold a date, so nobody knows whether this is late, and the formgrader may"
                f" not list the class: write one as {EXAMPLE}, or delete the file"
            )
        return moment

    def _prepared(self) -> list[Path]:
        """Return the autograded notebooks that wait for the gradebook to take the class."""
        return list(self.settings.autograded.glob(f"*/{self.bundle.assignment}/{self._place('').name}{WAITING}"))

    def _forget(self) -> None:
        for fresh in self.settings.autograded.glob(f"*/{self.bundle.assignment}/*{WAITING}"):
            fresh.unlink(missing_ok=True)

    def _show(self, student: str, fresh: Path) -> None:
        """Put a landed student's autograded notebook in place, and beside it the small files of the hand-in."""
        shown = self._place(student)
        moment = read_timestamp(self._beside(student, STAMP).decode("ascii", "replace"))
        secret = self._beside(student, SECRET)
        # Written anew: what is no text would stop nbgrader's release_feedback for the class.
        for name, content in (
            (STAMP, b"" if moment is None else f"{moment.isoformat(' ')} UTC".encode()),
            (SECRET, secret if PLAIN.fullmatch(secret) else b""),
        ):
            if content:
                _put(shown.with_name(name), content)
            else:
                shown.with_name(name).unlink(missing_ok=True)
        fresh.replace(shown)

    def _beside(self, student: str, name: str) -> bytes:
        """Return a small file of a hand-in; nothing if it is anything else, or lies behind a link."""
        folder = self.settings.submitted / student / self.bundle.assignment
        if folder.is_symlink() or folder.parent.is_symlink():
            return b""  # it would be another student's
        try:
            found = extract.read_file(folder / name)
        except SubmissionError:
            return b""
        return found if len(found) <= FEW_BYTES else b""

    def _place(self, student: str) -> Path:
        """Return where the formgrader looks for a student's autograded notebook."""
        return self.settings.autograded / student / self.bundle.assignment / f"{self.bundle.assignment}.ipynb"


def _notebook(submission: Submission) -> Notebook | None:
    if submission.problem is not None:
        return None
    try:
        return read_notebook(submission.notebook, "the notebook")
    except SubmissionError:
        return None


def _mark(result: Disclosed, question: Question) -> gradebook.Mark:
    # Half of a surrogate pair cannot be written anywhere.
    return gradebook.Mark(question.score, comment(result, question).encode("utf-8", "replace").decode())


def _landable(student: str) -> bool:
    return len(student) <= LONGEST_ID and student.isprintable() and not NO_NAME & set(student)


def _put(path: Path, content: bytes) -> None:
    """Write a file in one step, over whatever is there."""
    fresh = path.with_name(path.name + WAITING)
    fresh.write_bytes(content)
    fresh.replace(path)
