"""What one call of a student's function brought beside its value."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from . import wire

PARTS = [tuple, tuple, bool, int, bool, tuple]
"""Types of what a guest reports: changed, shared, moved random state, instructions, switched off, lines."""


class Report(NamedTuple):
    """What one call brought; the guest's own words but for ``cpu``, so no proof of anything good.

    Attributes:
        value: what the function returned.
        changed: positions of the arguments that the function changed.
        shared: positions of the arguments whose memory the returned value shares.
        moved_random: whether numpy's global random state was used.
        instructions: bytecode instructions executed in the notebook's own frames, if counted.
        switched_off: whether the student's code stopped the counting.
        lines: how often the busiest lines ran, by file name and line, if counted.
        cpu: CPU seconds that the call took, inputs and answer included; measured from outside of the guest.
    """

    value: Any
    changed: tuple[int, ...]
    shared: tuple[int, ...]
    moved_random: bool
    instructions: int
    switched_off: bool
    lines: Mapping[tuple[str, int], int]
    cpu: float


def read_report(values: Sequence[Any], cpu: float) -> Report | None:
    """Return the report in a guest's answer to a call; None if it is malformed."""
    if len(values) != 2 or not isinstance(values[1], tuple) or [type(part) for part in values[1]] != PARTS:
        return None
    changed, shared, moved_random, instructions, switched_off, lines = values[1]
    if not (_are_positions(changed) and _are_positions(shared) and _are_lines(lines)):
        return None
    counts = {(file, line): times for file, line, times in lines}
    return Report(values[0], changed, shared, moved_random, instructions, switched_off, counts, cpu)


def _are_positions(listed: tuple[Any, ...]) -> bool:
    return all(type(position) is int and 0 <= position < wire.MAX_ITEMS for position in listed)


def _are_lines(listed: tuple[Any, ...]) -> bool:
    return all(isinstance(entry, tuple) and [type(part) for part in entry] == [str, int, int] for entry in listed)
