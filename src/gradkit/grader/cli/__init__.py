"""The command line: ``gradkit`` and its commands, each with all its help.

The only place that turns errors into exit codes: 0 everything judged, 1 the instructor has to mend something, 2 wrong
usage, 3 somebody could not be judged. Each command imports what it needs when it runs: ``--help`` answers at once.
"""

import click

from gradkit.errors import GradkitError

from .course import doctor, export, gradescope, release, schema
from .grading import NOT_ALL_JUDGED, feedback, grade, inspect, mutate, replay

__all__ = ["NOT_ALL_JUDGED", "main"]


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


for command in (doctor, export, feedback, grade, gradescope, inspect, mutate, release, replay, schema):
    main.add_command(command)
