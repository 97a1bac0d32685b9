"""What a guest reports about a notebook's cells, before any of the student's code runs."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

PROBLEM, FUNCTION, LOOP, SPAN = [int, int, str], [str, int, int], [int, int, int, str], [int, int, int]
"""Types of (cell, line, text), (name, cell, line), (cell, first, last line, kind) and (cell, first, last line)."""


class Prepared(NamedTuple):
    """What is known of a notebook without running it; `gradkit.facts.Facts` says what the parts are.

    `loops` are (cell, first line, last line, kind) of all that each graded function needs; `spans` (cell, first line,
    last line) of each statement that is run.
    """

    problems: Sequence[tuple[int, int, str]]
    functions: Sequence[tuple[str, int, int]]
    rebound: Sequence[tuple[str, int, int]]
    reads: Mapping[str, Sequence[str]]
    reflection: Mapping[str, Sequence[str]]
    loops: Mapping[str, Sequence[tuple[int, int, int, str]]]
    spans: Sequence[tuple[int, int, int]]


def read_prepared(values: Sequence[Any]) -> Prepared | None:
    """Return what a guest's answer to PREPARE holds; None if it is malformed.

    It can be believed, but a crash of the parser in the guest must not become one of the grader.
    """
    if len(values) != len(Prepared._fields):
        return None
    problems, functions, rebound, reads, reflection, loops, spans = values
    sound = (
        _are(problems, PROBLEM)
        and _are(functions, FUNCTION)
        and _are(rebound, FUNCTION)
        and all(_are(named, [str, tuple]) for named in (reads, reflection, loops))
        and all(type(name) is str for named in (reads, reflection) for _, names in named for name in names)
        and all(_are(places, LOOP) for _, places in loops)
        and _are(spans, SPAN)
    )
    return Prepared(problems, functions, rebound, dict(reads), dict(reflection), dict(loops), spans) if sound else None


def _are(entries: Any, types: Sequence[type]) -> bool:
    """Tell whether something is a sequence of tuples whose items are just of these types."""
    return type(entries) is tuple and all(
        type(entry) is tuple and [type(item) for item in entry] == types for entry in entries
    )
