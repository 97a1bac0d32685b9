"""Finds the line that loops, from how often each line ran for little data and for much."""

from collections.abc import Iterable, Mapping

Lines = Mapping[tuple[str, int], int]
"""(file name, line) -> how often it ran."""
Loop = tuple[int, int, int, str]
"""Cell, first and last line, and kind of a loop in the source."""


def growing_line(small: Lines, large: Lines, more: int, loops: Iterable[Loop]) -> tuple[str, int] | None:
    """Return file name and line of the loop that ran so much more often; None if no line did.

    Of nested loops the outermost that grows is meant: it grows least, by a pass or so for each thing that there is
    more of. A line at which a loop stands in the source goes before one in the body of a loop or in a helper.
    """
    growth = {place: times - small.get(place, 0) for place, times in large.items()}
    if not growth or max(growth.values()) <= 0:
        return None
    enough = min(more / 4, max(growth.values()))  # two or three things may be handled in one pass
    grown = [place for place, times in growth.items() if times >= enough]
    spans = [(f"<cell {cell}>", first, last) for cell, first, last, _ in loops]
    looping = [place for place in grown if any(f == place[0] and a <= place[1] <= b for f, a, b in spans)]
    return min(looping or grown, key=lambda place: (growth[place], place))
