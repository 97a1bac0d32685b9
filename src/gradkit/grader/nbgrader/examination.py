"""Finds what in nbgrader's settings could make grades wrong: ``gradkit doctor``'s part about nbgrader."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.exchange import ExchangeFactory
from nbgrader.preprocessors import Execute
from traitlets import TraitError

from ..course import Course
from ..errors import CourseError
from ..finding import Finding, Level
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
    converter = Autograde(coursedir=settings.app.coursedir, parent=settings.app)
    if issubclass(converter.exporter_class, SandboxedGrading):
        return Finding(Level.OK, "nbgrader autograde", "grades in the sandbox, as make grade does")
    return Finding(
        Level.MEND,
        "nbgrader autograde",
        "is nbgrader's own: it grades nothing of gradkit's, so every graded function waits for a person. Set"
        f' c.Autograde.exporter_class = "{SandboxedGrading.__module__}.{SandboxedGrading.__name__}"',
    )


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
    converter = GenerateFeedback(coursedir=settings.app.coursedir, parent=settings.app)
    if issubclass(converter.exporter_class, FeedbackPages):
        return Finding(Level.OK, "nbgrader generate_feedback", "writes gradkit's pages")
    return Finding(
        Level.MEND,
        "nbgrader generate_feedback",
        "would show what students wrote as HTML. Set c.GenerateFeedback.exporter_class ="
        f' "{FeedbackPages.__module__}.{FeedbackPages.__name__}"',
    )


def _collecting(settings: NbgraderSettings) -> Finding:
    if issubclass(ExchangeFactory(parent=settings.app).collect, CarefulCollect):
        return Finding(Level.OK, "nbgrader collect", "refuses links and oversized hand-ins, one by one")
    return Finding(
        Level.MEND,
        "nbgrader collect",
        "would follow links that students put into the exchange. Set c.ExchangeFactory.collect ="
        f' "{CarefulCollect.__module__}.{CarefulCollect.__name__}"',
    )


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
