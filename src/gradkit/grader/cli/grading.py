"""Commands that grade, look at grades, or judge the suite that grades."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradkit.wording import visible

from ..errors import CourseError
from .shared import begin_grading, course_here, isolation_option, jobs_option

if TYPE_CHECKING:
    from ..course import Course
    from ..report import Row

NOT_ALL_JUDGED = 3
LISTED = 30


@click.command()
@click.argument("assignment")
@click.option("--submitted", type=click.Path(path_type=Path), help="Another folder of submissions: nothing is landed.")
@click.option("--results", type=click.Path(path_type=Path), help="Another folder for results: nothing is landed.")
@click.option("--gradebook/--no-gradebook", default=True, help="Land in nbgrader's gradebook.", show_default=True)
@jobs_option
@click.option("--student", help="Grade only this student.")
@isolation_option
def grade(
    assignment: str,
    submitted: Path | None,
    results: Path | None,
    gradebook: bool,
    jobs: int | None,
    student: str | None,
    isolation: str,
) -> None:
    """Grade every submission of ASSIGNMENT that is new or has changed, and land the class in nbgrader's gradebook.

    Submissions lie as nbgrader lays them out: course/submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb. Results go to
    course/results/STUDENT/ASSIGNMENT.json. Exits with 3 if somebody could not be judged or landed.
    """
    begin_grading()
    course = course_here()
    only = None if student is None else {student}
    if gradebook and submitted is None and results is None and (course.root / "nbgrader_config.py").exists():
        graded, remarks = _graded_and_landed(course, assignment, only, jobs, isolation)
        _say_who_was_not_judged(graded)
        if remarks:
            sys.exit(NOT_ALL_JUDGED)
        return
    from ..run import grade_class

    graded = grade_class(
        course,
        assignment,
        submitted=submitted or course.state / "submitted",
        results=results or course.state / "results",
        jobs=jobs,
        only=only,
        isolation=isolation,
    )
    click.echo("Not landed in a gradebook: --no-gradebook, folders of your own, or no nbgrader_config.py here.")
    _say_who_was_not_judged(graded)


def _graded_and_landed(
    course: "Course", assignment: str, only: set[str] | None, jobs: int | None, isolation: str
) -> tuple["Sequence[Row]", bool]:
    """Return the class, and whether there was something to remark upon about somebody."""
    from ..nbgrader.doors import grade_and_land
    from ..nbgrader.settings import nbgrader_settings

    settings = nbgrader_settings(course.root)
    rows, landed = grade_and_land(course, settings, assignment, only=only, jobs=jobs, isolation=isolation)
    click.echo(f"{landed.students} students landed in the gradebook.")
    for remark in landed.remarks:
        click.echo(visible(remark), err=True)
    return rows, bool(landed.remarks)


def _say_who_was_not_judged(rows: "Sequence[Row]") -> None:
    not_judged = [row.student for row in rows if not row.judged]
    if not_judged:
        names = ", ".join(map(visible, not_judged[:LISTED])) + (", ..." if len(not_judged) > LISTED else "")
        click.echo(f"{len(not_judged)} could not be judged and need a person to look: {names}", err=True)
        sys.exit(NOT_ALL_JUDGED)


@click.command()
@click.argument("assignment")
@click.option("--student", help="Only this student's page.")
def feedback(assignment: str, student: str | None) -> None:
    """Write a feedback page for everybody in the gradebook: course/feedback/STUDENT/ASSIGNMENT/ASSIGNMENT.html."""
    from ..nbgrader.feedback import make_feedback
    from ..nbgrader.settings import nbgrader_settings

    course = course_here()
    settings = nbgrader_settings(course.root)
    count = make_feedback(course, settings, assignment, None if student is None else {student})
    if student is not None and not count:
        raise CourseError(f"the gradebook has no grades of {student!r} for {assignment}: grade the submission first")
    click.echo(f"{count} feedback pages in {settings.feedback}.")


@click.command()
@click.argument("assignment")
@click.argument("student")
@click.option("--check", help="Only this check, by its id.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a page that only you can read, in place of text.")
@isolation_option
def inspect(assignment: str, student: str, check: str | None, html: Path | None, isolation: str) -> None:
    """Grade what STUDENT handed in for ASSIGNMENT once more, and show every check with every call.

    Shows hidden inputs: never for students (docs/inspecting.md). Changes no result and no gradebook. Exits with 3 if
    the hand-in could not be judged.
    """
    begin_grading()
    from ..inspection import inspect_in_course, inspection_page, print_inspection, write_page
    from ..terminal import standard_output

    course = course_here()
    submitted, for_students = _folders(course)
    found = inspect_in_course(course, submitted, assignment, student, check, isolation)
    if html is None:
        print_inspection(found, standard_output())
    else:
        write_page(inspection_page(found), html, for_students)
        click.echo(f"{html} holds hidden inputs of {assignment}: it is for instructors alone.")
    if not found.result.judged:
        sys.exit(NOT_ALL_JUDGED)


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.option(
    "--isolation",
    type=click.Choice(["auto", "bwrap", "landlock", "noopen", "none"]),
    help="Another rung of the isolation ladder than that of the grading.",
)
def replay(result: Path, isolation: str | None) -> None:
    """Grade again what the file RESULT records, from what was kept then, and compare (docs/results.md).

    Run it in the course where it was graded. Changes no result and no gradebook. Exits with 1 if anything differs.
    """
    begin_grading()
    from ..replay import replay as grade_again

    found = grade_again(course_here(), result, isolation)
    recorded = found.recorded
    when = f" at {recorded.audit.graded_at} by {recorded.audit.graded_by}" if recorded.audit else ""
    score = "no score" if recorded.score is None else f"{recorded.score:g} of {recorded.max_score:g} points"
    click.echo(visible(f"{recorded.student}, {recorded.assignment}: {score}, graded{when} on {recorded.isolation}."))
    for remark in found.remarks:
        click.echo(visible(remark))
    for difference in found.differences:
        click.echo(visible(difference))
    if found.differences:
        raise click.ClickException(f"{len(found.differences)} things came out otherwise.")
    click.echo("Graded again, everything came out the same.")


def _folders(course: "Course") -> tuple[Path, tuple[Path, ...]]:
    """Return the folder of submissions, and those from which students get files."""
    released = course.root / "assignments"
    if not (course.root / "nbgrader_config.py").exists():
        return course.state / "submitted", (released, course.state / "feedback")
    from ..nbgrader.settings import nbgrader_settings

    settings = nbgrader_settings(course.root)
    return settings.submitted, (released, settings.feedback)


@click.command()
@click.argument("assignment")
@jobs_option
@isolation_option
@click.option("--least", type=int, default=150, show_default=True, help="Fewest mutants that prove anything.")
@click.option("--markdown", type=click.Path(path_type=Path), help="A page whose matrix is to be written anew.")
def mutate(assignment: str, jobs: int | None, isolation: str, least: int, markdown: Path | None) -> None:
    """Run ASSIGNMENT's hidden suite on known mistakes, mutants and correct variants (docs/mutation.md).

    Exits with 1 if wrong code keeps all points, or right code in whatever style does not get its own.
    """
    begin_grading()
    from ..mutation.gate import judge_suite

    judge_suite(course_here(), assignment, jobs=jobs, isolation=isolation, least=least, page=markdown)
