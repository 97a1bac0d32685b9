"""Grades for other systems: taken from the gradebook or the results, written by ``gradkit.grader.exports``."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from ..course import Course
from ..disclosure import Disclosure
from ..engine import engine_version
from ..errors import CourseError
from ..exports import canvas, gradescope, junit, moodle
from ..exports.filled import Filled
from ..model import FinalGrade, SubmissionResult
from ..results import Results
from .database import gradebook
from .doors import results_folder
from .export import as_csv
from .gradebook import settle_penalties
from .grades import final_grades
from .lateness import late_penalty
from .settings import NbgraderSettings


class Format(StrEnum):
    """What ``gradkit export`` writes."""

    CSV = "csv"
    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"
    JUNIT = "junit"


class Wanted(NamedTuple):
    """What somebody wants exported.

    Attributes:
        assignment: its name.
        format: for which system.
        roster: the CSV file that the other system gave, if any.
        column: the assignment's name or number there; the assignment's title if None.
        student: only this one, if not None.
    """

    assignment: str
    format: Format
    roster: bytes | None = None
    column: str | None = None
    student: str | None = None


def exported(course: Course, settings: NbgraderSettings, wanted: Wanted) -> Filled:
    """Return the file's text, and who is not in it; raises CourseError for what keeps the file from being made."""
    given = course.bundle(wanted.assignment, engine_version()).settings
    if wanted.format in (Format.GRADESCOPE, Format.JUNIT):
        return Filled(_of_results(course, wanted, given.disclosure), (), ())
    only = None if wanted.student is None else {wanted.student}
    with gradebook(settings) as book:
        settle_penalties(book, wanted.assignment, late_penalty(settings))
        grades = list(final_grades(book, wanted.assignment, only))
    if not grades:
        raise CourseError(f"the gradebook has no such grades for {wanted.assignment}: run `make grade` first")
    return _WRITERS[wanted.format](grades, wanted, wanted.column or given.title)


def _csv(grades: list[FinalGrade], wanted: Wanted, title: str) -> Filled:
    waiting = tuple(grade.student for grade in grades if not grade.finished)
    return Filled(as_csv(grades), waiting, ())


def _canvas(grades: list[FinalGrade], wanted: Wanted, title: str) -> Filled:
    if wanted.roster is None:
        return canvas.new_gradebook(grades, title)
    return canvas.fill_gradebook(wanted.roster, grades, title)


def _moodle(grades: list[FinalGrade], wanted: Wanted, title: str) -> Filled:
    if wanted.roster is None:
        return moodle.grade_import(grades, title)
    return moodle.fill_worksheet(wanted.roster, grades)


_WRITERS: Mapping[Format, Callable[[list[FinalGrade], Wanted, str], Filled]] = {
    Format.CSV: _csv,
    Format.CANVAS: _canvas,
    Format.MOODLE: _moodle,
}


def _of_results(course: Course, wanted: Wanted, disclosure: Disclosure) -> str:
    results = _results(course, wanted)
    if wanted.format is Format.JUNIT:
        return "".join(junit.junit_xml(results))
    if wanted.student is None:
        raise CourseError("Gradescope takes a results.json of one submission: name the student with --student")
    return gradescope.results_json(next(results), disclosure)


def _results(course: Course, wanted: Wanted) -> Iterator[SubmissionResult]:
    """Yield the results of those wanted, sorted by student; raises CourseError if there are none."""
    store = Results(results_folder(course), wanted.assignment)
    found = sorted(path.parent.name for path in store.folder.glob(f"*/{wanted.assignment}.json"))
    names = [name for name in found if wanted.student in (None, name)]
    if not names:
        raise CourseError(f"{store.folder} holds no results for {wanted.assignment} of those wanted: run `make grade`")
    return (result for name in names if (result := store.read(name)) is not None)
