"""What several commands share: options, and the course that they are run in."""

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

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


def end_in_order() -> None:
    """Let SIGTERM do what Ctrl-C does: temporary files, the hidden suite among them, are removed on the way out."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
