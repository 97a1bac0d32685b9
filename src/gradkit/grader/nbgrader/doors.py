"""What both doors to the gradebook do, ``gradkit grade`` and ``nbgrader autograde``: grade, then land."""

from collections.abc import Collection
from pathlib import Path

from rich.console import Console

from .. import report
from ..course import Course
from ..engine import engine_version
from ..results import Results
from ..run import grade_class
from ..sandbox.probe import AUTOMATIC
from .landing import Landed, Landing
from .settings import NbgraderSettings


def grade_and_land(
    course: Course,
    settings: NbgraderSettings,
    assignment: str,
    *,
    only: Collection[str] | None = None,
    jobs: int | None = None,
    isolation: str = AUTOMATIC,
    console: Console | None = None,
) -> tuple[list[report.Row], Landed]:
    """Grade what is new in nbgrader's folder of submissions and land all of it; return the class and what was landed.

    Args:
        course: the course's folders.
        settings: nbgrader's settings for it.
        assignment: which one.
        only: these students, not the whole class.
        jobs: worker processes; one per core by default.
        isolation: a rung's name, or ``auto``.
        console: where to show progress; standard output by default.

    Raises InstructorError for whatever keeps the whole class from being graded or landed.
    """
    folder = results_folder(course)
    # First what would keep everything from landing, then the work.
    store = Results(folder, assignment)
    with store.locked():  # two that make a gradebook at once would spoil it
        landing = Landing(course, settings, course.bundle(assignment, engine_version()), store)
    rows = grade_class(
        course,
        assignment,
        submitted=settings.submitted,
        results=folder,
        jobs=jobs,
        only=only,
        isolation=isolation,
        console=console,
    )
    with landing.results.locked():
        return rows, landing.land(only)


def results_folder(course: Course) -> Path:
    """Return where the results of the course's own class lie."""
    return course.state / "results"
