"""``gradkit doctor``: what on this machine and in this course could make grades wrong, and how to mend it."""

import stat
import sys
from collections.abc import Iterator
from importlib.metadata import version

from gradkit.finding import Finding, Level

from .course import Course
from .engine import engine_version
from .errors import InstructorError
from .nbgrader.examination import examine
from .release import make_release
from .sandbox import advice, ladder, probe

WITHOUT_RELEASE = (
    "its student version is not what solutions/ and nbgrader_config.py make: run `make release`, or put the settings of"
    " c.ClearSolutions back"
)


def diagnose(course: Course) -> Iterator[Finding]:
    """Yield findings, one after another as they are made."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("nbgrader", "numpy", "pytest"))
    yield Finding(Level.OK, "versions", f"gradkit {engine_version()}, Python {sys.version.split()[0]}, {versions}")
    yield from _isolation()
    yield from examine(course)
    yield _seed(course)
    for assignment in course.assignments():
        yield _assignment(course, assignment)


def _isolation() -> Iterator[Finding]:
    working = 0
    for rung in ladder.LADDER:
        wrong = probe.what_is_wrong_with(rung)
        if wrong is None:
            working += 1
            role = "the strongest that works: used" if working == 1 else "works"
            yield Finding(Level.OK, f"isolation {rung.name}", role)
        else:
            yield Finding(Level.NOTE, f"isolation {rung.name}", f"{wrong}. {advice.what_to_do(rung)}")
    if not working:
        yield Finding(Level.MEND, "isolation", "none works here, so nothing can be graded: mend one of those above")


def _seed(course: Course) -> Finding:
    path = course.state / "seed"
    if not path.exists():
        return Finding(Level.NOTE, "seed", "is drawn when the class is graded first")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding(Level.MEND, "seed", f"others can read {path}, from which hidden inputs are drawn: chmod 600 it")
    return Finding(Level.OK, "seed", "is there, and yours alone")


def _assignment(course: Course, assignment: str) -> Finding:
    subject = f"assignment {assignment}"
    try:
        bundle = course.bundle(assignment, engine_version())
        if make_release(course, assignment, write=False):
            return Finding(Level.MEND, subject, WITHOUT_RELEASE)
    except InstructorError as error:
        return Finding(Level.MEND, subject, str(error))
    shown = f"students see {bundle.settings.disclosure.level}"
    return Finding(Level.OK, subject, f"{bundle.max_score:g} points for {', '.join(bundle.graded)}; {shown}")
