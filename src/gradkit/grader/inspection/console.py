"""Prints an inspection as plain text."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from gradkit.notebook import Cell
from gradkit.wording import visible, visible_lines

from ..model import Check, Outcome
from ..pages import points
from .examined import Inspection, SeenCall, SeenQuestion

WORDS = {Outcome.PASSED: "passed", Outcome.FAILED: "FAILED", Outcome.NOT_JUDGED: "not judged"}
STYLES = {Outcome.PASSED: "green", Outcome.FAILED: "bold red", Outcome.NOT_JUDGED: "yellow"}
Line = tuple[str, str]
"""A text and its style: colour never says anything that words do not."""


def print_inspection(inspection: Inspection, console: Console) -> None:
    """Print all of an inspection, a line for each thing; long lines are left to the terminal."""
    for text, style in lines(inspection):
        console.print(Text(visible(text), style), soft_wrap=True)


def lines(inspection: Inspection) -> Iterator[Line]:
    """Yield an inspection line by line, the warning first."""
    result = inspection.result
    yield inspection.warning, "bold reverse"
    yield f"{inspection.title}: {result.student}, {_points(result.score)} of {points(result.max_score)} points", "bold"
    if result.reason:
        yield f"NOT JUDGED: {result.reason}", "bold red"
    yield f"isolation {result.isolation or 'none needed'}, {result.seconds:.3f} s", ""
    yield from ((f"note: {note}", "") for note in result.notes)
    yield from ((f"limit reached: {limit}", "") for limit in result.limits_hit)
    for question in inspection.questions:
        yield from _question(question)
    for cell in inspection.cells:
        yield from _cell(cell)


def _question(seen: SeenQuestion) -> Iterator[Line]:
    question = seen.question
    yield "", ""
    yield f"== {question.id}: {_points(question.score)} of {points(question.max_score)} points", "bold"
    for check, calls in seen.checks:
        yield "", ""
        yield (
            f"{WORDS[check.outcome]}  {check.id}  (weight {check.weight:g}, {check.seconds:.3f} s)",
            STYLES[check.outcome],
        )
        yield from _indented(_told(check))
        for number, call in enumerate(calls, 1):
            yield f"    call {number}: {call.title}, {call.seconds:.4f} s", "bold"
            yield from _indented(_call(call), 2)


def _told(check: Check) -> Iterator[str]:
    yield check.description
    for name, text in (("message", check.message), ("hint", check.hint), ("waits for", check.blocked_by)):
        if text:
            yield f"{name}: {text}"


def _call(call: SeenCall) -> Iterator[str]:
    for name, value in call.arguments:
        yield from _named(name, value)
    yield from _named("returned", call.returned) if call.returned else (f"brought nothing: {call.raised}",)
    yield from _named("reference", call.reference)
    yield from (f"difference: {line}" for line in call.differences)
    yield from call.remarks


def _named(name: str, value: list[str]) -> Iterator[str]:
    yield f"{name} = {value[0]}"
    yield from value[1:]


def _cell(cell: Cell) -> Iterator[Line]:
    yield "", ""
    yield f"== cell {cell.number}" + (f", made for {cell.grade_id}" if cell.grade_id else ""), "bold"
    for number, line in enumerate(visible_lines(cell.source), 1):
        yield f"{number:4} | {line}", ""


def _indented(texts: Iterable[str], depth: int = 1) -> Iterator[Line]:
    return (("    " * depth + text, "") for text in texts)


def _points(score: float | None) -> str:
    return "no" if score is None else points(score)
