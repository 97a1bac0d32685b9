"""What a guest reports of a call: its form is checked, its content believed by nobody."""

import pytest

from gradkit.grader.sandbox.report import Report, read_report

SOUND = ((0,), (1, 2), True, 57, False, (("<cell 1>", 3, 9),))


def test_a_sound_report_is_read():
    """The value, what the guest says, and the CPU time that it does not."""
    assert read_report([1.5, SOUND], 0.25) == Report(1.5, (0,), (1, 2), True, 57, False, {("<cell 1>", 3): 9}, 0.25)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.5],
        [1.5, SOUND, 2],
        [1.5, "report"],
        [1.5, SOUND[:-1]],
        [1.5, (*SOUND, 1)],
        *([1.5, (*SOUND[:n], None, *SOUND[n + 1 :])] for n in range(len(SOUND))),
        [1.5, (("0",), *SOUND[1:])],
        [1.5, ((-1,), *SOUND[1:])],
        [1.5, (SOUND[0], (10**9,), *SOUND[2:])],
        [1.5, (SOUND[0], (True,), *SOUND[2:])],
        [1.5, (*SOUND[:5], ("<cell 1>", 3, 9))],
        [1.5, (*SOUND[:5], ((1, 3, 9),))],
        [1.5, (*SOUND[:5], (("<cell 1>", 3),))],
        [1.5, (*SOUND[:5], (("<cell 1>", 3, True),))],
    ],
)
def test_a_malformed_report_is_none(values):
    """Types, number of parts, and positions that no argument can have."""
    assert read_report(values, 0.0) is None
