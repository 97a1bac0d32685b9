"""Opens the gradebook, and knows an assignment's cells there."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import SaveCells
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from ..course import Bundle, Course, graded_cells
from ..errors import CourseError
from ..scratch import temporary_files
from .settings import NbgraderSettings

MALFORMED = "database disk image is malformed"
DAMAGED = "Restore it from a backup, or move it away if nobody has given points in it, and grade again"
NO_RIGHT = "See that it is a file, and that this user may write it and its folder; then grade again"
NO_ROOM = "Make room there and grade again"
OF_ANOTHER_VERSION = "If it is of an older nbgrader, back it up and run `nbgrader db upgrade`"
REMEDIES = {
    "locked": "Another program is writing to it: wait until it has done so, or end it, and grade again",
    "not a database": DAMAGED,
    MALFORMED: DAMAGED,
    "disk is full": NO_ROOM,
    "no space": NO_ROOM,
    "disk i/o error": NO_ROOM,
    "readonly": NO_RIGHT,
    "unable to open": NO_RIGHT,
    "permission denied": NO_RIGHT,
    "read-only": NO_RIGHT,
}
"""What to do about a gradebook, by words in the reason why it cannot be used."""


@contextlib.contextmanager
def gradebook(settings: NbgraderSettings) -> Iterator[Gradebook]:
    """Open the course's gradebook, made on first use; raises CourseError for one that cannot be used."""
    _make_whole(settings)
    _refuse_damaged(settings)
    try:
        with _programs_of_python(), temporary_files("gradebook"):
            opened = Gradebook(settings.db_url, settings.course_id)
    except (SQLAlchemyError, OSError) as error:
        raise CourseError(_unusable(settings, error)) from error
    try:
        with opened:
            yield opened
    except SQLAlchemyError as error:
        raise CourseError(_unusable(settings, error)) from error


def exists(settings: NbgraderSettings) -> bool:
    """Tell whether there is a gradebook already; one on a server is taken to be there."""
    url = make_url(settings.db_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


def register(settings: NbgraderSettings, course: Course, bundle: Bundle) -> None:
    """Make the gradebook know the assignment's cells as they are in the student version.

    nbgrader's own ``SaveCells`` does it, as in ``nbgrader generate_assignment``. Raises CourseError if there
    is no student version, if it is not that of the instructor's notebook, or if graded cells came or went
    although there are submissions.
    """
    where = f"assignments/{bundle.assignment}"
    content = course.released(bundle.assignment)
    if graded_cells(content, where) != bundle.questions:
        raise CourseError(f"{where} is not made from solutions/{bundle.assignment} as it is now: run `make release`")
    notebook = nbformat.reads(content.decode(), as_version=4)  # type: ignore[no-untyped-call]
    with gradebook(settings) as book:
        if _known_cells(book, bundle.assignment) == _cells(notebook):
            return
        book.update_or_create_assignment(bundle.assignment)
    about = {"notebook": bundle.assignment, "assignment": bundle.assignment, "db_url": settings.db_url}
    try:
        SaveCells(parent=settings.app).preprocess(notebook, {"nbgrader": about})
    except SQLAlchemyError as error:
        raise CourseError(_unusable(settings, error)) from error
    except RuntimeError as error:
        raise CourseError(
            f"{error}: the set of nbgrader cells in solutions/{bundle.assignment} is not that of the gradebook."
            " Checks and points may change after submissions, cells may not: put the old cells back, or remove the"
            f" submissions with `nbgrader db assignment remove {bundle.assignment} --force`, which loses their grades"
        ) from None


@contextlib.contextmanager
def _programs_of_python() -> Iterator[None]:
    """Let programs beside the interpreter be found for a while: nbgrader runs alembic for a new database."""
    before = os.environ.get("PATH")
    os.environ["PATH"] = os.pathsep.join(filter(None, (str(Path(sys.executable).parent), before)))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before


def _make_whole(settings: NbgraderSettings) -> None:
    """Make a gradebook file if there is none.

    nbgrader does that in many steps: under another name, so that a killed run leaves no half of one.
    """
    url = make_url(settings.db_url)
    if url.get_backend_name() != "sqlite" or not url.database or Path(url.database).exists():
        return
    path = Path(url.database)
    fresh = path.with_name(f"{path.name}.making")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_file(fresh)
        address = url.set(database=str(fresh)).render_as_string(hide_password=False)
        with _programs_of_python(), temporary_files("gradebook"), Gradebook(address, settings.course_id):
            pass
        fresh.replace(path)
    except (SQLAlchemyError, OSError) as error:
        _remove_file(fresh)
        raise CourseError(_unusable(settings, error)) from error


def _remove_file(database: Path) -> None:
    """Remove a gradebook file with what SQLite lays beside it."""
    for path in (database, database.with_name(f"{database.name}-journal")):
        path.unlink(missing_ok=True)


def _refuse_damaged(settings: NbgraderSettings) -> None:
    """Raise CourseError for a gradebook that cannot be read, is damaged, or was left half made."""
    engine = create_engine(settings.db_url)
    try:
        tables = inspect(engine).get_table_names()
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                if connection.scalar(text("PRAGMA quick_check(1)")) != "ok":
                    raise CourseError(_unusable(settings, CourseError(MALFORMED)))
    except SQLAlchemyError as error:
        raise CourseError(_unusable(settings, error)) from error
    finally:
        engine.dispose()
    if tables and "alembic_version" not in tables:
        raise CourseError(
            f"the gradebook {_shown(settings)} was left half made (it has no table alembic_version):"
            " restore it from a backup, or move it away if nothing was ever graded"
        )


def _known_cells(book: Gradebook, assignment: str) -> dict[str, tuple[object, ...]]:
    """Return name -> (checksum, points) of the cells that the gradebook knows."""
    try:
        notebook = book.find_notebook(assignment, assignment)
    except MissingEntry:
        return {}
    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    return {cell.name: (cell.checksum, points.get(cell.name)) for cell in notebook.source_cells}


def _cells(notebook: nbformat.NotebookNode) -> dict[str, tuple[object, ...]]:
    marked = (cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata)
    return {
        settings["grade_id"]: (settings.get("checksum"), float(settings["points"]) if settings["grade"] else None)
        for settings in marked
        if settings["grade"] or settings["solution"] or settings["locked"]
    }


def _unusable(settings: NbgraderSettings, error: Exception) -> str:
    reason = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or error).splitlines()[0]
    way_out = next((remedy for sign, remedy in REMEDIES.items() if sign in reason.lower()), OF_ANOTHER_VERSION)
    return (
        f"the gradebook {_shown(settings)} cannot be used: {reason}. Nothing was written, and results are kept."
        f" {way_out}"
    )


def _shown(settings: NbgraderSettings) -> str:
    return make_url(settings.db_url).render_as_string(hide_password=True)
