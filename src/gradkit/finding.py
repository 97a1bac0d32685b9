"""What an examination of a course or a machine finds."""

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    NOTE = "note"
    MEND = "MEND"


class Finding(NamedTuple):
    """One finding: what was looked at, and what is the matter and how to mend it, or that all is well."""

    level: Level
    subject: str
    words: str
