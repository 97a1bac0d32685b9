"""The command line: ``gradkit grade``, ``gradkit release``, ``gradkit schema``.

The only place that turns errors into exit codes: 0 everything judged, 1 the instructor has to mend
something, 2 wrong usage, 3 somebody could not be judged. Each command imports what it needs when it runs,
so that ``--help`` answers at once.
"""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradkit.errors import GradkitError

from .errors import CourseError
from .wording import visible

if TYPE_CHECKING:
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
@click.option("--submitted", type=click.Path(path_type=Path), help="Folder of submissions [course/submitted].")
@click.option("--results", type=click.Path(path_type=Path), help="Folder of results [course/results].")
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
    jobs: int | None,
    student: str | None,
    isolation: str,
) -> None:
    """Grade every submission of ASSIGNMENT that is new or has changed.

    Submissions lie as nbgrader lays them out: DIR/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb. Results go to
    DIR/STUDENT/ASSIGNMENT.json. Exits with 3 if somebody could not be judged.
    """
    from .course import Course
    from .run import grade_class

    # As for Ctrl-C: temporary files, the hidden suite among them, are removed on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    course = Course.around(Path.cwd())
    graded = grade_class(
        course,
        assignment,
        submitted=submitted or course.state / "submitted",
        results=results or course.state / "results",
        jobs=jobs,
        student=student,
        isolation=isolation,
    )
    _say_who_was_not_judged(graded)


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
