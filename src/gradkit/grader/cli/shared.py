"""What several commands share: options, and the course that they are run in."""

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import IsolationError

if TYPE_CHECKING:
    from ..course import Course

jobs_option = click.option("--jobs", type=click.IntRange(1), help="Worker processes [one per core].")
isolation_option = click.option(
    "--isolation",
    type=click.Choice(["auto", "bwrap", "landlock", "noopen", "none"]),
    default="auto",
    show_default=True,
    help="Demand a rung of the isolation ladder; none runs student code unprotected.",
)


def course_here() -> "Course":
    """Return the course around the current folder."""
    from ..course import Course

    return Course.around(Path.cwd())


def begin_grading() -> None:
    """Refuse a machine on which no student's code can be confined; and let SIGTERM do what Ctrl-C does.

    Temporary files, the hidden suite among them, are then removed on the way out.
    """
    from ..sandbox import advice

    unsupported = advice.unsupported()
    if unsupported:
        raise IsolationError(f"nothing can be graded here: {unsupported}. To mend it, {advice.ELSEWHERE}.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
