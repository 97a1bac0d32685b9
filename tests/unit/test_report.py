"""The class as table, line and CSV: no student's name or message steers a terminal or a spreadsheet."""

import csv
import io

import pytest
from rich.console import Console

from gradkit.grader import report
from gradkit.grader.model import Check, Outcome, Question, SubmissionResult


def check(outcome=Outcome.FAILED, **fields):
    """Return a check with this outcome."""
    return Check(**{"id": "c", "description": "d", "outcome": outcome, "weight": 1.0, **fields})


def result(student="ada", score=5.0, checks=(), problem=None, isolation="bwrap"):
    """Return a result with one question f."""
    question = Question(id="f", score=score, max_score=10.0, checks=tuple(checks))
    return SubmissionResult(
        student=student,
        assignment="hw",
        score=score,
        max_score=10.0,
        problem=problem,
        isolation=isolation,
        questions=(question,),
    )


def drawn(*results, questions=("f",)):
    """Return the table as a terminal that knows colours would get it."""
    file = io.StringIO()
    table = report.table([report.row(result) for result in results], questions)
    Console(file=file, width=200, force_terminal=True, color_system="truecolor").print(table)
    return file.getvalue()


def line_of(student, text):
    """Return the words of a student's line in the table."""
    (line,) = [line for line in text.splitlines() if line.startswith(student)]
    return line.replace("│", " ").split()


def rows(*results, questions=("f",)):
    """Return the CSV as a spreadsheet reads it."""
    text = report.as_csv([report.row(result) for result in results], questions)
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("checks", "problem", "text"),
    [
        ([], None, ""),
        ([check(Outcome.PASSED)], None, ""),
        ([check(message="wrong sign")], None, "f: wrong sign"),
        ([check(message="wrong", hint="divide by N")], None, "f: divide by N"),
        ([check(Outcome.PASSED), check(message="first"), check(message="second")], None, "f: first"),
        ([check(Outcome.NOT_JUDGED, message="blocked"), check(message="root")], None, "f: root"),
        ([check(message="wrong")], "no JSON", "NOT JUDGED: no JSON"),
    ],
)
def test_trouble_is_the_first_thing_that_went_wrong(checks, problem, text):
    """Our problem first, else the first failed check: its hint, or what was seen."""
    assert report.row(result(checks=checks, problem=problem)).trouble == text


def test_a_row_keeps_what_the_overview_shows():
    """Student, points and isolation; not the checks, so that a large class fits into memory."""
    row = report.row(result("ada", 2.5, [check(Outcome.PASSED)]))
    assert row == ("ada", (2.5,), 2.5, 10.0, "bwrap", "")
    assert row.judged


@pytest.mark.parametrize(("score", "text"), [(None, "-"), (0.0, "0"), (10.0, "10"), (2.5, "2.5"), (6.6667, "6.6667")])
def test_points_are_written_as_people_do(score, text):
    """A dash is no score; a zero is a zero."""
    assert line_of("ada", drawn(result("ada", score))) == ["ada", text, text]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain Zoë 数", "plain Zoë 数"),
        ("two\nlines", "two lines"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("\x9b2J", "\ufffd2J"),
        ("a\rb\tc\x00\x7f", "a b c\ufffd\ufffd"),
        ("\u202egnp.exe", "\ufffdgnp.exe"),
        ("\ud800", "\ufffd"),
    ],
)
def test_nothing_in_a_message_steers(text, shown):
    """Escape sequences, direction marks and line breaks reach neither the terminal nor the CSV."""
    failed = result(checks=[check(message=text)])
    (row,) = rows(failed)
    assert row["first_trouble"] == f"f: {shown}"
    assert f"f: {shown}" in drawn(failed)


def test_table_shows_student_points_and_trouble():
    """One line a student, a dash where there is no score."""
    text = drawn(result("ada", 10.0), result("bob", None, problem="no JSON"))
    assert line_of("ada", text) == ["ada", "10", "10"]
    assert line_of("bob", text) == ["bob", "-", "-", "NOT", "JUDGED:", "no", "JSON"]


@pytest.mark.parametrize("name", ["[bold red]eve[/]", "[link=https://a.org]x[/link]", "[/]", ":smile:"])
def test_markup_is_shown_not_obeyed(name):
    """A student's name and messages are text, whatever they look like."""
    text = drawn(result(name, checks=[check(message=name)]))
    assert text.count(name) == 2


def test_control_characters_do_not_reach_the_terminal():
    """Neither from a name nor from a message."""
    text = drawn(result("eve\x1b[2J", checks=[check(message="\x1b]0;title\x07")]))
    assert "\x1b[2J" not in text
    assert "\x1b]0" not in text
    assert "\x07" not in text


@pytest.mark.parametrize(
    ("results", "line"),
    [
        (
            [result(score=10.0), result(), result(score=None, problem="x", isolation="")],
            "3 submissions: 1 with full marks, 1 with something to mend, 1 not judged. Isolation: bwrap.",
        ),
        (
            [result(score=None, isolation="")],
            "1 submission: 0 with full marks, 0 with something to mend, 1 not judged. Isolation: none needed.",
        ),
        (
            [result(score=10.0, isolation="none"), result(score=10.0)],
            "2 submissions: 2 with full marks, 0 with something to mend, 0 not judged."
            " Isolation: bwrap, none (student code ran unprotected).",
        ),
    ],
)
def test_summary_counts_the_class(results, line):
    """Full marks, something to mend, not judged; and on which rungs."""
    assert report.summary([report.row(result) for result in results]) == line


def test_csv_has_a_row_for_each_student():
    """An empty cell is no score, a zero is a zero."""
    assert rows(result("ada", 0.0), result("bob", None, problem="no JSON", isolation="")) == [
        {
            **{"student": "ada", "f": "0.0", "score": "0.0", "max_score": "10.0", "isolation": "bwrap"},
            **{"judged": "yes", "first_trouble": ""},
        },
        {
            **{"student": "bob", "f": "", "score": "", "max_score": "10.0", "isolation": ""},
            **{"judged": "no", "first_trouble": "NOT JUDGED: no JSON"},
        },
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-rf", "@SUM(A1)", "\t=1", "\r=1", "\n=1+1", '=HYPERLINK("http://x")'])
def test_no_cell_is_a_formula(name):
    """A name that a spreadsheet would calculate is marked as text."""
    (row,) = rows(result(name))
    assert not row["student"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert name.strip() in row["student"]


@pytest.mark.parametrize("name", ['say "hi"', "a,b", "semi;colon", "'quoted'"])
def test_csv_quotes_what_separates(name):
    """A name with commas, quotes or line breaks stays one cell."""
    assert [row["student"] for row in rows(result(name), result("next"))] == [name, "next"]
