"""The course on disk: where its parts lie, what an assignment is made of, and who handed in what.

``Course`` finds the folders, ``Bundle`` is everything that grading one assignment needs (bytes, so that it
can travel to another machine), ``Submission`` is one student's hand-in.
"""

import hashlib
import hmac
import json
import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from . import extract
from .disclosure import Disclosure
from .errors import CourseError, SubmissionError
from .model import Limits
from .seed import course_seed


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What ``autograder/<assignment>/assignment.toml`` holds."""

    title: str
    limits: Limits = Limits()
    disclosure: Disclosure = Disclosure()


class Bundle(Struct, frozen=True, kw_only=True):
    """One assignment as the grader needs it. Secret: it never reaches a guest.

    Attributes:
        assignment: its name.
        settings: its ``assignment.toml``.
        notebook: the instructor's notebook, from which the reference is taken.
        suite: (file name, content) of each file of the hidden suite.
        seed: from which the inputs of the checks are drawn.
        sha256: of all of the above and of the engine's version, but not of what students may see of results.
        questions: (function name, points) of each automatically graded cell, in order.
    """

    assignment: str
    settings: Settings
    notebook: bytes
    suite: tuple[tuple[str, bytes], ...]
    seed: bytes
    sha256: str
    questions: tuple[tuple[str, float], ...]

    @property
    def graded(self) -> tuple[str, ...]:
        """The names of the graded functions."""
        return tuple(name for name, _ in self.questions)

    @property
    def max_score(self) -> float:
        """The points of all automatically graded questions."""
        return sum(points for _, points in self.questions)


class Submission(Struct, frozen=True, kw_only=True):
    """One hand-in: the student's name, and the notebook's bytes or the problem with it."""

    student: str
    notebook: bytes = b""
    problem: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the notebook, empty if there is none."""
        return hashlib.sha256(self.notebook).hexdigest() if self.notebook else ""


class Course:
    """The folders of a course: ``solutions/``, ``autograder/`` and the run state in ``course/``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / "course"

    @classmethod
    def around(cls, place: Path) -> "Course":
        """Return the course that ``place`` lies in; raises CourseError if there is none."""
        for folder in (place, *place.resolve().parents):
            if (folder / "solutions").is_dir() and (folder / "autograder").is_dir():
                return cls(folder)
        raise CourseError(
            f"{place} lies in no course: expected a folder with solutions/ and autograder/ here or above."
            " Change to your course's folder first."
        )

    def assignments(self) -> list[str]:
        """Return the names of all assignments, sorted."""
        return sorted(path.parent.name for path in self.root.glob("autograder/*/assignment.toml"))

    def require(self, assignment: str) -> None:
        """Raise CourseError unless there is an assignment of this name."""
        if assignment not in self.assignments():
            known = ", ".join(self.assignments()) or "none"
            raise CourseError(f"there is no assignment {assignment!r} in {self.root}; there are: {known}")

    def notebook_path(self, assignment: str) -> Path:
        """Return where the instructor's notebook of an assignment lies."""
        return self.root / "solutions" / assignment / f"{assignment}.ipynb"

    def released(self, assignment: str) -> bytes:
        """Return the student version of an assignment; raises CourseError if it was never made."""
        path = self.root / "assignments" / assignment / f"{assignment}.ipynb"
        try:
            return path.read_bytes()
        except OSError as error:
            raise CourseError(f"{path} cannot be read ({error.strerror}): run `make release` first") from None

    def bundle(self, assignment: str, version: str) -> Bundle:
        """Return everything that grading an assignment needs; raises CourseError for what is missing.

        Args:
            assignment: the name of the folders in ``solutions/`` and ``autograder/``.
            version: of the engine; another version grades anew.
        """
        self.require(assignment)
        folder = self.root / "autograder" / assignment
        notebook = self._read(self.notebook_path(assignment))
        suite = tuple((path.name, path.read_bytes()) for path in sorted(folder.glob("*.py")))
        settings_text = self._read(folder / "assignment.toml")
        try:
            settings = msgspec.toml.decode(settings_text, type=Settings)
        except (msgspec.MsgspecError, ValueError) as error:
            raise CourseError(f"{folder / 'assignment.toml'}: {error}") from None
        seed = hmac.digest(course_seed(self.state / "seed"), assignment.encode(), "sha256")
        judging = msgspec.structs.replace(settings, disclosure=Disclosure())
        parts = [
            version.encode(),
            msgspec.json.encode(judging),
            notebook,
            seed,
            *(part for file in suite for part in file[1:]),
        ]
        names = [name.encode() for name, _ in suite]
        digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in (*names, *parts)))
        return Bundle(
            assignment=assignment,
            settings=settings,
            notebook=notebook,
            suite=suite,
            seed=seed,
            sha256=digest.hexdigest(),
            questions=graded_cells(notebook, str(self.notebook_path(assignment))),
        )

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CourseError(f"{path} cannot be read: {error.strerror}") from None


