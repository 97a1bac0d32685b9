"""Reports as HTML below a notebook's cell, for light and dark themes and for who listens instead of looking.

Colours are the surroundings' own, so that they fit any theme; what a colour could say is said by a symbol and a
word. Everything is escaped. Notebooks that are not trusted lose style sheets, so styles stand in the elements.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from gradkit.finding import Level

from .judging import SlopeTable
from .plain import rest
from .results import FunctionReport, Outcome, State
from .submission import SubmissionReport

SYMBOLS = {
    Outcome.PASSED: "\N{CHECK MARK}",
    Outcome.FAILED: "\N{MULTIPLICATION X}",
    Outcome.NOT_STARTED: "\N{WHITE CIRCLE}",
    Outcome.NOT_JUDGED: "\N{EN DASH}",
    Level.OK: "\N{CHECK MARK}",
    Level.NOTE: "\N{INFORMATION SOURCE}",
    Level.MEND: "\N{MULTIPLICATION X}",
}
WORDS = {Level.OK: "OK", Level.NOTE: "note", Level.MEND: "to mend"}
GREEN, RED, GREY = "#2e8b57", "#d0552f", "#808080"
"""Of the line beside a report; they stand out from white and from black, and say nothing that words do not say."""
FRAME = "border-left:5px solid {};padding:2px 0 2px 14px;margin:4px 0;max-width:62em;line-height:1.45"
PARAGRAPH = '<p style="margin:4px 0">'
CELL = "text-align:left;vertical-align:top;padding:3px 14px 3px 0;white-space:normal;font-weight:normal"
NUMBER = "text-align:right;padding:2px 0 2px 18px;font-family:monospace"
HEADING = 'class="jp-toc-ignore tocSkip" style="margin:8px 0 4px 0;font-weight:bold"'
"""A report is no part of the notebook's table of contents."""


def function_page(report: FunctionReport) -> str:
    """Return a report on a function as HTML."""
    symbol, colour = _mood(report)
    link = f'<a href="#{_anchor(report.lesson)}">{escape(report.lesson)}</a>'
    parts = [
        f"{_verdict(symbol, report.verdict())} {_rich(report.advice())} Lesson: {link}</p>",
        _list("What your function does", report.diagnosis),
        _list("Please note", report.notes),
    ]
    if report.state is State.CHECKED:
        rows = [_check_row(result.outcome, result.description, result.sentence) for result in report.results]
        table = _table(("result", "what is looked at"), rows)
        table += f"{PARAGRAPH}{escape(report.remark())}</p>" if report.remark() else ""
        parts.append(table if report.failed else _folded(f"All {report.total} public checks", table))
    for result in report.results:
        if result.table is not None:
            summary = f"Slopes of {result.table.compared} entries as measured and as returned, worst first"
            parts.append(_folded(summary, _slopes(result.table), is_open=result.outcome is Outcome.FAILED))
    return _frame(report.function, f"check of {report.function}", colour, parts)


def submission_page(report: SubmissionReport) -> str:
    """Return a report on a submission as HTML."""
    rows = [
        f'<tr><td style="{CELL};white-space:nowrap">{_marked(SYMBOLS[level], WORDS[level])}</td>'
        f'<th scope="row" style="{CELL}">{_rich(subject)}</th><td style="{CELL}">{_rich(_capital(words))}</td></tr>'
        for level, subject, words in report.findings
    ]
    level, colour = (Level.MEND, RED) if report.to_mend else (Level.OK, GREEN)
    parts = [
        f"{_verdict(SYMBOLS[level], report.verdict())}</p>",
        _table(("result", "what", "what the grader sees"), rows),
    ]
    return _frame(report.file, f"what the grader will see in {report.file}", colour, parts)


def _mood(report: FunctionReport) -> tuple[str, str]:
    """Return the symbol and the colour of a report on a function."""
    if report.state is State.NOT_STARTED:
        return SYMBOLS[Outcome.NOT_STARTED], GREY
    return (SYMBOLS[Outcome.FAILED], RED) if report.failed else (SYMBOLS[Outcome.PASSED], GREEN)


def _verdict(symbol: str, verdict: str) -> str:
    """Return the beginning of a paragraph."""
    return f'{PARAGRAPH}<span aria-hidden="true">{symbol}</span> <b>{_rich(_capital(verdict))}.</b>'


def _frame(title: str, label: str, colour: str, parts: Iterable[str]) -> str:
    heading = f"<h4 {HEADING}><code>{escape(title)}</code></h4>"
    style = FRAME.format(colour)
    return f'<section lang="en" aria-label="{escape(label)}" style="{style}">{heading}{"".join(parts)}</section>'


def _list(title: str, sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    items = "".join(f"<li>{_rich(sentence)}</li>" for sentence in sentences)
    return f'<h5 {HEADING}>{escape(title)}</h5><ul style="margin:0 0 8px 0;padding-left:20px">{items}</ul>'


def _check_row(outcome: Outcome, description: str, sentence: str) -> str:
    said = f"<br>{_rich(sentence)}" if sentence and outcome is not Outcome.PASSED else ""
    what = f"<b>{_rich(description)}</b>" if outcome is Outcome.FAILED else _rich(description)
    mark = _marked(SYMBOLS[outcome], outcome)
    return f'<tr><td style="{CELL};white-space:nowrap">{mark}</td><th scope="row" style="{CELL}">{what}{said}</th></tr>'


def _slopes(table: SlopeTable) -> str:
    heads = ("entry", "measured", "yours", "relative error")
    rows = [
        f'<tr><th scope="row" style="{CELL};font-family:monospace">{escape(entry)}</th>'
        f'<td style="{NUMBER}">{measured:+.10f}</td><td style="{NUMBER}">{yours:+.10f}</td>'
        f'<td style="{NUMBER}">{error:.1e}</td></tr>'
        for entry, measured, yours, error in table.rows
    ]
    return _table(heads, rows, right_aligned=True) + f"{PARAGRAPH}{escape(_capital(rest(table)))}.</p>"


def _table(heads: Sequence[str], rows: Iterable[str], *, right_aligned: bool = False) -> str:
    styles = [
        CELL if number == 0 or not right_aligned else f"{NUMBER};font-family:inherit" for number in range(len(heads))
    ]
    cells = "".join(
        f'<th scope="col" style="{style};font-weight:bold">{escape(head)}</th>'
        for head, style in zip(heads, styles, strict=True)
    )
    return (
        '<table style="border-collapse:collapse;margin:4px 0;font-size:inherit">'
        f"<thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _folded(summary: str, content: str, *, is_open: bool = False) -> str:
    return f"<details{' open' * is_open}><summary>{_rich(summary)}</summary>{content}</details>"


def _marked(symbol: str, word: str) -> str:
    return f'<span aria-hidden="true">{symbol}</span> {escape(word)}'


def _rich(text: str) -> str:
    """Return a text as HTML; what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _anchor(heading: str) -> str:
    """Return the fragment that leads to a heading of the notebook, as Jupyter makes it."""
    return quote(heading.replace(" ", "-"), safe="")
