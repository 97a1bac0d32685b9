"""Reads what students handed in: file by file, never through a link, every trouble told in one sentence."""

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from gradkit.wording import listed, visible

from . import extract
from .course import Submission
from .errors import CourseError, SubmissionError

MOST_NAMES, LONGEST_NAME = 5, 80


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
            what = _shown(place.name)
            raise SubmissionError(f"{what} is a link or a file, expected a folder: nothing was read through it")
    found = sorted(printable(path.name) for path in folder.iterdir())
    others = [other for other in found if other.endswith(".ipynb") and other != wanted]
    if wanted not in found and others:
        raise SubmissionError(_misnamed(wanted, others))
    notes = (f"only {wanted} is graded, not {_listed(others)}",) if others else ()
    return Submission(student=printable(student.name), notebook=extract.read_file(folder / wanted), notes=notes)


def _listed(names: Sequence[str]) -> str:
    return listed([_shown(name) for name in names], MOST_NAMES)


def _shown(name: str) -> str:
    """Return a file name fit for a sentence: student's choice, it may hold anything."""
    return visible(printable(name), LONGEST_NAME)


def _misnamed(wanted: str, others: list[str]) -> str:
    return f"{wanted} is missing, but there is {_listed(others)}: rename the one to be graded to {wanted}"