def submissions(directory: Path, assignment: str, only: Collection[str] | None = None) -> Iterator["Submission"]:
    """Yield what was handed in below ``directory``, laid out as ``<student>/<assignment>/<assignment>.ipynb``.

    A student without a folder for the assignment has handed in nothing and is left out. Whatever is wrong
    with a hand-in becomes its ``problem``. Raises CourseError if the directory cannot be listed.
    """
    for student in students(directory, assignment, only):
        yield hand_in(student, assignment)


def students(directory: Path, assignment: str, only: Collection[str] | None = None) -> list[Path]:
    """Return the folders of those who have handed in an assignment, or of some of them, sorted by name."""
    try:
        folders = sorted(entry for entry in directory.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise CourseError(
            f"{directory} cannot be listed ({error.strerror}): put submissions there as"
            f" <student>/{assignment}/{assignment}.ipynb, or name their folder with --submitted"
        ) from None
    wanted = [path for path in folders if only is None or printable(path.name) in only]
    return [path for path in wanted if _handed_in(path, assignment)]


def printable(name: str) -> str:
    """Return a file name as text that can be written anywhere: undecodable bytes are escaped."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _handed_in(student: Path, assignment: str) -> bool:
    try:
        (student / assignment).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return student.is_symlink()
    except OSError:  # not to be entered: that is a problem of a hand-in, not its absence
        return True
    return True


def hand_in(student: Path, assignment: str) -> Submission:
    """Return what a student, whose folder this is, has handed in; whatever is wrong becomes its ``problem``."""
    name = printable(student.name)
    try:
        return _read(student, assignment)
    except SubmissionError as error:
        return Submission(student=name, problem=str(error))
    except OSError as error:
        return Submission(student=name, problem=f"the folder cannot be read: {error.strerror}")


def _read(student: Path, assignment: str) -> Submission:
    """Return a hand-in; raises SubmissionError or OSError for one that cannot be read."""
    folder, wanted = student / assignment, f"{assignment}.ipynb"
    for place in (student, folder):
        if not stat.S_ISDIR(place.lstat().st_mode):
            what = printable(place.name)
            raise SubmissionError(f"{what} is a link or a file, expected a folder: nothing was read through it")
    found = sorted(printable(path.name) for path in folder.iterdir())
    others = [other for other in found if other.endswith(".ipynb") and other != wanted]
    if wanted not in found and others:
        raise SubmissionError(_misnamed(wanted, others))
    notes = (f"only {wanted} is graded, not {', '.join(others[:5])}",) if others else ()
    return Submission(student=printable(student.name), notebook=extract.read_file(folder / wanted), notes=notes)


def _misnamed(wanted: str, others: list[str]) -> str:
    return f"{wanted} is missing, but there is {', '.join(others[:5])}: rename the one to be graded to {wanted}"


def graded_cells(notebook: bytes, path: str) -> tuple[tuple[str, float], ...]:
    """Return name and points of each automatically graded cell: code, ``grade`` and ``solution``.

    Raises CourseError, which names ``path``, for what is no nbgrader notebook.
    """
    try:
        cells = json.loads(notebook)["cells"]
        settings = [cell["metadata"].get("nbgrader", {}) for cell in cells if cell["cell_type"] == "code"]
        graded = [one for one in settings if one.get("grade") and one.get("solution")]
        return tuple((one["grade_id"], float(one["points"])) for one in graded)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CourseError(f"{path} is not an nbgrader notebook ({type(error).__name__}: {error})") from None
