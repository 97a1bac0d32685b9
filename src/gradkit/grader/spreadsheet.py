"""CSV files that a spreadsheet may open: no cell is taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from gradkit.wording import visible

FORMULA_STARTS = (
    *("=", "+", "-", "@", "\t", "\r", "\n"),
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)
# Where a decimal comma is usual a spreadsheet splits at semicolons, and our quotes do not keep it from that.
_AFTER_SEMICOLON = re.compile(rf";(?=[\s\"']*[{re.escape(''.join(FORMULA_STARTS))}])")
LONGEST_CELL = 2000

Cell = str | float | None


def as_csv(rows: Iterable[Sequence[Cell]], limit: int = LONGEST_CELL) -> str:
    """Return rows as CSV; texts are made visible on one line and neutralised, numbers stay numbers.

    Args:
        rows: texts, numbers, and None for an empty cell.
        limit: longest text in characters; what is longer is cut.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    for row in rows:
        writer.writerow([harmless(visible(cell, limit)) if isinstance(cell, str) else cell for cell in row])
    return file.getvalue()


def harmless(text: str) -> str:
    """Return a text with an apostrophe wherever a spreadsheet would take it, or a part of it, for a formula.

    Spreadsheets look past spaces before the sign (OWASP, "CSV Injection"), and some split at semicolons.
    """
    starts = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    return ("'" if starts else "") + _AFTER_SEMICOLON.sub(";'", text)


def written_as_it_is(text: str) -> bool:
    """Return whether ``as_csv`` writes a text unchanged: asked of ids that another system must find again."""
    return harmless(visible(text)) == text
