"""Text of unknown origin is shown on one line, bounded, and steers nothing."""

import pytest

from gradkit.grader.wording import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain Zoë 数 🎓", "plain Zoë 数 🎓"),
        ("two\nlines\r\n", "two lines  "),
        ("\x1b[2Jgone", "\ufffd[2Jgone"),
        ("\u202etxt.exe", "\ufffdtxt.exe"),
        ("\ud800", "\ufffd"),
        ("", ""),
    ],
)
def test_what_is_shown(text, shown):
    """White space becomes spaces, what does not print becomes a replacement character."""
    assert visible(text) == shown


def test_long_text_is_cut():
    """A text longer than the limit ends in an ellipsis at the limit."""
    assert visible("x" * 100, 10) == "x" * 9 + "\N{HORIZONTAL ELLIPSIS}"
    assert visible("x" * 10, 10) == "x" * 10
