"""The terminal of long runs: its width, and the bar that counts."""

import io

import pytest
from rich.console import Console

from gradkit.grader import terminal


@pytest.mark.parametrize(
    ("columns", "width"), [(None, 120), ("77", 77)], ids=["no window", "a width that is asked for"]
)
def test_a_file_is_as_wide_as_a_page(monkeypatch, columns, width):
    """Standard output is no terminal here; COLUMNS asks for another width."""
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    assert terminal.standard_output().width == width


def test_items_pass_through_and_are_counted():
    """In their order, as they come; the bar ends at the whole."""
    console = Console(file=io.StringIO(), width=100)
    assert list(terminal.progress(iter("abc"), 3, console, "judging")) == ["a", "b", "c"]
    assert console.file.getvalue().startswith("judging ")
    assert "3/3" in console.file.getvalue()
