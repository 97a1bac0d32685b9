"""Makes the student version of an assignment with nbgrader's own ``generate_assignment``: a folder and a zip.

nbgrader deletes the release folder before it starts, and again when it fails; so it works in a temporary
copy, the outcome is looked at from all sides, and only then put into place.
"""

import ast
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from . import extract, handout, leaks
from .course import Bundle, Course, Settings, Submission
from .engine import engine_version
from .errors import CourseError
from .grade import Grader
from .sandbox import probe
from .seed import course_seed

CHECKPOINTS = ".ipynb_checkpoints"  # Jupyter makes it, nbgrader leaves it out
SAID = 10  # so many leaks are told; the others are counted


def make_release(course: Course, assignment: str, *, write: bool = True) -> bool:
    """Make ``assignments/<assignment>/`` and its zip anew; return whether that differs from what was there.

    Args:
        course: the course's folders.
        assignment: which one.
        write: put the new version in place, if it is fair; otherwise only look and compare. A zip that is not
            there is then no difference: it is made on this machine and never committed.

    Raises CourseError if anything would leak, or the new version is not what a release must be: a valid
    notebook with the instructor's questions, the reference at full marks, the untouched stub at none.
    """
    course.require(assignment)
    source = course.notebook_path(assignment)
    _refuse_other_files(source)
    original = _parsed(source)
    made = _generated(course, assignment)
    released = json.loads(made)
    text = handout.readme(_settings(course, assignment).title, assignment, released)
    archive = handout.pack({f"{assignment}/{assignment}.ipynb": made, f"{assignment}/README.md": text.encode()})
    _refuse_leaks(course, assignment, original, archive)
    _refuse_other_questions(original, released)
    folder = course.root / "assignments" / assignment
    changed_folder, changed_zip = _differences(folder, made, archive, missing_zip_differs=write)
    if write:
        _refuse_unfair(course.bundle(assignment, engine_version()), made)
        with _alone(folder.parent):
            if changed_folder:
                _put_folder(folder, made)
            if changed_zip:
                _put_zip(_zip_of(folder), archive)
    return changed_folder or changed_zip


def _refuse_other_files(notebook: Path) -> None:
    if not notebook.is_file():
        raise CourseError(f"{notebook} is missing: expected the instructor's notebook there; put it in its place")
    for path in sorted(notebook.parent.iterdir()):
        if path.name not in {notebook.name, CHECKPOINTS}:
            raise CourseError(
                f"{notebook.parent} holds {path.name} beside the notebook, and nbgrader would release everything"
                " there: move it away"
            )


def _parsed(path: Path) -> dict[str, Any]:
    """Return the instructor's notebook as its JSON says; raises CourseError for what is no notebook."""
    try:
        notebook: dict[str, Any] = json.loads(path.read_bytes())
        for cell in notebook["cells"]:
            handout.joined(cell["source"]), cell["cell_type"], cell["metadata"].get("nbgrader", {}).get("grade_id")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise CourseError(f"{path} is not a notebook ({what}): open and save it in Jupyter") from None
    return notebook


def _settings(course: Course, assignment: str) -> Settings:
    path = course.root / "autograder" / assignment / "assignment.toml"
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Settings)
    except (msgspec.MsgspecError, ValueError) as error:
        raise CourseError(f"{path}: {error}") from None


