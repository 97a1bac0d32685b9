"""Makes text of unknown origin fit to be shown: no control characters, bounded, on one line or line by line."""

from collections.abc import Sequence

LONG = 20_000
"""Characters of a text of several lines that are shown."""


def visible(text: str, limit: int = 2000) -> str:
    """Return at most ``limit`` characters of a text, on one line, without what would steer a terminal."""
    cut = text if len(text) <= limit else text[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"
    if cut.isprintable():
        return cut
    return "".join(" " if c.isspace() else c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in cut)


def listed(items: Sequence[str], most: int = 10) -> str:
    """Return texts separated by commas; of more than ``most`` the first and the last, and how many are left out."""
    if len(items) <= most:
        return ", ".join(items)
    return ", ".join((*items[: most - 1], f"{len(items) - most} more", items[-1]))


def visible_lines(text: str, limit: int = LONG) -> list[str]:
    """Return the lines of at most ``limit`` characters of a text, each made visible, tabs widened to four columns.

    What is left out is counted in a last line.
    """
    kept = text[:limit].replace("\r\n", "\n").replace("\r", "\n").rstrip()
    lines = [visible(line.expandtabs(4), limit) for line in kept.split("\n")] if kept else []
    left_out = len(text) - limit
    return lines if left_out <= 0 else [*lines, f"\N{HORIZONTAL ELLIPSIS} ({left_out} more characters)"]
