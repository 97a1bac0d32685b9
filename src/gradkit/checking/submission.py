"""Tells what the grader will see in a saved notebook, before it is handed in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gradkit.errors import SubmissionError
from gradkit.facts import Facts
from gradkit.finding import Finding, Level
from gradkit.notebook import MAX_FILE, Notebook, read_notebook

from .examine import Cells, Examined, examine
from .public import PublicChecks, find_checks
from .reports import NOT_THERE

LISTED = 5


@dataclass
class SubmissionReport:
    """What the grader will see in a notebook: the file's name, and what was found, function by function."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def to_mend(self) -> int:
        """How many things are to be mended before the file is handed in."""
        return sum(finding.level is Level.MEND for finding in self.findings)

    def verdict(self) -> str:
        """Return the result in one clause."""
        if not self.to_mend:
            return "the grader finds what it needs"
        return f"{self.to_mend} thing{'s' * (self.to_mend > 1)} to mend before it is handed in"


def read_saved(path: Path) -> Notebook:
    """Return the notebook in a student's own file; raises SubmissionError, which says what is wrong with it."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise SubmissionError(
                f"{path.name} has {path.stat().st_size >> 20} MB, more than the {MAX_FILE >> 20} MB that are graded:"
                " clear the outputs (Edit > Clear Outputs of All Cells) and save"
            )
        return read_notebook(path.read_bytes(), path.name)
    except OSError as error:
        raise SubmissionError(f"{path} cannot be read ({error.strerror}): save the notebook there first") from None


def checks_for(path: Path, notebook: Notebook) -> PublicChecks | None:
    """Return the public checks that belong to a notebook, by its name or else by its graded cells; None without."""
    found = find_checks(path.resolve().parent)
    graded = {cell.grade_id for cell in notebook.cells if cell.is_graded}
    by_name = [public for public in found if public.assignment == path.stem]
    by_cells = [public for public in found if graded & public.lessons.keys()]
    return next(iter(by_name + by_cells), None)


def inspect(path: Path, *, ran: Cells = ()) -> SubmissionReport:
    """Return what the grader will see in a saved notebook.

    Args:
        path: the file.
        ran: (number, source) of cells that were run in a kernel, which are compared with those of the file.

    Raises SubmissionError if the file cannot be read.
    """
    notebook = read_saved(path)
    public = checks_for(path, notebook)
    graded = list(public.lessons) if public else [str(cell.grade_id) for cell in notebook.cells if cell.is_graded]
    report = SubmissionReport(path.name, list(_on_the_name(path, public)))
    if not graded:
        report.findings.append(Finding(Level.MEND, path.name, "it has no graded cell: is it the right notebook?"))
    remarks = notebook.remarks(graded)
    last: Examined | None = None
    for name in graded:
        facts = Facts(dict(notebook.code()), graded, remarks)
        last = examine(name, notebook.code(), facts=facts, ran=ran)
        report.findings += _on_function(name, last)
    if last is not None:
        report.findings += _on_cells(last)
    return report


def _on_the_name(path: Path, public: PublicChecks | None) -> Iterator[Finding]:
    if public is None:
        return
    wanted = f"{public.assignment}.ipynb"
    if path.name != wanted:
        words = f"hand it in as {wanted}: the grader reads no file of another name"
        yield Finding(Level.MEND, path.name, words)
        return
    others = sorted(other.name for other in path.resolve().parent.glob("*.ipynb") if other.name != wanted)
    if others:
        listed = ", ".join(others[:LISTED]) + (", ..." if len(others) > LISTED else "")
        yield Finding(Level.NOTE, path.name, f"this file alone is graded, not {listed}")


def _on_function(name: str, examined: Examined) -> Iterator[Finding]:
    facts = examined.facts
    places = facts.cells_with(name)
    if examined.stuck:
        yield Finding(Level.MEND, name, examined.stuck)
    elif not examined.is_defined:
        yield Finding(Level.MEND, name, f"not found: {facts.why_missing(name)}")
    else:
        where = f"found in {facts.cell(places[-1])}" if places else "found"
        if examined.is_stub and len(places) > 1:
            yield Finding(Level.MEND, name, f"{where}, which is still the stub: delete that cell or write it")
        elif examined.is_stub:
            yield Finding(Level.NOTE, name, f"{where}, not started: it still raises NotImplementedError")
        else:
            yield Finding(Level.OK, name, where)
        yield from (Finding(Level.MEND, name, remark) for remark in facts.remarks.get(name, ()))
        yield from (Finding(Level.MEND, name, f"what it needs fails: {words}") for words in facts.failed())
    yield from (Finding(Level.NOTE, name, note) for note in facts.notes_on(name))
    missing = examined.reads_undefined
    if missing:
        yield Finding(Level.MEND, name, f"it reads {_listed(missing)}, {NOT_THERE}")
    if examined.differing:
        yield Finding(Level.MEND, name, _not_as_run(name, examined.differing))


def _not_as_run(name: str, differing: Sequence[str]) -> str:
    if name in differing:
        return "the file holds another version than the one you ran last: run its cell, and save the notebook"
    return f"it needs {_listed(differing)}, and the file holds another version than you ran last: run it, and save"


def _on_cells(examined: Examined) -> Iterator[Finding]:
    facts = examined.facts
    for cell, line, text in facts.problems:
        words = f"line {line}: {text}. Nothing in this cell is used"
        yield Finding(Level.NOTE, facts.cell(cell), words)
    for cell, line, text in examined.magics[:LISTED]:
        yield Finding(Level.NOTE, facts.cell(cell), f"line {line} (`{text[:60]}`) is no Python and is left out")
    hidden = len(examined.magics) - LISTED
    if hidden > 0:
        yield Finding(Level.NOTE, "magics", f"{hidden} more lines such as `%time` or `!ls` are left out")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names[:LISTED]) + (", ..." if len(names) > LISTED else "")
