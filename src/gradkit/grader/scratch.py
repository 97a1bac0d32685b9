"""Temporary folders that do not long outlive their run, even if that is killed with ``kill -9``.

The hidden suite lies in such folders. Each is locked for as long as the process lives that made it. The kernel takes
the lock away with the process, and whoever makes the next folder removes those of the same user that are not locked.
"""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from .errors import InstructorError

SUFFIX = ".scratch"
NAME = re.compile(r"gradkit-[a-z]+-[a-z0-9_]{8}\.scratch")
NO_LINK = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Scratch:
    """An empty temporary folder for this user alone, removed with all that is in it at the latest when we end."""

    def __init__(self, purpose: str) -> None:
        """Make the folder, and remove what killed processes left beside it.

        Args:
            purpose: a word of small letters, for the folder's name.
        """
        around = _temporary_folder()
        remove_left(around)
        self.path, lock = _locked_folder(around, f"gradkit-{purpose}-")
        self._removal = weakref.finalize(self, _remove, self.path, lock)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        self._removal()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


@contextlib.contextmanager
def temporary_files(purpose: str) -> Iterator[None]:
    """Let the temporary files of other libraries lie in such a folder for a while."""
    with Scratch(purpose) as scratch:
        before = tempfile.tempdir
        tempfile.tempdir = str(scratch.path)
        try:
            yield
        finally:
            tempfile.tempdir = before


def _temporary_folder() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:
        raise InstructorError(
            "there is no folder for temporary files that has room: make some in /tmp, or set TMPDIR to another folder"
        ) from None


def remove_left(around: Path) -> None:
    """Remove the folders of this user's processes that have died; leave anything else alone."""
    for folder in around.glob(f"gradkit-*{SUFFIX}"):
        if NAME.fullmatch(folder.name):
            with contextlib.suppress(OSError):  # a link, another user's, in use, or removed by another run
                lock = os.open(folder, NO_LINK)
                try:
                    if os.fstat(lock).st_uid == os.geteuid():
                        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        shutil.rmtree(folder, ignore_errors=True)
                finally:
                    os.close(lock)


def _locked_folder(around: Path, prefix: str) -> tuple[Path, int]:
    """Make a folder; return it with the descriptor that holds its lock."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix, suffix=SUFFIX, dir=around))
        # Before it is locked, another run may take it for one that is left, and remove it: then once more.
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(path, NO_LINK)
            if _take(lock) and path.exists():
                return path, lock
            os.close(lock)


def _take(lock: int) -> bool:
    """Take the lock; return False if another process has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks, where nobody can take the folder for one that is left, either
        return True
    return True


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
