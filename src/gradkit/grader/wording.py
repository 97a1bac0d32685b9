"""Makes text of unknown origin fit to be shown: one line, no control characters, bounded."""


def visible(text: str, limit: int = 2000) -> str:
    """Return at most ``limit`` characters of a text, on one line, without what would steer a terminal."""
    cut = text if len(text) <= limit else text[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return "".join(" " if c.isspace() else c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in cut)
