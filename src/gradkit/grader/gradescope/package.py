"""Makes the autograder package that an instructor uploads to Gradescope.

Gradescope unpacks the zip into ``/autograder/source`` (its "Autograder Specifications")::

    setup.sh, run_autograder            what Gradescope runs
    engine/                             gradkit's source, installed by setup.sh
    solutions/ autograder/ course/seed  one assignment, laid out as a course

It holds the course's secrets: whoever has the file has the hidden suite, the reference and the seed.
"""

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..course import Course
from ..engine import engine_version
from ..errors import CourseError
from ..results import replace_private

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[3]
ENGINE = HERE.parents[1]
BESIDE_THE_ENGINE = ("pyproject.toml", "README.md", "LICENSE", "constraints.txt")
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the package: equal content makes an equal zip."""
SECRET, PLAIN, PROGRAM = 0o600, 0o644, 0o755


class _File(NamedTuple):
    """One file of the package: where it lies in the zip, its permissions and its content."""

    name: str
    mode: int
    content: bytes


def write_package(course: Course, assignment: str, path: Path) -> None:
    """Write the autograder package of an assignment, readable by its owner only.

    Args:
        course: the course's folders; its seed is made if there is none yet.
        assignment: which one.
        path: the zip file to write, in one step.

    Raises CourseError for whatever is missing.
    """
    files = sorted((*_programs(), *_engine(), *_assignment(course, assignment)))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for file in files:
            entry = zipfile.ZipInfo(file.name, EARLIEST)
            entry.create_system = 3  # Unix: only then are permissions heeded
            entry.external_attr = (stat.S_IFREG | file.mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, file.content)
    replace_private(path, content.getvalue())


def _programs() -> Iterator[_File]:
    for name in ("setup.sh", "run_autograder"):
        yield _File(name, PROGRAM, (HERE / name).read_bytes())


def _engine() -> Iterator[_File]:
    """Yield what pip needs to install gradkit; raises CourseError unless gradkit runs from its repository."""
    for name in BESIDE_THE_ENGINE:
        try:
            yield _File(f"engine/{name}", PLAIN, (CHECKOUT / name).read_bytes())
        except OSError as error:
            raise CourseError(
                f"{CHECKOUT / name} cannot be read ({error.strerror}), but the package needs gradkit's own source:"
                " install gradkit with `pip install -e` from a clone of its repository and try again"
            ) from None
    for path in ENGINE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield _File(f"engine/src/gradkit/{path.relative_to(ENGINE).as_posix()}", PLAIN, path.read_bytes())


def _assignment(course: Course, assignment: str) -> Iterator[_File]:
    """Yield what grading the assignment needs, and no more of the course."""
    bundle = course.bundle(assignment, engine_version())
    yield _File(f"solutions/{assignment}/{assignment}.ipynb", SECRET, bundle.notebook)
    for name, content in bundle.suite:
        yield _File(f"autograder/{assignment}/{name}", SECRET, content)
    settings = course.root / "autograder" / assignment / "assignment.toml"
    yield _File(f"autograder/{assignment}/{settings.name}", SECRET, settings.read_bytes())
    yield _File("course/seed", SECRET, (course.state / "seed").read_bytes())
