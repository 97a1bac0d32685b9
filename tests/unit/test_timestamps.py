"""Times of hand-ins: what nbgrader and people write is read, everything else is no time."""

import datetime

import pytest

from gradkit.grader.nbgrader.timestamps import read_timestamp

NOON = datetime.datetime(2026, 10, 1, 12)


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-01 12:00:00 UTC",
        "2026-10-01 12:00:00.000000 UTC",
        "2026-10-01 12:00 UTC\n",
        "2026-10-01T12:00:00Z",
        "2026-10-01 12:00:00",
        "2026-10-01 12:00:00+00:00",
        "2026-10-01 14:00:00 +0200",
        "2026-10-01 14:00:00 +02:00",
        "2026-10-01 04:30:00 -0730",
    ],
)
def test_time_is_read(text):
    """With a zone or an offset or none, which means UTC."""
    assert read_timestamp(text) == NOON


def test_fraction_of_a_second():
    """Any number of digits."""
    assert read_timestamp("2026-10-01 12:00:00.25 UTC") == NOON + datetime.timedelta(milliseconds=250)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Monday", "10:00", "2026", "2026-10-01", "2026-13-45 99:00:00 UTC", "0001-01-01 00:00 +2359"),
        *("2026-10-01 10:00:00 CEST", "2026-10-01 10:00:00 /proc/self/mem", "2026-10-01 12:00:00 ..", "9" * 10**6),
        *("2026-10-01 12:00:00 UTC 2026", "\0", "٢٠٢٦-10-01 12:00:00", "2026-10-01 12:00:00 +9999"),
    ],
)
def test_everything_else_is_no_time(text):
    """Never a guess, never a file that the text names."""
    assert read_timestamp(text) is None
