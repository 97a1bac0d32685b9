"""What a run of the gate shows: the kill matrix, and one list for each kind of trouble."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gradkit.wording import visible

from ..errors import CourseError
from .equivalent import entry_for
from .matrix import IDLE, REDUNDANT, Assessment, Row, Trial
from .specimens import Kind

HEADS = ("check", "mistakes", "mutants", "alone", "for example", "remark")
BEGIN, END = "<!-- matrix of {}: written by gradkit mutate -->", "<!-- end of the matrix -->"


def show(assessment: Assessment, assignment: str, isolation: str, console: Console) -> None:
    """Print the matrix, what is in it in one line, and all that the instructor should look at."""
    console.print(table(assessment.matrix()))
    for line in (summary(assessment, assignment, isolation), *remarks(assessment)):
        console.print(visible(line), markup=False, highlight=False, soft_wrap=True)


def table(rows: Sequence[Row]) -> Table:
    """Return the matrix for a terminal."""
    drawn = Table(show_edge=False, pad_edge=False)
    for head in HEADS:
        numeric = head in {"mistakes", "mutants", "alone"}
        drawn.add_column(head, justify="right" if numeric else "left", overflow="fold", no_wrap=numeric)
    for row in rows:
        drawn.add_row(*(Text(visible(cell)) for cell in _cells(row)))
    return drawn


def _cells(row: Row) -> tuple[str, ...]:
    example = row.alone[0] if row.alone else ""
    return row.check, str(row.mistakes), str(row.mutants), str(len(row.alone)), example, row.remark


def summary(assessment: Assessment, assignment: str, isolation: str) -> str:
    """Return in one line what was judged, and on which rung of the isolation ladder."""
    mistakes, mutants, equivalent, variants = (
        len(assessment.of(kind)) for kind in (Kind.MISTAKE, Kind.MUTANT, Kind.EQUIVALENT, Kind.VARIANT)
    )
    return (
        f"{assignment}: {mistakes} known mistakes, {mutants} mutants, {equivalent} equivalent mutants,"
        f" {variants} correct variants. Isolation: {isolation}."
    )


def remarks(assessment: Assessment) -> Iterator[str]:
    """Yield the lines about what is not as it should be, and then about what could be better."""
    rows = assessment.matrix()
    yield from _list(
        "Survivors, wrong code that kept all points. Write a check that fails for it; only what computes the same is"
        " listed in equivalent.toml, with the reason:",
        assessment.failing(Kind.MISTAKE, Kind.MUTANT),
    )
    yield from _list(
        "Rejected, right code that did not get its points:", assessment.failing(Kind.REFERENCE, Kind.VARIANT)
    )
    yield from _list("Listed as equivalent, yet killed:", assessment.failing(Kind.EQUIVALENT))
    yield from _list("Not judged:", assessment.unjudged())
    if assessment.unmatched:
        yield "Listed as equivalent, but no mutant (any more); take it out of equivalent.toml, or mend it:"
        yield from (f"  {e.function}, {e.operator}: `{e.line}` -> `{e.becomes}`" for e in assessment.unmatched)
    yield from _list("Known mistakes that were not named to the student:", assessment.unhinted())
    redundant = [row.check for row in rows if row.remark == REDUNDANT]
    idle = [row.check for row in rows if row.remark == IDLE]
    yield f"Redundant checks, all of whose victims another check kills too: {', '.join(redundant) or 'none'}."
    yield f"Checks with points that kill nothing: {', '.join(idle) or 'none'}."


def _list(head: str, trials: Sequence[Trial]) -> Iterator[str]:
    if trials:
        yield head
    for trial in trials:
        yield f"  {trial.specimen.name}{_finding(trial)}"
        if trial.specimen.kind is Kind.MUTANT and trial.specimen.mutant is not None and not trial.problem:
            yield from (f"    {line}" for line in entry_for(trial.specimen.mutant).split("\n"))


def _finding(trial: Trial) -> str:
    """Return what the suite said of a specimen and should not have said, in words after its name."""
    if trial.problem:
        return f": {trial.problem}"
    if trial.specimen.kind.wrong:
        return ""
    lost, kept = sorted(trial.lost - trial.specimen.loses), sorted(trial.specimen.loses - trial.lost)
    said = [f"lost {', '.join(lost)}"] * bool(lost) + [f"did not lose {', '.join(kept)}"] * bool(kept)
    return ": " + "; ".join(said)


def as_markdown(assessment: Assessment) -> str:
    """Return the matrix as a table in Markdown."""
    lines = [HEADS, ("---", "--:", "--:", "--:", "---", "---"), *map(_cells, assessment.matrix())]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def write_into(page: Path, assessment: Assessment, assignment: str) -> None:
    """Write the matrix between its two marks in a page; raises CourseError if they are not there."""
    before, after = around_matrix(page, assignment)
    page.write_text(f"{before}\n\n{as_markdown(assessment)}\n\n{after}", "utf-8")


def around_matrix(page: Path, assignment: str) -> tuple[str, str]:
    """Return what stands before and after the matrix in a page, with its marks; raises CourseError without them."""
    begin = BEGIN.format(assignment)
    before, found, rest = page.read_text("utf-8").partition(begin)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise CourseError(f"{page} has no place for the matrix: expected the lines {begin} and {END}")
    return before + begin, END + after
