"""``gradkit grade`` from beginning to end: choose the isolation, grade what is new, write and show results."""

import os
from collections import deque
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
from rich.console import Console

from . import report, terminal
from .course import Bundle, Course, Submission, students, submissions
from .engine import engine_version
from .errors import CourseError, StoppedError
from .executors import grade_all
from .model import SubmissionResult
from .results import Results, replace
from .sandbox import ladder, probe

WARNING = (
    "WARNING: --isolation none. Student code runs unprotected: it can read the hidden suite, other submissions"
    " and your files, and forge its own grade. Every result is marked."
)


def grade_class(
    course: Course,
    assignment: str,
    *,
    submitted: Path,
    results: Path,
    jobs: int | None = None,
    only: Collection[str] | None = None,
    isolation: str = probe.AUTOMATIC,
    console: Console | None = None,
) -> list[report.Row]:
    """Grade an assignment's submissions, write results and a CSV, show a table; return its rows.

    Args:
        course: the course's folders.
        assignment: which one.
        submitted: folder of submissions, ``<student>/<assignment>/<assignment>.ipynb``.
        results: folder for results; what is finished there is not graded again.
        jobs: worker processes; one per core by default.
        only: these students, not the whole class.
        isolation: a rung's name, or ``auto``.
        console: where to show progress and table; standard output by default.

    Raises InstructorError for whatever keeps the whole class from being graded.
    """
    console = console or terminal.standard_output()
    bundle = course.bundle(assignment, engine_version())
    total = len(students(submitted, assignment, only))
    if not total:
        who = f"of {', '.join(map(repr, only))} " if only else ""
        raise CourseError(
            f"no submission {who}of {assignment} in {submitted}: expected <student>/{assignment}/{assignment}.ipynb"
        )
    rung = probe.choose(isolation)
    if rung is ladder.NONE:
        console.print(WARNING, style="bold red")
    store = Results(results, assignment)
    with store.locked():
        rows = _grade(store, bundle, rung, submissions(submitted, assignment, only), jobs, total, console)
        if only is None:
            _write_overview(results / f"{assignment}.csv", report.as_csv(rows, bundle.graded), console)
    console.print(report.table(rows, bundle.graded))
    console.print(report.summary(rows), markup=False, highlight=False)
    return rows


def _write_overview(path: Path, content: str, console: Console) -> None:
    """Write the class as CSV; if that cannot be done (a student's folder may have its name) everything else goes on."""
    try:
        replace(path, content.encode())
    except OSError as error:
        console.print(f"The overview {path} cannot be written: {error.strerror}.", markup=False, highlight=False)


def _grade(
    store: Results,
    bundle: Bundle,
    rung: ladder.Rung,
    handed_in: Iterator[Submission],
    jobs: int | None,
    total: int,
    console: Console,
) -> list[report.Row]:
    rows: list[report.Row] = []
    try:
        graded = _graded(store, bundle, rung, handed_in, jobs or len(os.sched_getaffinity(0)))
        for row in terminal.progress(graded, total, console, "grading"):
            rows.append(row)
    except KeyboardInterrupt:
        raise StoppedError(
            f"stopped; {len(rows)} of {total} results are in {store.folder}: run again to go on"
        ) from None
    return sorted(rows)


def _graded(
    store: Results, bundle: Bundle, rung: ladder.Rung, handed_in: Iterator[Submission], jobs: int
) -> Iterator[report.Row]:
    """Yield a row for every submission: those judged in an earlier run that still hold, and new ones, written."""
    known: deque[report.Row] = deque()

    def unfinished() -> Iterator[Submission]:
        for submission in handed_in:
            earlier = store.finished(submission, bundle, rung)
            if earlier is None:
                yield submission
            else:
                known.append(report.row(earlier))

    for result in grade_all(bundle, rung, engine_version(), unfinished(), jobs):
        while known:
            yield known.popleft()
        yield report.row(_written(store, result))
    yield from known


def _written(store: Results, result: SubmissionResult) -> SubmissionResult:
    """Write a result and return it; one that cannot be written does not stop the class, but is not judged."""
    try:
        store.write(result)
    except OSError as error:
        problem = f"its result cannot be written: {error.strerror}"
        return msgspec.structs.replace(result, score=None, problem=problem)
    return result
