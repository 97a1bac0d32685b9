"""Text of unknown origin is shown on one line or line by line, bounded, and steers nothing."""

import pytest

from gradkit.wording import listed, visible, visible_lines


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


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("one", ["one"]),
        ("a\n\n  b\n\n", ["a", "", "  b"]),
        ("\n\nthird", ["", "", "third"]),
        ("a\r\nb\rc", ["a", "b", "c"]),
        ("if x:\n\treturn", ["if x:", "    return"]),
        ("a\x0cb\u2028c", ["a b c"]),
        ("\u202eevil\x00\ud800", ["\ufffdevil\ufffd\ufffd"]),
    ],
)
def test_lines_stay_lines(text, lines):
    """Line breaks and indentation are kept, whatever else steers is made visible."""
    assert visible_lines(text) == lines


def test_many_lines_are_cut():
    """What is beyond the limit is counted in a last line."""
    assert visible_lines("ab\n" * 10, 6) == ["ab", "ab", "\N{HORIZONTAL ELLIPSIS} (24 more characters)"]
    assert visible_lines("ab\nab", 5) == ["ab", "ab"]


@pytest.mark.parametrize(
    ("items", "expected"),
    [([], ""), (["3"], "3"), (["3", "5", "8"], "3, 5, 8"), (list("abcdef"), "a, b, 3 more, f")],
)
def test_many_items_are_listed_in_part(items, expected):
    """The first and the last say enough."""
    assert listed(items, most=3) == expected
