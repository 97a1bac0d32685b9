"""Commands about a course: what it hands out, what it sends elsewhere, and whether it is in order."""

import json
from pathlib import Path
from typing import BinaryIO, TextIO

import click

from gradkit.finding import Level
from gradkit.wording import visible

from ..errors import CourseError
from .shared import begin_grading, course_here


@click.command()
@click.argument("assignment")
@click.option("--check", is_flag=True, help="Write nothing; fail if the released version is not up to date.")
def release(assignment: str, check: bool) -> None:
    """Make the student version of ASSIGNMENT in assignments/ from solutions/."""
    begin_grading()
    from ..release import make_release

    changed = make_release(course_here(), assignment, write=not check)
    if check and changed:
        raise CourseError(f"assignments/{assignment} is not what solutions/{assignment} releases: run `make release`")
    click.echo(f"assignments/{assignment} " + ("is new." if changed else "is up to date."))


@click.command()
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
    from ..nbgrader.exporting import Format, Wanted, exported
    from ..nbgrader.settings import nbgrader_settings

    course = course_here()
    content = None if roster is None else roster.read()
    wanted = Wanted(assignment, Format(format_), content, column, student)
    filled = exported(course, nbgrader_settings(course.root), wanted)
    output.write(filled.text)
    for waiting in filled.unfinished:
        click.echo(f"{visible(waiting)} waits for a person: no grade was written", err=True)
    for left_out in filled.unmatched:
        click.echo(f"{visible(left_out.student)} is not in the file: {visible(left_out.reason)}", err=True)


@click.command()
@click.argument("assignment")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write [ASSIGNMENT-gradescope.zip].")
def gradescope(assignment: str, output: Path | None) -> None:
    """Write the autograder package of ASSIGNMENT for Gradescope (docs/gradescope.md); keep it secret."""
    from ..gradescope.package import write_package

    target = output or Path(f"{assignment}-gradescope.zip")
    write_package(course_here(), assignment, target)
    click.echo(f"{target} holds the hidden suite and the reference: it is for Gradescope alone.")


@click.command()
def doctor() -> None:
    """Examine this machine and this course for whatever could make grades wrong; exits with 1 if something is."""
    from ..doctor import diagnose

    ill = 0
    for finding in diagnose(course_here()):
        click.echo(f"{finding.level:<5} {finding.subject}: {visible(finding.words)}")
        ill += finding.level is Level.MEND
    if ill:
        raise click.ClickException(f"{ill} thing{'s' * (ill > 1)} to mend.")


@click.command()
def schema() -> None:
    """Print the JSON schema of the result files (docs/result.schema.json)."""
    from ..model import result_schema

    click.echo(json.dumps(result_schema(), indent=1))
