"""The course on disk: where its parts lie, and what an assignment is made of.

``Course`` finds the folders, ``Bundle`` is everything that grading one assignment needs (bytes, so that it
can travel to another machine), ``Submission`` is one student's hand-in, which :mod:`hand_ins` reads.
"""

import functools
import hashlib
import hmac
import json
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from .disclosure import Disclosure
from .errors import CourseError
from .model import Limits
from .seed import course_seed


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What ``autograder/<assignment>/assignment.toml`` holds."""

    title: str
    limits: Limits = Limits()
    disclosure: Disclosure = Disclosure()


class Bundle(Struct, frozen=True, kw_only=True, dict=True):
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

    @functools.cached_property
    def suite_sha256(self) -> str:
        """The SHA-256 of names and contents of the hidden suite's files."""
        return _digest(part for name, content in self.suite for part in (name.encode(), content))

    @functools.cached_property
    def reference_sha256(self) -> str:
        """The SHA-256 of the instructor's notebook."""
        return hashlib.sha256(self.notebook).hexdigest()

    @functools.cached_property
    def seed_sha256(self) -> str:
        """The SHA-256 of the seed."""
        return hashlib.sha256(self.seed).hexdigest()

    def digest(self, version: str) -> str:
        """Return what ``sha256`` is when this bundle is made by an engine of this version."""
        judging = msgspec.structs.replace(self.settings, disclosure=Disclosure())
        names, contents = zip(*self.suite, strict=True) if self.suite else ((), ())
        parts = (version.encode(), msgspec.json.encode(judging), self.notebook, self.seed, *contents)
        return _digest((*(name.encode() for name in names), *parts))


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
        self.records = self.state / "records"

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
        questions = graded_cells(notebook, str(self.notebook_path(assignment)))
        bundle = Bundle(
            assignment=assignment,
            settings=settings,
            notebook=notebook,
            suite=suite,
            seed=seed,
            sha256="",
            questions=questions,
        )
        return msgspec.structs.replace(bundle, sha256=bundle.digest(version))

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CourseError(f"{path} cannot be read: {error.strerror}") from None


def _digest(parts: Iterable[bytes]) -> str:
    """Return a SHA-256 of some texts from which none could be moved into its neighbour."""
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


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
