"""Which line loops: told from how often each line ran for little data and for much."""

import pytest

from gradkit.grader.sandbox.growth import growing_line

CELL = "<cell 2>"


def lines(**times):
    """Return how often lines of cell 2 ran, given as L3=5."""
    return {(CELL, int(name[1:])): count for name, count in times.items()}


@pytest.mark.parametrize(
    ("small", "large", "loops", "line"),
    [
        (lines(L1=1, L2=9, L3=8), lines(L1=1, L2=513, L3=512), [2], 2),
        (lines(L1=1, L2=9, L3=8), lines(L1=1, L2=513, L3=512), [], 2),
        (lines(L2=9, L3=32, L4=24), lines(L2=513, L3=2048, L4=1536), [2, 3], 2),
        (lines(L1=8, L5=9), lines(L1=512, L5=513), [5], 5),
        (lines(L2=4, L3=12), lines(L2=4, L3=1524), [2, 3], 3),
        (lines(L2=5), lines(L2=257), [2], 2),
        (lines(), lines(L4=512, L3=1), [4], 4),
        (lines(L7=3), lines(L7=30), [], 7),
    ],
    ids=[
        *("the head of a loop", "without the source", "the outer of two loops", "not the helper that it calls"),
        *("the inner loop alone grows", "two at a time", "not run before", "less than asked for"),
    ],
)
def test_the_loop_is_named(small, large, loops, line):
    """The outermost line that runs more often, by preference one at which a loop stands in the source."""
    found = growing_line(small, large, 504, [(2, number, number, "a for loop") for number in loops])
    assert found == (CELL, line)


@pytest.mark.parametrize("large", [lines(), lines(L1=1), lines(L1=0)])
def test_without_growth_no_line_is_named(large):
    """A count that grows in no line of the notebook has no place."""
    assert growing_line(lines(L1=1), large, 504, []) is None
