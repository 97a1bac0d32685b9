"""Which students an nbgrader command was asked to work on."""

import fnmatch
from collections.abc import Iterable

from nbgrader.coursedir import CourseDirectory


def chosen(directory: CourseDirectory, names: Iterable[str]) -> set[str] | None:
    """Return those of ``names`` that nbgrader's settings pick; None if they pick the whole class."""
    excluded = set(filter(None, directory.student_id_exclude.split(",")))
    if directory.student_id == "*" and not excluded:
        return None
    return {name for name in names if fnmatch.fnmatchcase(name, directory.student_id)} - excluded
