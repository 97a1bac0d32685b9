"""``gradkit grade`` from beginning to end: choose the isolation, grade what is new, write and show results."""

import os
from collections import deque
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from . import report
from .course import Bundle, Course, Submission, submissions
from .errors import CourseError
from .executors import grade_all
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
    student: str | None = None,
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
        student: only this one.
        isolation: a rung's name, or ``auto``.
        console: where to show progress and table; standard output by default.

    Raises InstructorError for whatever keeps the whole class from being graded.
    """
    console = console or Console(soft_wrap=False)
    engine = version("gradkit")
    bundle = course.bundle(assignment, engine)
    names = [s.student for s in submissions(submitted, assignment, student)]
    if not names:
        who = f"of {student!r} " if student else ""
        raise CourseError(
            f"no submission {who}of {assignment} in {submitted}: expected <student>/{assignment}/{assignment}.ipynb"
        )
    rung = probe.choose(isolation)
    if rung is ladder.NONE:
        console.print(WARNING, style="bold red")
    store = Results(results, assignment)
    jobs = jobs or len(os.sched_getaffinity(0))
    rows: list[report.Row] = []
    with store.locked():
        handed_in = submissions(submitted, assignment, student)
        for row in _progress(_graded(store, bundle, rung, engine, handed_in, jobs), len(names), console):
            rows.append(row)
        rows.sort()
        if student is None:
            replace(results / f"{assignment}.csv", report.as_csv(rows, bundle.graded).encode())
    console.print(report.table(rows, bundle.graded))
    console.print(report.summary(rows), markup=False, highlight=False)
    return rows


def _graded(
    store: Results, bundle: Bundle, rung: ladder.Rung, engine: str, handed_in: Iterator[Submission], jobs: int
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

    for result in grade_all(bundle, rung, engine, unfinished(), jobs):
        store.write(result)
        while known:
            yield known.popleft()
        yield report.row(result)
    yield from known


def _progress(rows: Iterator[report.Row], total: int, console: Console) -> Iterator[report.Row]:
    columns = (
        *(TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}")),
        *(TextColumn("left"), TimeRemainingColumn()),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("grading", total=total, rate="")
        for row in rows:
            speed = progress.tasks[0].finished_speed or progress.tasks[0].speed
            progress.update(task, advance=1, rate=f"{speed:.1f}/s" if speed else "")
            yield row
