"""Reads a submitted file, whatever lies in its place: no links, no pipes, bounded size."""

import os
import stat
from pathlib import Path

from gradkit.notebook import MAX_FILE

from .errors import SubmissionError


def read_file(path: Path) -> bytes:
    """Return the content of a submitted file; raises SubmissionError unless it is a plain, readable one."""
    name = path.name
    try:
        # Without O_NONBLOCK a pipe left in the folder would wait for a writer that never comes.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise SubmissionError(f"{name} is missing: nothing was handed in under this name") from None
    except OSError as error:
        what = "is a symbolic link" if path.is_symlink() else f"cannot be read ({error.strerror})"
        raise SubmissionError(f"{name} {what}: hand in the notebook file itself") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SubmissionError(f"{name} is not a file: hand in the notebook file itself")
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        size = path.stat().st_size >> 20
        raise SubmissionError(
            f"{name} has {size} MB, more than the {MAX_FILE >> 20} MB that are read:"
            " clear the outputs (Edit > Clear Outputs of All Cells) and hand in again"
        )
    return data
