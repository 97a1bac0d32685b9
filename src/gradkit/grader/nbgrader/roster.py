"""The class list ``course/roster.csv``: which number or name of the LMS is which student of the course."""

import csv
from pathlib import Path
from typing import NamedTuple

from gradkit.wording import visible

from ..errors import CourseError, SubmissionError
from .collect_names import HandIn, require_student

COLUMNS = ("student_id", "lms_user_id", "canvas_id", "moodle_id", "first_name", "last_name", "email")


class Roster(NamedTuple):
    """Who is in the course.

    Attributes:
        students: every student id.
        ids: (source, what the LMS writes) -> student id; the sources are those of ``HandIn``, and "name".
    """

    students: frozenset[str]
    ids: dict[tuple[str, str], str]

    def student(self, hand_in: HandIn) -> str | None:
        """Return the student whose hand-in it is, or None if the roster does not know.

        Moodle draws its number anew for every assignment, so there the person's name counts as well.
        """
        if hand_in.source == "folder" and hand_in.who in self.students:
            return hand_in.who
        found = self.ids.get((hand_in.source, hand_in.who.casefold()))
        if found is None and hand_in.source == "moodle":
            found = self.ids.get(("name", _plain(hand_in.name)))
        return found


def read_roster(path: Path) -> Roster | None:
    """Return the roster, or None if there is no such file; raises CourseError for one that cannot be used."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read as UTF-8 text: {error}") from None
    lines = text.splitlines()
    header = lines[0] if lines else ""
    rows = csv.DictReader(lines, delimiter=";" if header.count(";") > header.count(",") else ",")
    if "student_id" not in (rows.fieldnames or []):
        raise CourseError(f"{path} has no column student_id; expected a first line with any of {', '.join(COLUMNS)}")
    students: set[str] = set()
    ids: dict[tuple[str, str], str] = {}
    same_name: set[tuple[str, str]] = set()
    for number, row in enumerate(rows, 2):
        student = _student(row, f"{path}, line {number}", students)
        students.add(student)
        for key in _keys(row):
            if ids.setdefault(key, student) == student:
                continue
            if key[0] != "name":
                raise CourseError(f"{path}, line {number}: {key[0]} {visible(key[1])} also stands for {ids[key]}")
            same_name.add(key)  # two people of one name: then the name tells nothing
    return Roster(frozenset(students), {key: student for key, student in ids.items() if key not in same_name})


def _student(row: dict[str, str | None], where: str, others: set[str]) -> str:
    try:
        student = require_student((row.get("student_id") or "").strip())
    except SubmissionError as error:
        raise CourseError(f"{where}: {error}") from None
    if student in others:
        raise CourseError(f"{where}: the student_id {student} stands in the file twice")
    return student


def _keys(row: dict[str, str | None]) -> list[tuple[str, str]]:
    """Return everything by which an LMS may name the student of a row."""
    value = {column: (row.get(column) or "").strip().casefold() for column in COLUMNS}
    first, last = value["first_name"], value["last_name"]
    keys = [
        ("canvas", value["canvas_id"] or value["lms_user_id"]),
        ("moodle", value["moodle_id"] or value["lms_user_id"]),
    ]
    keys.append(("folder", value["email"]))
    if first and last:
        keys += [("name", _plain(f"{first} {last}")), ("name", _plain(f"{last} {first}"))]
    return [key for key in keys if key[1]]


def _plain(name: str) -> str:
    """Return a person's name as it is compared: Moodle turns underscores into spaces and drops some marks."""
    return " ".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())
