"""Makes the student version of an assignment: nbgrader's own ``generate_assignment``, and what stands beside it.

nbgrader deletes the release folder before it starts, and again when it fails; so it works in a temporary
copy, the outcome is looked at from all sides, and only then put into place.
"""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from gradkit.notebook import read_notebook

from . import handout, leaks, public, released
from .course import Bundle, Course, Settings, Submission
from .engine import engine_version
from .errors import CourseError
from .grade import Grader
from .sandbox import probe
from .scratch import Scratch
from .seed import course_seed

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
    notebook = json.loads(made)
    beside = public.files(course, assignment)
    text = handout.readme(_settings(course, assignment).title, assignment, notebook, sorted(beside))
    files = {f"{assignment}.ipynb": made, **beside}
    archive = handout.pack(
        {f"{assignment}/{name}": content for name, content in {**files, "README.md": text.encode()}.items()}
    )
    _refuse_leaks(course, assignment, original, archive)
    _refuse_other_questions(original, notebook)
    folder = course.root / "assignments" / assignment
    changed_folder, changed_zip = released.differences(folder, files, archive, missing_zip_differs=write)
    if write:
        _refuse_unfair(course.bundle(assignment, engine_version()), made)
        public.refuse_unfair(course, assignment, made)
        with released.alone(folder.parent):
            if changed_folder:
                released.put_folder(folder, files)
            if changed_zip:
                released.put_zip(released.zip_of(folder), archive)
    return changed_folder or changed_zip


def _refuse_other_files(notebook: Path) -> None:
    if not notebook.is_file():
        raise CourseError(f"{notebook} is missing: expected the instructor's notebook there; put it in its place")
    for path in sorted(notebook.parent.iterdir()):
        if path.name not in {notebook.name, released.CHECKPOINTS}:
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
    with Scratch("release") as scratch:
        copy = scratch.path / "solutions" / assignment / source.name
        copy.parent.mkdir(parents=True)
        shutil.copyfile(source, copy)
        shutil.copyfile(course.root / "nbgrader_config.py", scratch.path / "nbgrader_config.py")
        command = [sys.executable, "-m", "nbgrader", "generate_assignment", assignment, "--no-db"]
        done = subprocess.run(command, cwd=scratch.path, capture_output=True, text=True, check=False)  # noqa: S603
        made = scratch.path / "assignments" / assignment / source.name
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
    paths = [path for path in sorted(suite.rglob("*.py")) if not path.is_relative_to(public.folder(course, assignment))]
    hidden = {str(path.relative_to(course.root)): path.read_text("utf-8") for path in paths}
    source = course.notebook_path(assignment).relative_to(course.root)
    secrets = leaks.secrets_of(original, str(source), hidden, _seeds(course))
    sentences = [] if handout.pack(files) == archive else ["the zip holds more than its files: release again."]
    for name, content in files.items():
        if name.endswith(".ipynb"):
            notebook = json.loads(content)
            sentences += handout.traces(name, notebook, original)
            sentences += leaks.leaks(secrets, handout.pieces(name, notebook))
        else:
            text = public.numbers_of(content) if name.endswith(public.FINGERPRINTS) else content.decode()
            sentences += leaks.leaks(secrets, [handout.Piece(name, text, name.endswith(".py"))])
    if sentences:
        more = [f"and {len(sentences) - SAID} more."] if len(sentences) > SAID else []
        told = "\n  ".join([*sentences[:SAID], *more])
        raise CourseError(f"not released: students would get what is not for them.\n  {told}")


def _seeds(course: Course) -> list[str]:
    """Return the course's seed in hexadecimal, if there is one; a check makes none."""
    path = course.state / "seed"
    return [course_seed(path).hex()] if path.exists() else []


def _refuse_other_questions(original: dict[str, Any], student_version: dict[str, Any]) -> None:
    """Raise CourseError unless the graded cells are the instructor's, and their functions still to be written."""
    ours, theirs = _questions(original), _questions(student_version)
    if ours != theirs:
        differing = [question for question in ours + theirs if question not in ours or question not in theirs]
        raise CourseError(
            f"not released: the graded cells are not the instructor's; (id, kind, name, points) differ in {differing}."
            " Give every graded cell an id of its own and release again"
        )
    for cell in student_version["cells"]:
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
    read_notebook(student_version, "the student version")
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
