"""``gradkit grade`` from beginning to end: choose the isolation, grade what is new, write and show results."""

import os
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from . import report
from .course import Bundle, Course, Submission, submissions
from .errors import CourseError
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
    student: str | None = None,
    isolation: str = probe.AUTOMATIC,
    console: Console | None = None,
) -> list[SubmissionResult]:
    """Grade an assignment's submissions, write results and a CSV, show a table; return all results.

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
    graded: list[SubmissionResult] = []
    with store.locked():
        handed_in = submissions(submitted, assignment, student)
        for result in _progress(_graded(store, bundle, rung, engine, handed_in, jobs, graded), len(names), console):
            store.write(result)
            graded.append(result)
        graded.sort(key=lambda result: result.student)
        if student is None:
            table = report.as_csv(graded, bundle.graded)
            replace(results / f"{assignment}.csv", table.encode())
    _show(graded, bundle.graded, console)
    return graded


def _graded(
    store: Results,
    bundle: Bundle,
    rung: ladder.Rung,
    engine: str,
    handed_in: Iterator[Submission],
    jobs: int,
    finished: list[SubmissionResult],
) -> Iterator[SubmissionResult]:
    """Yield new results; those of an earlier run that still hold are put into ``finished`` at once."""

    def unfinished() -> Iterator[Submission]:
        for submission in handed_in:
            known = store.finished(submission, bundle, rung)
            if known is not None:
                finished.append(known)
            else:
                yield submission

    yield from grade_all(bundle, rung, engine, unfinished(), jobs)


def _progress(results: Iterator[SubmissionResult], total: int, console: Console) -> Iterator[SubmissionResult]:
    columns = (
        *(TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}")),
        *(TextColumn("left"), TimeRemainingColumn()),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("grading", total=total, rate="")
        for result in results:
            speed = progress.tasks[0].finished_speed or progress.tasks[0].speed
            progress.update(task, advance=1, rate=f"{speed:.1f}/s" if speed else "")
            yield result


def _show(graded: Sequence[SubmissionResult], questions: Sequence[str], console: Console) -> None:
    console.print(report.table(graded, questions))
    console.print(report.summary(graded), markup=False, highlight=False)
