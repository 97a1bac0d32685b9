"""Finds what in nbgrader's settings could make grades wrong: ``gradkit doctor``'s part about nbgrader."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.exchange import ExchangeFactory
from nbgrader.preprocessors import Execute
from traitlets import TraitError

from gradkit.finding import Finding, Level

from ..course import Course
from ..errors import CourseError
from .autograde import SandboxedGrading
from .collect import CarefulCollect
from .database import exists, gradebook
from .feedback import FeedbackPages
from .settings import NbgraderSettings, nbgrader_settings


def examine(course: Course) -> Iterator[Finding]:
    """Yield what is found in nbgrader's settings for a course and in its gradebook."""
    try:
        settings = nbgrader_settings(course.root)
    except CourseError as error:
        yield Finding(Level.MEND, "nbgrader", str(error))
        return
    for look in (_grading, _execution, _feedback, _collecting, _alembic, _gradebook):
        try:
            yield look(settings)
        except (TraitError, ImportError) as error:
            yield Finding(Level.MEND, "nbgrader", f"nbgrader_config.py holds a setting that nbgrader refuses: {error}")
            return


def _grading(settings: NbgraderSettings) -> Finding:
    found = Autograde(coursedir=settings.app.coursedir, parent=settings.app).exporter_class
    stock = "is nbgrader's own: it grades nothing of gradkit's, so every graded function waits for a person"
    return _set_to(SandboxedGrading, found, "c.Autograde.exporter_class", "nbgrader autograde", stock)


def _execution(settings: NbgraderSettings) -> Finding:
    converter = Autograde(coursedir=settings.app.coursedir, parent=settings.app)
    steps = (*converter.sanitize_preprocessors, *converter.autograde_preprocessors)
    if any(step == "nbgrader.preprocessors.Execute" or _is_execute(step) for step in steps):
        return Finding(
            Level.MEND,
            "student code",
            "would run with your rights, beside the gradebook: take nbgrader.preprocessors.Execute out of"
            " c.Autograde.autograde_preprocessors",
        )
    return Finding(Level.OK, "student code", "is run by no step of nbgrader's")


def _is_execute(step: object) -> bool:
    return isinstance(step, type) and issubclass(step, Execute)


def _feedback(settings: NbgraderSettings) -> Finding:
    found = GenerateFeedback(coursedir=settings.app.coursedir, parent=settings.app).exporter_class
    stock = "would show what students wrote as HTML"
    return _set_to(FeedbackPages, found, "c.GenerateFeedback.exporter_class", "nbgrader generate_feedback", stock)


def _collecting(settings: NbgraderSettings) -> Finding:
    found = ExchangeFactory(parent=settings.app).collect
    stock = "would follow links that students put into the exchange"
    return _set_to(CarefulCollect, found, "c.ExchangeFactory.collect", "nbgrader collect", stock)


def _set_to(wanted: type, found: type, setting: str, subject: str, stock: str) -> Finding:
    """Return whether a setting names gradkit's class or one made from it; ``stock`` says what happens otherwise."""
    if issubclass(found, wanted):
        return Finding(Level.OK, subject, f"is gradkit's: {wanted.__name__}")
    return Finding(Level.MEND, subject, f'{stock}. Set {setting} = "{wanted.__module__}.{wanted.__name__}"')


def _alembic(settings: NbgraderSettings) -> Finding:
    beside = Path(sys.executable).parent / "alembic"
    if beside.exists() or shutil.which("alembic"):
        return Finding(Level.OK, "alembic", "is there, so nbgrader can make a gradebook")
    return Finding(Level.MEND, "alembic", "is missing, and nbgrader needs the program for a new gradebook: install it")


def _gradebook(settings: NbgraderSettings) -> Finding:
    if not exists(settings):
        return Finding(Level.NOTE, "gradebook", "is made when a class is landed first")
    try:
        with gradebook(settings) as book:
            found = f"{len(book.assignments)} assignments, {len(book.students)} students"
    except CourseError as error:
        return Finding(Level.MEND, "gradebook", str(error))
    return Finding(Level.OK, "gradebook", found)
