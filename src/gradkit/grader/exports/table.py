"""Reads a CSV file that another system has written, with whichever separator it uses."""

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

from gradkit.wording import visible

from ..errors import CourseError

SEPARATORS = (",", ";", "\t")
LONGEST_HEADER = 300
LONGEST_CELL = 10_000_000
"""In characters: Moodle writes what students typed into its worksheet, and csv refuses more than 131,072."""


class Table(NamedTuple):
    """A file's header and its rows, each as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> int | None:
        """Return a column's position; None if there is none of this name."""
        return self.header.index(name) if name in self.header else None

    def cell(self, row: int, name: str) -> str:
        """Return a cell without the spaces around it; empty if there is no such column."""
        column = self.column(name)
        return "" if column is None else self.rows[row][column].strip()


def read_table(text: str | bytes, required: Sequence[str], what: str, download: str) -> Table:
    """Return the table in a CSV file.

    Args:
        text: the file's content; bytes are UTF-8. A byte order mark is passed over.
        required: columns that must be there.
        what: what the file should be, for the error.
        download: what to do to get a right one, a sentence.

    Raises CourseError for a file that is malformed or lacks a column.
    """
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise CourseError(f"this is not {what}: it is not UTF-8 ({error}). {download}") from None
    fault, found = "", ""
    for separator in SEPARATORS:
        try:
            table = _parsed(decoded, separator)
        except csv.Error as error:
            fault = fault or f" (read with {separator!r} it is malformed: {error})"
            continue
        if set(required) <= set(table.header):
            return _checked(table, what, download)
        found = max(found, ", ".join(table.header), key=len)
    raise CourseError(
        f"this is not {what}: expected a first line with the columns {', '.join(required)},"
        f" found {visible(found, LONGEST_HEADER) or 'nothing'}{fault}. {download}"
    )


def _parsed(text: str, separator: str) -> Table:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        rows = [tuple(line) for line in lines if any(cell.strip() for cell in line)]
    finally:
        csv.field_size_limit(before)
    return Table(tuple(name.strip() for name in rows[0]), tuple(rows[1:])) if rows else Table((), ())


def _checked(table: Table, what: str, download: str) -> Table:
    """Return the table with rows as long as its header; raises CourseError if that would lose a cell."""
    width = len(table.header)
    for number, row in enumerate(table.rows, start=2):
        if any(cell.strip() for cell in row[width:]):
            raise CourseError(
                f"this is not {what}: row {number} has {len(row)} cells, expected the header's {width}. {download}"
            )
    return Table(table.header, tuple((*row, *[""] * width)[:width] for row in table.rows))
