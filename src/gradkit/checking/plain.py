"""Reports as plain text, for terminals and for notebooks that show no HTML."""

import textwrap
from collections.abc import Iterable, Iterator

from .judging import SlopeTable
from .results import CheckResult, FunctionReport, Outcome
from .submission import SubmissionReport

WIDTH = 100


def function_text(report: FunctionReport) -> str:
    """Return a report on a function as text."""
    return "\n".join(_function_lines(report))


def submission_text(report: SubmissionReport) -> str:
    """Return a report on a submission as text."""
    lines = [f"{report.file}: {report.verdict()}"]
    for level, subject, words in report.findings:
        lines += _item(f"{level:<5}", f"{subject}: {words}")
    return "\n".join(lines)


def _slope_lines(table: SlopeTable) -> Iterator[str]:
    """Yield the lines of a gradient check, the worst entry first."""
    yield f"  {'entry':<12} {'measured':>16} {'yours':>16} {'relative error':>15}"
    for entry, measured, yours, error in table.rows:
        yield f"  {entry:<12} {measured:>+16.10f} {yours:>+16.10f} {error:>15.1e}"
    yield f"  {rest(table)}"


def rest(table: SlopeTable) -> str:
    """Return the sentence below the table of a gradient check."""
    hidden = table.compared - len(table.rows)
    more = f"{hidden} more entries differ less; " if hidden else ""
    return f"{more}a relative error up to {table.allowed:.0e} is allowed"


def _function_lines(report: FunctionReport) -> Iterator[str]:
    yield f"{report.function}: {report.verdict()}"
    yield report.advice()
    yield f'The lesson is in section "{report.lesson}" of the notebook.'
    yield from _section("What your function does", (_item("-", said) for said in report.diagnosis))
    yield from _section("Please note", (_item("-", note) for note in report.notes))
    yield from _section("Public checks", map(_check, report.results))
    if report.remark():
        yield f"  {report.remark()}"
    for result in report.results:
        if result.table is not None and result.outcome is not Outcome.PASSED:
            yield from _section("Slopes as measured and as returned, worst first", [_slope_lines(result.table)])


def _section(heading: str, parts: Iterable[Iterable[str]]) -> Iterator[str]:
    lines = [line for part in parts for line in part]
    if lines:
        yield from ("", heading, *lines)


def _check(result: CheckResult) -> Iterator[str]:
    yield from _item(f"{result.outcome:<11}", result.description)
    if result.outcome is not Outcome.PASSED and result.sentence:
        yield from _item(" " * 11, result.sentence)


def _item(mark: str, words: str) -> list[str]:
    inside = " " * (len(mark) + 3)
    return textwrap.wrap(words, WIDTH, initial_indent=f"  {mark} ", subsequent_indent=inside) or [f"  {mark}"]
