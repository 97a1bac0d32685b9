"""What filling in another system's gradebook brings: the file, and whom it could not serve."""

from typing import NamedTuple


class Unmatched(NamedTuple):
    """A student whose grade is not in the file, and why, in words that end without a full stop."""

    student: str
    reason: str


class Filled(NamedTuple):
    """A file for another system.

    Attributes:
        text: the file's content.
        unfinished: students of whom a question waits for a person; the file holds no grade for them.
        unmatched: students who were not found, or not for certain, so that no grade was written.
    """

    text: str
    unfinished: tuple[str, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
