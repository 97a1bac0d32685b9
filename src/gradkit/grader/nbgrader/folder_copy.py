"""Copies a folder that its owner may change at any moment: plain files only, never through a link, bounded."""

import fnmatch
import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from gradkit.wording import visible

from ..errors import SubmissionError
from .archive import has_control_characters

MAX_FILES = 1000
MAX_DEPTH = 20
CHUNK = 1 << 20
SECRET = "submission_secret.txt"  # noqa: S105 - the name of a file
OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe would wait for a writer


class CopyLimits(NamedTuple):
    """How much is copied: bytes of a file and of all, names that are left out and names that are taken."""

    file: int
    total: int
    ignore: tuple[str, ...] = ()
    include: tuple[str, ...] = ("*",)


class Entry(NamedTuple):
    """One thing in a folder: the folder's descriptor, its name there, its path below the top, and what it is."""

    folder: int
    name: str
    path: Path
    status: os.stat_result


def copy_folder(source: Path, target: Path, owner: int, limits: CopyLimits) -> datetime:
    """Copy a folder's plain files into a new folder; return when the source was last changed, in UTC.

    Every step goes through an open folder, so exchanging one for a link in between changes nothing. Raises
    SubmissionError for the first thing that is wrong, and OSError for what cannot be read.
    """
    target.mkdir()
    top = os.open(source, OPEN | os.O_DIRECTORY)
    try:
        status = os.fstat(top)
        if status.st_uid != owner:
            raise SubmissionError("the folder was exchanged for another one")
        left, changed = limits.total, status.st_ctime
        for number, entry in enumerate(_entries(top, Path(), limits.ignore), 1):
            if number > MAX_FILES:
                raise SubmissionError(f"the folder holds more than {MAX_FILES} files")
            changed = max(changed, entry.status.st_ctime)
            if stat.S_ISDIR(entry.status.st_mode):
                (target / entry.path).mkdir()
            elif any(fnmatch.fnmatch(entry.name, pattern) for pattern in limits.include):
                left -= _copy(entry, target / entry.path, owner, limits, left)
    finally:
        os.close(top)
    return datetime.fromtimestamp(changed, UTC).replace(tzinfo=None)


def _entries(folder: int, path: Path, ignore: tuple[str, ...]) -> Iterator[Entry]:
    """Yield everything below an open folder, folders before what is in them."""
    if len(path.parts) > MAX_DEPTH:
        raise SubmissionError(f"its folders are nested more than {MAX_DEPTH} deep")
    for name in sorted(os.listdir(folder)):
        if any(fnmatch.fnmatch(name, pattern) for pattern in ignore):
            continue
        entry = Entry(folder, name, path / name, os.stat(name, dir_fd=folder, follow_symlinks=False))
        if has_control_characters(name):
            raise SubmissionError(f"{_shown(entry)} has a name with control characters")
        yield entry
        if stat.S_ISDIR(entry.status.st_mode):
            below = os.open(name, OPEN | os.O_DIRECTORY, dir_fd=folder)
            try:
                yield from _entries(below, entry.path, ignore)
            finally:
                os.close(below)


def _copy(entry: Entry, target: Path, owner: int, limits: CopyLimits, left: int) -> int:
    """Copy one file; return how many bytes it really has."""
    if not stat.S_ISREG(entry.status.st_mode):
        raise SubmissionError(f"{_shown(entry)} is {_kind(entry.status.st_mode)}, expected a file: it was not followed")
    descriptor = os.open(entry.name, OPEN, dir_fd=entry.folder)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_uid != owner:
            raise SubmissionError(
                f"{_shown(entry)} is a second name (a hard link) of a file, or belongs to somebody else"
            )
        written = 0
        with target.open("xb") as copy:
            while chunk := file.read(CHUNK):
                written += len(chunk)
                if written > min(limits.file, left):
                    raise SubmissionError(_too_big(entry, limits, is_file=written > limits.file))
                copy.write(chunk)
    if entry.name == SECRET and not re.fullmatch(rb"[\w=+/-]{1,1000}\s*", target.read_bytes()):
        raise SubmissionError(f"{_shown(entry)} is not what nbgrader submit writes: hand in again with it")
    return written


def _too_big(entry: Entry, limits: CopyLimits, *, is_file: bool) -> str:
    if is_file:
        return f"{_shown(entry)} has more than {limits.file / 10**6:g} MB (c.CourseDirectory.max_file_size)"
    return f"the folder has more than {limits.total / 10**6:g} MB (c.CourseDirectory.max_dir_size)"


def _kind(mode: int) -> str:
    for is_kind, what in (
        (stat.S_ISLNK, "a symbolic link"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
    ):
        if is_kind(mode):
            return what
    return "a device"


def _shown(entry: Entry) -> str:
    return visible(str(entry.path), 200)
