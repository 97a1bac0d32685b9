"""What students get beside the notebook: the files in ``autograder/<assignment>/public/``, such as the public checks.

They are handed out as they are. They must not give a secret away (``leaks``), and they must be fair: the reference
passes every public check, and the untouched student version counts as not started.
"""

import json
from pathlib import Path

from gradkit.checking.examine import Examined, examine
from gradkit.checking.public import ENDING, PublicChecks, load_checks
from gradkit.checking.results import Outcome
from gradkit.diagnosis import write_fingerprints
from gradkit.errors import CheckError
from gradkit.notebook import Notebook, read_notebook

from .course import Bundle, Course, Settings, graded_cells
from .diagnose import load_fingerprints
from .errors import CourseError
from .reference import reference_functions
from .released import CHECKPOINTS

FINGERPRINTS = "_fingerprints.json"
PUBLIC_SEED = b"public"
"""Draws the probes of the fingerprints that students get; the hidden checks' inputs come from the course's seed."""


def folder(course: Course, assignment: str) -> Path:
    """Return the folder in which an assignment's public files lie; it need not exist."""
    return course.root / "autograder" / assignment / "public"


def files(course: Course, assignment: str) -> dict[str, bytes]:
    """Return all that is handed out beside the notebook, by name; raises CourseError for what cannot be."""
    place = folder(course, assignment)
    found = sorted(place.iterdir()) if place.is_dir() else []
    taken = {f"{assignment}.ipynb", "README.md"}
    content = {}
    for path in found:
        if path.name in {"__pycache__", CHECKPOINTS}:
            continue
        if not path.is_file() or path.name in taken:
            raise CourseError(f"{path} cannot be handed out: expected a text file of another name than {sorted(taken)}")
        content[path.name] = path.read_bytes()
        try:
            content[path.name].decode()
        except UnicodeDecodeError:
            raise CourseError(f"{path} is no text in UTF-8, and only text is searched for secrets") from None
    fingerprints = _fingerprints(course, assignment) if content else b""
    return content | ({f"{assignment}{FINGERPRINTS}": fingerprints} if fingerprints else {})


def _fingerprints(course: Course, assignment: str) -> bytes:
    """Return what lets ``check()`` name mistakes: the catalogue's behaviour on probes that anybody may see."""
    notebook = course.notebook_path(assignment)
    content = notebook.read_bytes()
    reference = Bundle(
        assignment=assignment,
        settings=Settings(title=assignment),
        notebook=content,
        suite=(),
        seed=PUBLIC_SEED,
        sha256="",
        questions=graded_cells(content, str(notebook)),
    )
    right = next(iter(reference_functions(reference).values()))
    fingerprints = load_fingerprints(course.root / "autograder" / assignment, PUBLIC_SEED, right, for_students=True)
    return write_fingerprints(fingerprints).encode() if fingerprints else b""


def numbers_of(fingerprints: bytes) -> str:
    """Return a fingerprints file without its sentences and words, which students are told anyway."""
    content = json.loads(fingerprints)
    content["mistakes"] = [{**mistake, "sentence": ""} for mistake in content["mistakes"]]
    return json.dumps({**content, "wording": {}})


def refuse_unfair(course: Course, assignment: str, student_version: bytes) -> None:
    """Raise CourseError if the public checks refuse the reference, or find something in the untouched stub."""
    path = folder(course, assignment) / f"{assignment}{ENDING}"
    if not path.exists():
        return
    try:
        checks = load_checks(path)
    except CheckError as error:
        raise CourseError(f"{path}: {error.__cause__ or error}") from error
    source = course.notebook_path(assignment)
    asked = [name for name, _ in graded_cells(source.read_bytes(), str(source))]
    if sorted(asked) != sorted(checks.lessons):
        raise CourseError(
            f"{path}: its LESSONS are about {sorted(checks.lessons)}, the graded cells about {sorted(asked)}"
        )
    reference = read_notebook(source.read_bytes(), str(source))
    stub = read_notebook(student_version, "the student version")
    sentences = [sentence for name in asked for sentence in _unfair(name, checks, reference, stub)]
    if sentences:
        raise CourseError("not released: the public checks are not fair.\n  " + "\n  ".join(sentences))


def _unfair(name: str, checks: PublicChecks, reference: Notebook, stub: Notebook) -> list[str]:
    right, untouched = examine(name, reference.code(), checks), examine(name, stub.code(), checks)
    sentences = [
        f"{name}: the reference does not pass {result.name}: {result.outcome} {result.sentence}"
        for result in right.results.values()
        if result.outcome is not Outcome.PASSED
    ]
    if not sentences and not _is_complete(right, name, checks):
        sentences.append(f"{name}: the reference was not checked: {right.stuck or right.facts.why_missing(name)}")
    if not untouched.not_started:
        sentences.append(f"{name}: the untouched student version does not count as not started")
    return sentences


def _is_complete(examined: Examined, name: str, checks: PublicChecks) -> bool:
    return bool(checks.of(name)) and len(examined.results) == len(checks.of(name))
