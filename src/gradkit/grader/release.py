"""Makes the student version of an assignment with nbgrader's own ``generate_assignment``.

nbgrader deletes the release folder before it starts, and again when it fails; so it works in a temporary
copy, the outcome is looked at, and only then swapped into place.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import extract
from .course import Bundle, Course, Submission
from .engine import engine_version
from .errors import CourseError
from .grade import Grader
from .sandbox import probe

SOLUTION_MARKS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS")


def make_release(course: Course, assignment: str, *, write: bool = True) -> bool:
    """Make ``assignments/<assignment>/`` anew; return whether that differs from what was there.

    Args:
        course: the course's folders.
        assignment: which one.
        write: put the new version in place, if it is fair; otherwise only compare.

    Raises CourseError if anything would leak, or the new version is not what a release must be: the
    reference at full marks, the untouched student version at none.
    """
    course.require(assignment)
    _refuse_other_files(course.notebook_path(assignment))
    with tempfile.TemporaryDirectory(prefix="gradkit-release-") as folder:
        fresh = _generate(course, assignment, Path(folder))
        _refuse_leaks(fresh, assignment)
        target = course.root / "assignments" / assignment / fresh.name
        changed = not target.exists() or target.read_bytes() != fresh.read_bytes()
        if write:
            _refuse_unfair(course.bundle(assignment, engine_version()), fresh.read_bytes())
        if write and changed:
            _swap(fresh.parent, target.parent)
    return changed


def _refuse_other_files(notebook: Path) -> None:
    others = sorted(path.name for path in notebook.parent.iterdir() if path.name != notebook.name)
    others = [name for name in others if name != ".ipynb_checkpoints"]
    if others:
        raise CourseError(
            f"{notebook.parent} holds {', '.join(others)} beside the notebook, and nbgrader would release every"
            " file there: move it away"
        )


def _generate(course: Course, assignment: str, folder: Path) -> Path:
    """Return the notebook that nbgrader makes of the source, below ``folder``."""
    source = course.notebook_path(assignment)
    copy = folder / "solutions" / assignment / source.name
    copy.parent.mkdir(parents=True)
    shutil.copyfile(source, copy)
    shutil.copyfile(course.root / "nbgrader_config.py", folder / "nbgrader_config.py")
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", assignment, "--no-db"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    made = folder / "assignments" / assignment / source.name
    if done.returncode or not made.exists():
        raise CourseError(f"nbgrader could not release {assignment}:\n{done.stderr.strip()[-2000:]}")
    return made


def _refuse_leaks(made: Path, assignment: str) -> None:
    names = sorted(path.name for path in made.parent.iterdir())
    if names != [made.name]:
        raise CourseError(f"the release of {assignment} would hold {', '.join(names)}, expected {made.name} alone")
    text = made.read_text(encoding="utf-8")
    marks = [mark for mark in SOLUTION_MARKS if mark in text]
    if marks:
        raise CourseError(f"the release of {assignment} still holds {', '.join(marks)}: mend the notebook's marks")


def _refuse_unfair(bundle: Bundle, student_version: bytes) -> None:
    """Grade the reference and the untouched student version: all points for one, none for the other."""
    extract.read_notebook(student_version, "the student version")
    grader = Grader(bundle, probe.choose(), engine_version())
    try:
        reference = grader.grade(Submission(student="reference", notebook=bundle.notebook))
        stub = grader.grade(Submission(student="stub", notebook=student_version))
    finally:
        grader.close()
    if reference.score != bundle.max_score or stub.score != 0:
        raise CourseError(
            f"not released: of {bundle.max_score:g} points the reference gets {reference.score} and the untouched"
            f" student version {stub.score}; expected all and none"
        )


def _swap(made: Path, target: Path) -> None:
    """Put a folder in the place of another, so that a reader finds one of the two."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = (target.with_name(f".{target.name}.{kind}.{os.getpid()}") for kind in ("new", "old"))
    shutil.copytree(made, fresh)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)
