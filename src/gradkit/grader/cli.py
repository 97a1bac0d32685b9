"""The command line: ``gradkit grade``, ``release``, ``feedback``, ``export``, ``gradescope``, ``doctor``, ``schema``.

The only place that turns errors into exit codes: 0 everything judged, 1 the instructor has to mend
something, 2 wrong usage, 3 somebody could not be judged. Each command imports what it needs when it runs,
so that ``--help`` answers at once.
"""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

import click

from gradkit.errors import GradkitError

from .errors import CourseError
from .wording import visible

if TYPE_CHECKING:
    from .course import Course
    from .report import Row

NOT_ALL_JUDGED = 3
LISTED = 30


class _Commands(click.Group):
    """A group whose commands end with one sentence, not a traceback, for errors that were foreseen."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except GradkitError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:  # a full disk, a folder that may not be written
            raise click.ClickException(f"{error.filename or 'a file'}: {error.strerror}") from error


@click.group(cls=_Commands)
@click.version_option(package_name="gradkit")
def main() -> None:
    """Grade notebooks with hidden pytest suites, student code isolated from the grader."""


@main.command()
@click.argument("assignment")
@click.option("--submitted", type=click.Path(path_type=Path), help="Another folder of submissions: nothing is landed.")
@click.option("--results", type=click.Path(path_type=Path), help="Another folder for results: nothing is landed.")
@click.option("--gradebook/--no-gradebook", default=True, help="Land in nbgrader's gradebook.", show_default=True)
@click.option("--jobs", type=click.IntRange(1), help="Worker processes [one per core].")
@click.option("--student", help="Grade only this student.")
@click.option(
    "--isolation",
    type=click.Choice(["auto", "bwrap", "landlock", "noopen", "none"]),
    default="auto",
    show_default=True,
    help="Demand a rung of the isolation ladder; none runs student code unprotected.",
)
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
    # As for Ctrl-C: temporary files, the hidden suite among them, are removed on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    from .course import Course

    course = Course.around(Path.cwd())
    only = None if student is None else {student}
    if gradebook and submitted is None and results is None and (course.root / "nbgrader_config.py").exists():
        graded, remarks = _graded_and_landed(course, assignment, only, jobs, isolation)
        _say_who_was_not_judged(graded)
        if remarks:
            sys.exit(NOT_ALL_JUDGED)
        return
    from .run import grade_class

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
    from .nbgrader.doors import grade_and_land
    from .nbgrader.settings import nbgrader_settings

    settings = nbgrader_settings(course.root)
    rows, landed = grade_and_land(course, settings, assignment, only=only, jobs=jobs, isolation=isolation)
    click.echo(f"{landed.students} students landed in the gradebook.")
    for remark in landed.remarks:
        click.echo(visible(remark), err=True)
    return rows, bool(landed.remarks)


@main.command()
@click.argument("assignment")
@click.option("--student", help="Only this student's page.")
def feedback(assignment: str, student: str | None) -> None:
    """Write a feedback page for everybody in the gradebook: course/feedback/STUDENT/ASSIGNMENT/ASSIGNMENT.html."""
    from .course import Course
    from .nbgrader.feedback import make_feedback
    from .nbgrader.settings import nbgrader_settings

    course = Course.around(Path.cwd())
    settings = nbgrader_settings(course.root)
    count = make_feedback(course, settings, assignment, None if student is None else {student})
    if student is not None and not count:
        raise CourseError(f"the gradebook has no grades of {student!r} for {assignment}: grade the submission first")
    click.echo(f"{count} feedback pages in {settings.feedback}.")


@main.command()
@click.argument("assignment")
@click.option("--check", is_flag=True, help="Write nothing; fail if the released version is not up to date.")
def release(assignment: str, check: bool) -> None:
    """Make the student version of ASSIGNMENT in assignments/ from solutions/."""
    from .course import Course
    from .release import make_release

    course = Course.around(Path.cwd())
    changed = make_release(course, assignment, write=not check)
    if check and changed:
        raise CourseError(f"assignments/{assignment} is not what solutions/{assignment} releases: run `make release`")
    click.echo(f"assignments/{assignment} " + ("is new." if changed else "is up to date."))


@main.command()
@click.argument("assignment")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "canvas", "moodle", "gradescope", "junit"]),
    default="csv",
    show_default=True,
    help="For which system.",
)
@click.option("--roster", type=click.File("rb"), help="The CSV that the other system gave, to be filled in.")
@click.option("--column", help="The assignment's name or number in that file [its title].")
@click.option("--student", help="Only this student.")
@click.option("-o", "--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="File to write.")
def export(
    assignment: str, format_: str, roster: BinaryIO | None, column: str | None, student: str | None, output: TextIO
) -> None:
    """Write the grades of ASSIGNMENT for another system (docs/exports.md).

    Who is not in the file, or waits for a person, is listed on standard error.
    """
    from .course import Course
    from .nbgrader.exporting import Format, Wanted, exported
    from .nbgrader.settings import nbgrader_settings

    course = Course.around(Path.cwd())
    content = None if roster is None else roster.read()
    wanted = Wanted(assignment, Format(format_), content, column, student)
    filled = exported(course, nbgrader_settings(course.root), wanted)
    output.write(filled.text)
    for waiting in filled.unfinished:
        click.echo(f"{visible(waiting)} waits for a person: no grade was written", err=True)
    for left_out in filled.unmatched:
        click.echo(f"{visible(left_out.student)} is not in the file: {visible(left_out.reason)}", err=True)


@main.command()
@click.argument("assignment")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write [ASSIGNMENT-gradescope.zip].")
def gradescope(assignment: str, output: Path | None) -> None:
    """Write the autograder package of ASSIGNMENT for Gradescope (docs/gradescope.md); keep it secret."""
    from .course import Course
    from .gradescope.package import write_package

    target = output or Path(f"{assignment}-gradescope.zip")
    write_package(Course.around(Path.cwd()), assignment, target)
    click.echo(f"{target} holds the hidden suite and the reference: it is for Gradescope alone.")


@main.command()
def doctor() -> None:
    """Examine this machine and this course for whatever could make grades wrong; exits with 1 if something is."""
    from .course import Course
    from .doctor import diagnose
    from .finding import Level

    ill = 0
    for finding in diagnose(Course.around(Path.cwd())):
        click.echo(f"{finding.level:<5} {finding.subject}: {visible(finding.words)}")
        ill += finding.level is Level.MEND
    if ill:
        raise click.ClickException(f"{ill} thing{'s' * (ill > 1)} to mend.")


@main.command()
def schema() -> None:
    """Print the JSON schema of the result files (docs/result.schema.json)."""
    import json

    from .model import result_schema

    click.echo(json.dumps(result_schema(), indent=1))


def _say_who_was_not_judged(rows: "Sequence[Row]") -> None:
    not_judged = [row.student for row in rows if not row.judged]
    if not_judged:
        names = ", ".join(map(visible, not_judged[:LISTED])) + (", ..." if len(not_judged) > LISTED else "")
        click.echo(f"{len(not_judged)} could not be judged and need a person to look: {names}", err=True)
        sys.exit(NOT_ALL_JUDGED)
