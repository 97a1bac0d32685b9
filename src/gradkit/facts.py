"""What is known about a notebook's functions, and what is odd about them, in words.

check.submission() and the grader both say it in these words, so that nobody is surprised by a grade.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gradkit.wording import listed, visible

MAX_LINE, MAX_TEXT, MAX_REASONS = 80, 500, 3


@dataclass
class Facts:
    """What is known about a notebook.

    Attributes:
        sources: each code cell's source by cell number.
        graded: names of the graded functions.
        remarks: what is odd about the cells made for each graded function.
        problems: (cell, line, text) of cells that are no Python.
        functions: (name, cell, line) of every function defined at the top level.
        rebound: (name, cell, line) of every other statement that gives a graded name a value.
        reads: for each graded function, the graded functions that it names.
        reflection: for each graded function, names with which it could pry into its execution.
        failures: (cell, line, exception, text) of definitions that failed; the student's own words.
        cell_is_called: how to call a cell of a number, as in "cell 3".
    """

    sources: Mapping[int, str]
    graded: Sequence[str]
    remarks: Mapping[str, Sequence[str]]
    problems: Sequence[tuple[int, int, str]] = ()
    functions: Sequence[tuple[str, int, int]] = ()
    rebound: Sequence[tuple[str, int, int]] = ()
    reads: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reflection: Mapping[str, Sequence[str]] = field(default_factory=dict)
    failures: Sequence[tuple[int, int, str, str]] = ()
    cell_is_called: str = "cell {}"

    def cell(self, number: int) -> str:
        """Return how a cell is called."""
        return self.cell_is_called.format(number)

    def cells_with(self, name: str) -> list[int]:
        """Return the numbers of the cells that define a function, the one that counts last."""
        return [cell for function, cell, _ in self.functions if function == name]

    def others_named(self, name: str) -> tuple[str, ...]:
        """Return the other graded functions that a graded function names."""
        return tuple(other for other in self.reads.get(name, ()) if other != name)

    def notes(self) -> tuple[str, ...]:
        """Return remarks on the notebook that the student should know of."""
        notes = [remark for remarks in self.remarks.values() for remark in remarks]
        for name in self.graded:
            notes += self.notes_on(name)
        notes += self.unreadable()
        return tuple(notes)

    def notes_on(self, name: str) -> list[str]:
        """Return remarks on a function's definitions."""
        places = [self.cell(number) for number in self.cells_with(name)]
        twice = f"{name} is defined {len(places)} times ({listed(places)}); the last one counts"
        elsewhere = [self.place(cell, line) or self.cell(cell) for other, cell, line in self.rebound if other == name]
        changed = f"{name} is given another value in {listed(elsewhere)}; that counts, not its definition"
        calls = [f"{name} calls {other}" for other in self.others_named(name)]
        return [twice] * (len(places) > 1) + [changed] * bool(elsewhere) + calls

    def unreadable(self) -> list[str]:
        """Return a remark on each cell or statement that is no Python."""
        return [f"{self.cell(cell)}, line {line}: {visible(text, MAX_TEXT)}" for cell, line, text in self.problems]

    def place(self, cell: int, line: int) -> str:
        """Return a place in the notebook in words, with the line itself; empty if there is no such place."""
        lines = self.sources[cell].split("\n") if cell in self.sources else []
        if not 0 < line <= len(lines):
            return ""
        source = visible(lines[line - 1].strip(), MAX_LINE).replace(
            "`", "'"
        )  # so that the quotation ends where it ends
        return f"{self.cell(cell)}, line {line} (`{source}`)"

    def place_in(self, file: str, line: int) -> str:
        """Return a place given by the file name under which a cell was compiled; empty if there is none."""
        number = file.removeprefix("<cell ").removesuffix(">")
        return self.place(int(number), line) if number.isdecimal() and len(number) < 6 else ""

    def why_missing(self, name: str) -> str:
        """Return why a notebook does not have a function, as far as it shows."""
        unread = [
            f"{visible(text, MAX_TEXT)} in {self.place(cell, line) or self.cell(cell)}"
            for cell, line, text in self.problems
        ]
        defined = {function for function, _, _ in self.functions} - set(self.graded)
        renamed = [
            f"there is a function {visible(other, MAX_LINE)}: was it renamed?"
            for other in sorted(defined)
            if _similar(other, name)
        ]
        reasons = [*self.remarks.get(name, ()), *unread, *renamed, *self.failed()][:MAX_REASONS]
        return ("; ".join(reasons) or self.expected(name)).rstrip(".")

    def expected(self, name: str) -> str:
        """Return what is said of a missing function when no reason shows."""
        return f"expected `def {name}(...)` in a code cell"

    def failed(self) -> list[str]:
        """Return what happened in each definition that failed."""
        return [
            f"{visible(kind, MAX_LINE)} in {self.place(cell, line)}: {visible(text, MAX_TEXT)}"
            for cell, line, kind, text in self.failures
        ]


def _similar(other: str, name: str) -> bool:
    return len(set(other.lower().split("_")) & set(name.lower().split("_"))) >= 2
