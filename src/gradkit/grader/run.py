"""``gradkit grade`` from beginning to end: choose the isolation, grade what is new, write and show results."""

import errno
import os
from collections import deque
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
from rich.console import Console

from . import report, terminal
from .course import Bundle, Course, Submission
from .engine import engine_version
from .errors import CourseError, StoppedError
from .executors import grade_all
from .hand_ins import students, submissions
from .model import SubmissionResult
from .records import Records
from .results import Results, remove_halves, replace
from .sandbox import ladder, probe

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
"""What stops a class: nobody's result can be written then."""


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
    rung = probe.choose(isolation, lambda warning: console.print(warning, style="bold red", markup=False))
    probe.require_out_of_reach(rung, (course.root, submitted, results))
    store = Results(results, assignment)
    with store.locked():
        handed_in = _kept(Records(course.records), bundle, submissions(submitted, assignment, only))
        rows = _grade(store, bundle, rung, handed_in, jobs, total, console)
        if only is None:
            _write_overview(results / f"{assignment}.csv", report.as_csv(rows, bundle.graded), console)
    console.print(report.table(rows, bundle.graded))
    console.print(report.summary(rows), markup=False, highlight=False)
    return rows


def _kept(records: Records, bundle: Bundle, handed_in: Iterator[Submission]) -> Iterator[Submission]:
    """Yield submissions once they and what they are graded with are in the course's records.

    Raises CourseError if there is no room for that: a grade that nobody could defend later is not given.
    """
    try:
        remove_halves(records.folder)
        records.keep_bundle(bundle)
        for submission in handed_in:
            records.keep_notebook(submission)
            yield submission
    except OSError as error:
        raise CourseError(
            f"{error.filename or records.folder} cannot be written ({error.strerror}): make room for the records of"
            " what is graded, or give this user the right to write there, and run again to go on"
        ) from None


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
    except OSError as error:
        raise StoppedError(
            f"stopped ({error.strerror}: {error.filename or 'no file'}); {len(rows)} of {total} results are in"
            f" {store.folder}: mend that and run again to go on"
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
    """Write a result and return it; one that cannot be written does not stop the class, but is not judged.

    Raises OSError if no other one could be written, either.
    """
    try:
        store.write(result)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        problem = f"its result cannot be written: {error.strerror}"
        return msgspec.structs.replace(result, score=None, problem=problem)
    return result
