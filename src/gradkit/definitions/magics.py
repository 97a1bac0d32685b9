"""Makes IPython's additions to Python harmless: magics, shell escapes and help requests."""

import re
from collections.abc import Iterator

LINE_MAGIC = re.compile(r"(?P<indent>\s*)(?:[%!?].*|[\w.]+\?\??|[\w, ]+=\s*[%!].*)")
CELL_MAGICS_WITH_PYTHON = {"time", "timeit", "capture", "prun"}


def without_magics(source: str) -> str:
    """Return a cell's source with IPython's magics, shell escapes and help requests made harmless.

    Line numbers stay as they are. A cell in another language (``%%bash``) becomes empty.
    """
    lines = source.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].startswith("%%"):
        magic = lines[first][2:].split(" ")[0].strip()
        if magic not in CELL_MAGICS_WITH_PYTHON:
            return ""
        lines[first] = ""
    continued = False
    for number, line in enumerate(lines):
        match = LINE_MAGIC.fullmatch(line)
        if match or continued:
            indent = match["indent"] if match else ""
            lines[number] = f"{indent}pass" if match else ""
            continued = line.endswith("\\")
    return "\n".join(lines)


def magics_in(source: str) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line that `without_magics` takes out; of a cell in another language the first."""
    plain = without_magics(source)
    kept = plain.split("\n") if plain else [""] * (source.count("\n") + 1)
    for number, (line, left) in enumerate(zip(source.split("\n"), kept, strict=True), 1):
        if line.strip() and line != left:
            yield number, line.strip()
            if not plain:
                return
