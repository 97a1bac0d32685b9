"""Opens the gradebook, and knows an assignment's cells there."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import SaveCells
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from ..course import Bundle, Course, graded_cells
from ..errors import CourseError
from .settings import NbgraderSettings


@contextlib.contextmanager
def gradebook(settings: NbgraderSettings) -> Iterator[Gradebook]:
    """Open the course's gradebook, made on first use; raises CourseError for one that cannot be used."""
    _refuse_half_made(settings)
    try:
        # nbgrader runs the program alembic for a new database, and leaves a half-made one if it is not found.
        with _programs_of_python():
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
    except RuntimeError as error:
        raise CourseError(
            f"{error}: the set of nbgrader cells in solutions/{bundle.assignment} is not that of the gradebook."
            " Checks and points may change after submissions, cells may not: put the old cells back, or remove the"
            f" submissions with `nbgrader db assignment remove {bundle.assignment} --force`, which loses their grades"
        ) from None


@contextlib.contextmanager
def _programs_of_python() -> Iterator[None]:
    """Let programs beside the interpreter be found for a while."""
    before = os.environ.get("PATH")
    os.environ["PATH"] = os.pathsep.join(filter(None, (str(Path(sys.executable).parent), before)))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before


def _refuse_half_made(settings: NbgraderSettings) -> None:
    engine = create_engine(settings.db_url)
    try:
        if engine.url.get_backend_name() == "sqlite" and engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        tables = inspect(engine).get_table_names()
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
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return (
        f"the gradebook {_shown(settings)} cannot be used: {reason}. Nothing was written. If it is of an older"
        " nbgrader, back it up and run `nbgrader db upgrade`"
    )


def _shown(settings: NbgraderSettings) -> str:
    return make_url(settings.db_url).render_as_string(hide_password=True)
