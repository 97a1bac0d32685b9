"""Runs the statements of a slice, each on its own: one that fails costs what it binds, not its neighbours."""

from collections.abc import Iterable
from types import TracebackType
from typing import Any, NamedTuple

from . import surroundings
from .cells import Statement

MAX_NAME, MAX_TEXT = 100, 500


class Failure(NamedTuple):
    """A statement that failed: where it stands, and the type and text of its exception."""

    cell: int
    line: int
    exception: str
    text: str


def execute(statements: Iterable[Statement], namespace: dict[str, Any]) -> list[Failure]:
    """Run statements of a student in a namespace; return those that failed."""
    failures = []
    for statement in statements:
        try:
            exec(statement.code, namespace)  # noqa: S102 - a student's own code, in a process made for it
        except BaseException as error:  # noqa: BLE001 - whatever it raises must not end the process
            if isinstance(error, ModuleNotFoundError):
                imported = statement.is_import
                surroundings.stand_in(error, statement.binds, imported=imported, namespace=namespace)
            failures.append(Failure(statement.cell, statement.line, *described(error)))
    return failures


def described(error: BaseException) -> tuple[str, str]:
    """Return the type and text of an exception, whatever its own methods do."""
    try:
        return type(error).__name__[:MAX_NAME], str(error)[:MAX_TEXT]
    except BaseException:  # noqa: BLE001 - an exception whose text raises
        return type(error).__name__[:MAX_NAME], ""


def place(traceback: TracebackType | None) -> tuple[int, int]:
    """Return cell and line of the innermost frame in a notebook cell, (-1, 0) if there is none."""
    found = (-1, 0)
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_filename
        if name.startswith("<cell ") and name.endswith(">"):
            found = (int(name[6:-1]), traceback.tb_lineno)
        traceback = traceback.tb_next
    return found