def _generated(course: Course, assignment: str) -> bytes:
    """Return the notebook that nbgrader makes of the source."""
    source = course.notebook_path(assignment)
    with tempfile.TemporaryDirectory(prefix="gradkit-release-") as folder:
        copy = Path(folder, "solutions", assignment, source.name)
        copy.parent.mkdir(parents=True)
        shutil.copyfile(source, copy)
        shutil.copyfile(course.root / "nbgrader_config.py", Path(folder, "nbgrader_config.py"))
        command = [sys.executable, "-m", "nbgrader", "generate_assignment", assignment, "--no-db"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
        made = Path(folder, "assignments", assignment, source.name)
        if done.returncode or not made.exists():
            raise CourseError(f"nbgrader could not release {assignment}:\n{done.stderr.strip()[-2000:]}")
        names = sorted(path.name for path in made.parent.iterdir())
        if names != [made.name]:
            raise CourseError(f"the release of {assignment} would hold {', '.join(names)}, expected {made.name} alone")
        return made.read_bytes()


def _refuse_leaks(course: Course, assignment: str, original: dict[str, Any], archive: bytes) -> None:
    """Raise CourseError if a finished zip holds anything that students must not see."""
    files = handout.unpack(archive)
    suite = course.root / "autograder" / assignment
    hidden = {str(path.relative_to(course.root)): path.read_text("utf-8") for path in sorted(suite.rglob("*.py"))}
    source = course.notebook_path(assignment).relative_to(course.root)
    secrets = leaks.secrets_of(original, str(source), hidden, _seeds(course))
    sentences = [] if handout.pack(files) == archive else ["the zip holds more than its files: release again."]
    for name, content in files.items():
        if name.endswith(".ipynb"):
            released = json.loads(content)
            sentences += handout.traces(name, released, original)
            sentences += leaks.leaks(secrets, handout.pieces(name, released))
        else:
            sentences += leaks.leaks(secrets, [handout.Piece(name, content.decode())])
    if sentences:
        more = [f"and {len(sentences) - SAID} more."] if len(sentences) > SAID else []
        told = "\n  ".join([*sentences[:SAID], *more])
        raise CourseError(f"not released: students would get what is not for them.\n  {told}")


def _seeds(course: Course) -> list[str]:
    """Return the course's seed in hexadecimal, if there is one; a check makes none."""
    path = course.state / "seed"
    return [course_seed(path).hex()] if path.exists() else []


def _refuse_other_questions(original: dict[str, Any], released: dict[str, Any]) -> None:
    """Raise CourseError unless the graded cells are the instructor's, and their functions still to be written."""
    ours, theirs = _questions(original), _questions(released)
    if ours != theirs:
        differing = [question for question in ours + theirs if question not in ours or question not in theirs]
        raise CourseError(
            f"not released: the graded cells are not the instructor's; (id, kind, name, points) differ in {differing}."
            " Give every graded cell an id of its own and release again"
        )
    for cell in released["cells"]:
        settings = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and settings.get("grade") and settings.get("solution"):
            name = settings["grade_id"]
            if not _is_unwritten(handout.joined(cell["source"]), name):
                raise CourseError(
                    f"not released: {name} does not raise NotImplementedError in the student version;"
                    " put ### BEGIN SOLUTION and ### END SOLUTION around its body"
                )


def _questions(notebook: dict[str, Any]) -> list[tuple[object, ...]]:
    graded = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
    settings = [cell["metadata"]["nbgrader"] for cell in graded]
    return [
        (cell.get("id"), cell["cell_type"], each.get("grade_id"), each.get("points"))
        for cell, each in zip(graded, settings, strict=True)
    ]


def _is_unwritten(source: str, function: str) -> bool:
    """Tell whether a cell defines a function that raises NotImplementedError somewhere."""
    try:
        nodes = ast.parse(source).body
    except SyntaxError:
        return False
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == function]
    raised = [node.exc for found in functions[-1:] for node in ast.walk(found) if isinstance(node, ast.Raise)]
    return any(error is not None and ast.unparse(error).startswith("NotImplementedError") for error in raised)


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


def _zip_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.zip")


def _differences(folder: Path, made: bytes, archive: bytes, *, missing_zip_differs: bool) -> tuple[bool, bool]:
    """Return whether the released folder and the zip differ; raises CourseError for a file that is not ours."""
    notebook, packed = folder / f"{folder.name}.ipynb", _zip_of(folder)
    others = [path.name for path in folder.iterdir()] if folder.exists() else []
    others = sorted(set(others) - {notebook.name, CHECKPOINTS})
    if others:
        raise CourseError(f"{folder} holds {', '.join(others)}, which no release puts there: move it away")
    changed_zip = packed.read_bytes() != archive if packed.exists() else missing_zip_differs
    return not notebook.exists() or notebook.read_bytes() != made, changed_zip


@contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """Wait until no other release writes below a folder, and remove what a killed one left there."""
    parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        for left in (*parent.glob(".*.release-new"), *parent.glob(".*.release-old")):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield
    finally:
        os.close(descriptor)


def _put_folder(target: Path, made: bytes) -> None:
    """Put a folder with the notebook in the place of another, so that a reader finds one of the two."""
    fresh, old = (target.with_name(f".{target.name}.release-{kind}") for kind in ("new", "old"))
    fresh.mkdir()
    (fresh / f"{target.name}.ipynb").write_bytes(made)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _put_zip(target: Path, archive: bytes) -> None:
    fresh = target.with_name(f".{target.name}.release-new")
    fresh.write_bytes(archive)
    fresh.replace(target)
