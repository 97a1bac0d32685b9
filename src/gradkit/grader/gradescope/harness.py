"""Grades the one submission in a Gradescope container: ``python -m gradkit.grader.gradescope.harness [ROOT]``.

Reads ``ROOT/submission`` and ``ROOT/submission_metadata.json``, takes the assignment from ``ROOT/source`` and
writes ``ROOT/results/results.json``. That file is there from the first moment, saying that nothing was judged, so
that even a container that is killed leaves no zero. Details of a fault go to standard output, which Gradescope
shows to instructors only.
"""

import json
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gradkit.wording import visible

from ..course import Course, Submission
from ..disclosure import Disclosure
from ..engine import engine_version
from ..errors import CourseError, SubmissionError
from ..executors import grade_all
from ..exports.gradescope import not_judged_json, results_json
from ..extract import read_file
from ..hand_ins import printable
from ..model import SubmissionResult
from ..results import replace
from ..sandbox import probe

AUTOGRADER = Path("/autograder")
LISTED = 5
LONGEST_NAME = 200


def main() -> None:
    """Grade what lies in the folder named on the command line; there is a results.json whatever happens."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else AUTOGRADER
    results = root / "results" / "results.json"
    replace(results, not_judged_json("the autograder was stopped before it had finished").encode())
    try:
        result, disclosure = grade(root)
        sys.stdout.write(f"{result.student!a}: score {result.score}, problem {result.reason!a}\n")
        text = results_json(result, disclosure)
    except Exception:  # noqa: BLE001 - our fault; a traceback could name hidden things, so students do not see it
        traceback.print_exc(file=sys.stdout)
        text = not_judged_json("the autograder has a fault")
    replace(results, text.encode())


def grade(root: Path) -> tuple[SubmissionResult, Disclosure]:
    """Return the result of the submission in ``root/submission``, and how much of it students may see.

    It is graded on the strongest isolation there is.
    Raises InstructorError if the package or the container cannot be used.
    """
    course = Course(root / "source")
    names = course.assignments()
    if len(names) != 1:
        raise CourseError(f"{course.root} holds {len(names)} assignments, expected one: upload the package again")
    version = engine_version()
    bundle = course.bundle(names[0], version)
    submission = read_submission(root, names[0])
    (result,) = grade_all(bundle, probe.choose(), version, [submission], jobs=1)
    return result, bundle.settings.disclosure


def read_submission(root: Path, assignment: str) -> Submission:
    """Return what was handed in; whatever is wrong with it becomes its ``problem``.

    ``<assignment>.ipynb`` is graded, wherever it lies, or else the only notebook there is.
    """
    student = student_name(root / "submission_metadata.json")
    wanted = f"{assignment}.ipynb"
    found = sorted(_notebooks(root / "submission"))
    named = [path for path in found if path.name == wanted]
    chosen = named if len(named) == 1 else found
    if len(chosen) != 1:
        return Submission(student=student, problem=_not_one(wanted, found, root / "submission"))
    try:
        notebook = read_file(chosen[0])
    except SubmissionError as error:
        return Submission(student=student, problem=str(error))
    notes = []
    if not named:
        notes.append(f"graded {visible(printable(chosen[0].name))}, the only notebook; the expected name is {wanted}")
    elif len(found) > 1:
        notes.append(f"only {wanted} is graded, not the other notebooks")
    return Submission(student=student, notebook=notebook, notes=tuple(notes))


def student_name(metadata: Path) -> str:
    """Return who handed in, from Gradescope's metadata; ``unknown`` if it does not say."""
    try:
        content: Any = json.loads(read_file(metadata))
        names = [user["email"] or user["name"] for user in content["users"]]
        return visible(", ".join(names), LONGEST_NAME) or "unknown"
    except (SubmissionError, ValueError, LookupError, TypeError, RecursionError):
        return "unknown"


def _notebooks(folder: Path) -> Iterator[Path]:
    """Yield each notebook below a folder, not looking through links, checkpoints or a Mac's shadow files."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__MACOSX"]
        for name in files:
            if name.endswith(".ipynb") and not name.startswith("."):
                yield Path(place, name)


def _not_one(wanted: str, found: list[Path], folder: Path) -> str:
    if not found:
        return f"no notebook was handed in: expected {wanted}"
    names = ", ".join(visible(printable(path.relative_to(folder).name)) for path in found[:LISTED])
    return f"{len(found)} notebooks were handed in ({names}), and which one to grade is not certain: expected {wanted}"


if __name__ == "__main__":
    main()
