"""Reads from the path of a downloaded file whose hand-in it is: the names that Canvas and Moodle give, and folders.

::

    Canvas  doejane_LATE_42_4711_softmax-1.ipynb     name, late mark, user, uploaded file; or LATE_anon_x7Yq2_4711_...
    Moodle  Jane Doe_815_assignsubmission_file/softmax.ipynb      (older: ..._file_/softmax.ipynb)
    Moodle  Jane Doe_815_assignsubmission_file_softmax.ipynb      downloaded without folders
    plain   jane/softmax.ipynb

Only the first part of a path is asked: what lies below it a student may have named. Students choose the last
part of a Canvas name, and at some places their own name: a name that can be read in two ways is refused.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from gradkit.wording import visible

from ..errors import SubmissionError
from .archive import has_control_characters
from .timestamps import read_timestamp

# Both words are names of Moodle's plugins and never translated; underscores in the name become spaces there.
MOODLE = re.compile(r"(?P<name>[^_]*)_(?P<who>\d+)_assignsubmission_file(?:_(?P<file>.*))?", re.DOTALL)
CANVAS = re.compile(r"(?<=_)(?=(?P<who>\d+)_(?P<upload>\d+)_(?P<file>.+))", re.DOTALL)
CANVAS_ANONYMOUS = re.compile(r"(?P<late>LATE_)?(?P<who>anon_[A-Za-z0-9]+)_(?P<upload>\d+)_(?P<file>.+)", re.DOTALL)
# Canvas numbers a file whose name the student has used before, Moodle offers the second form.
ADDED = re.compile(
    r"(?P<name>.+?)(?:-(?P<canvas>\d{1,3}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})| \((?P<moodle>\d{1,3})\))"
)
# As nbgrader's documentation of named_regexp has it, from Blackboard.
TIME = re.compile(r"(\d{4})[-_](\d\d)[-_](\d\d)[-_](\d\d)[-_](\d\d)[-_](\d\d)", re.ASCII)
ARCHIVE = ".zip"
LONGEST_NAME = 255
"""In characters, as in most file systems: a name is read in every way there is, which takes its length squared."""
LEFT_BY_PROGRAMS = ("__MACOSX", ".ipynb_checkpoints")


class HandIn(NamedTuple):
    """Whose file it is.

    Attributes:
        source: "canvas", "moodle" or "folder".
        who: Canvas' user, Moodle's participant, or the folder's name.
        name: the person's name as the LMS writes it, or nothing.
        file: the name of the file as it was handed in.
        late: whether Canvas marks it as late.
        upload: Canvas' number of the uploaded file: of two, the greater one is newer.
    """

    source: str
    who: str
    name: str
    file: str
    late: bool = False
    upload: int = 0


def read_path(parts: Sequence[str]) -> HandIn:
    """Return whose hand-in a file is; raises SubmissionError if its path does not tell.

    Args:
        parts: the path below the folder of extracted files, with the archive's name first if there is one.
    """
    shown = visible("/".join(parts), 300)
    if max(map(len, parts)) > LONGEST_NAME:
        raise SubmissionError(f"{shown} has a name of more than {LONGEST_NAME} characters: rename it")
    inner = below_archive(parts)
    readings = list(_lms_readings(inner[0]))
    if len({(reading.source, reading.who) for reading in readings}) > 1:
        them = " or ".join(f"{reading.source} user {reading.who}" for reading in readings[:3])
        raise SubmissionError(f"{shown} can be read as {them}: put it into a folder with the student's name yourself")
    if readings:
        return readings[0] if len(inner) == 1 else readings[0]._replace(file=inner[-1])
    if len(inner) == 1:
        raise SubmissionError(f"{shown} names no student: put it into a folder with the student's name")
    return HandIn("folder", inner[0], "", inner[-1])


def is_lms_name(name: str) -> bool:
    """Tell whether a file or folder was named by Canvas or Moodle."""
    return any(True for _ in _lms_readings(name))


def below_archive(parts: Sequence[str]) -> Sequence[str]:
    """Return a path without the class's archive, and without the folder in it that only repeats its name."""
    if len(parts) > 1 and parts[0].lower().endswith(ARCHIVE) and not is_lms_name(parts[0]):
        repeats = len(parts) > 2 and parts[1] == parts[0][: -len(ARCHIVE)]
        return parts[2:] if repeats and (len(parts) > 3 or is_lms_name(parts[2])) else parts[1:]
    return parts


def left_by_programs(parts: Sequence[str]) -> bool:
    """Tell whether a file is one that a program and not a person put there."""
    return any(part in LEFT_BY_PROGRAMS or part.startswith(".") for part in parts)


def notebook_name(file: str, wanted: Collection[str]) -> tuple[str, int]:
    """Return the name under which a notebook is collected, and the number that an LMS had added to it.

    Only what an LMS adds is removed, and only if that leaves the name of a released notebook.

    >>> notebook_name("softmax-2.ipynb", ["softmax.ipynb"]), notebook_name("lab-2.ipynb", ["lab-2.ipynb"])
    (('softmax.ipynb', 2), ('lab-2.ipynb', 0))
    """
    stem, dot, extension = file.rpartition(".")
    match = ADDED.fullmatch(stem)
    if file in wanted or not match or f"{match['name']}{dot}{extension}" not in wanted:
        return file, 0
    number = match["canvas"] or match["moodle"]
    # From the eighth time on Canvas adds a random text.
    return f"{match['name']}{dot}{extension}", int(number) if number.isdigit() and len(number) < 4 else 8


def read_time(text: str) -> datetime | None:
    """Return the time that a file's name holds, also one without colons; None if it cannot be read.

    >>> read_time("2016-01-30-15-00-00")
    datetime.datetime(2016, 1, 30, 15, 0)
    """
    parts = TIME.fullmatch(text)
    return read_timestamp("{}-{}-{} {}:{}:{}".format(*parts.groups()) if parts else text)


def require_student(name: str) -> str:
    """Return a student's name that can be a folder's; raises SubmissionError for any other."""
    steers = has_control_characters(name) or bool(set(name) & set("/\\*+"))
    if not name or steers or name != name.strip() or name[0] in ".-" or len(name.encode()) > 200:
        raise SubmissionError(
            f"{visible(name, 60)!r} cannot be a student's name: expected at most 200 bytes without control characters,"
            " outer spaces and / \\ * +, and neither dot nor dash in front"
        )
    return name


def _lms_readings(name: str) -> Iterator[HandIn]:
    if match := MOODLE.fullmatch(name):
        yield HandIn("moodle", match["who"], match["name"], match["file"] or "")
    if match := CANVAS_ANONYMOUS.fullmatch(name):
        yield HandIn("canvas", match["who"], "", match["file"], bool(match["late"]), int(match["upload"]))
        return
    for match in CANVAS.finditer(name):
        person = name[: match.start() - 1]
        late = person == "LATE" or person.endswith("_LATE")
        yield HandIn("canvas", match["who"], person.removesuffix("_LATE"), match["file"], late, int(match["upload"]))
