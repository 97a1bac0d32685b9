"""The results on disk: ``<results>/<student>/<assignment>.json``, each whole or not there at all."""

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from .course import Bundle, Submission
from .errors import CourseError
from .model import FORMAT_VERSION, SubmissionResult
from .sandbox.ladder import Rung

HALF = ".tmp"


class Results:
    """One results folder, for one assignment."""

    def __init__(self, folder: Path, assignment: str) -> None:
        self.folder = folder
        self.assignment = assignment

    def path(self, student: str) -> Path:
        """Return where a student's result lies."""
        return self.folder / student / f"{self.assignment}.json"

    def read(self, student: str) -> SubmissionResult | None:
        """Return a student's result; None if there is none, or none that this version understands."""
        try:
            result = read_result(self.path(student))
        except CourseError:
            return None
        # A file that was moved by hand is somebody else's.
        return result if (result.format_version, result.student) == (FORMAT_VERSION, student) else None

    def finished(self, submission: Submission, bundle: Bundle, rung: Rung) -> SubmissionResult | None:
        """Return the result of exactly this submission, suite and isolation, if it was judged before."""
        known = self.read(submission.student)
        if known is None or not known.judged or submission.problem is not None:
            return None
        wanted = (submission.student, submission.sha256, bundle.sha256, rung.name)
        found = (known.student, known.notebook_sha256, known.bundle_sha256, known.isolation)
        return known if found == wanted else None

    def write(self, result: SubmissionResult) -> None:
        """Put a result in place in one step: a reader sees the old one or the new one, never a half."""
        text = json.dumps(msgspec.to_builtins(result), ensure_ascii=False, indent=1) + "\n"
        # Half of a surrogate pair cannot be written, and must not keep the rest from being written.
        replace(self.path(result.student), text.encode("utf-8", "replace"))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs out of the folder; the lock goes with the process, however it ends."""
        with self._lock_file() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CourseError(
                    f"another grading run is writing to {self.folder}: wait for it to end, or name another --results"
                ) from None
            remove_halves(self.folder)
            yield

    def _lock_file(self) -> IO[str]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return (self.folder / ".lock").open("w")
        except OSError as error:
            raise CourseError(
                f"no results can be written to {self.folder} ({error.strerror}): give this user the right to write"
                " there, or name another folder with --results"
            ) from None


def read_result(path: Path) -> SubmissionResult:
    """Return what a result file holds; raises CourseError for any other file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=SubmissionResult)
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise CourseError(f"{path} is no result file of gradkit: {error}") from None


def replace_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, in one step, whatever was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, fresh = tempfile.mkstemp(HALF, f".{path.name}.", path.parent)  # readable by its owner only
    _fill(os.fdopen(descriptor, "wb"), Path(fresh), path, content)


def replace(path: Path, content: bytes) -> None:
    """Write a file so that it appears whole, even if the machine stops in between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{os.getpid()}{HALF}")
    _fill(fresh.open("wb"), fresh, path, content)


def _fill(file: IO[bytes], fresh: Path, path: Path, content: bytes) -> None:
    try:
        with file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:  # a full disk among them
        fresh.unlink(missing_ok=True)
        raise


def remove_halves(folder: Path) -> None:
    """Remove what killed runs had begun to write in a folder or in those right below it."""
    for half in (*folder.glob(f".*{HALF}"), *folder.glob(f"*/.*{HALF}")):
        half.unlink(missing_ok=True)
