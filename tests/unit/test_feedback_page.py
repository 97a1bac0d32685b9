"""The page a student gets: everything that helps is on it, and nothing on it does anything."""

import importlib.resources
import json
from html.parser import HTMLParser

import pytest

from gradkit.grader.course import Submission
from gradkit.grader.disclosure import Disclosure, disclosed
from gradkit.grader.errors import SubmissionError
from gradkit.grader.feedback import Lesson, feedback_page, opened
from gradkit.grader.feedback.page import LIMITS
from gradkit.grader.model import (
    OUR_FAULT,
    Check,
    FinalGrade,
    FinalQuestion,
    Limits,
    Outcome,
    Question,
    SubmissionResult,
)
from gradkit.notebook import read_notebook

PASSED, FAILED, NOT_JUDGED = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_JUDGED
DASH, MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"
VOID = {"meta", "br", "wbr"}
HARMLESS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "section", "footer", "div", "p", "span"),
    *("h1", "h2", "h3", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "ul", "li", "a", "bdi", "br", "wbr"),
    *("strong", "em", "pre", "code", "blockquote"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "name", "content", "class", "id", "href", "scope", "role", "dir"),
    *("aria-label", "aria-labelledby"),
}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{7*7}} {% raw %} {# gone #}",
    "]]></style></title></pre><svg/onload=alert(1)>",
    "&lt;b&gt; &amp;",
    "<!-- --> <a href='javascript:alert(1)'>",
]
INVISIBLE = ["\x00", "\x1b[2J", "\u202egnp.exe", "\u2066", "\u200b", "\ufeff", "\ud800"]


class Page(HTMLParser):
    """A page as a browser would see it: its text, its tags, its attributes."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.pieces = [], set(), [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.pieces += [" "] if tag in ("td", "th") else []

    def handle_data(self, data):
        if "style" not in self.open:
            self.pieces.append(data)

    @property
    def text(self):
        """The text on one line."""
        return " ".join("".join(self.pieces).split())


def check(outcome=PASSED, **fields):
    """Return a check with this outcome."""
    return Check(**{"id": "c", "description": "It works.", "outcome": outcome, "weight": 1.0, **fields})


def result(*checks, score=10.0, **fields):
    """Return Ada's result with one question f."""
    question = Question(id="f", score=score, max_score=10.0, checks=checks)
    settings = {
        "student": "ada",
        "problem": None,
        "isolation": "bwrap",
        **fields,
    }
    return SubmissionResult(assignment="hw", score=score, max_score=10.0, questions=(question,), **settings)


def final(**fields):
    """Return the gradebook's record of question f."""
    return FinalQuestion(**{"id": "f", "score": 10.0, "max_score": 10.0, "auto_score": 10.0, **fields})


def row(*questions, penalty=0.0, **fields):
    """Return Ada's row in the gradebook."""
    raw = sum(question.score for question in questions)
    points = {"raw_score": raw, "penalty": penalty, "score": max(raw - penalty, 0), "max_score": 10.0 * len(questions)}
    names = {"student": "ada", "assignment": "hw", "timestamp": "2025-03-01T23:10:00+01:00", **fields}
    return FinalGrade(questions=questions, **points, **names)


def notebook(*cells):
    """Return a notebook of (kind, source, grade_id)."""
    made = [
        {"cell_type": kind, "source": source, "metadata": {"nbgrader": {"grade_id": name}}}
        for kind, source, name in cells
    ]
    data = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})
    return read_notebook(data.encode(), "hw.ipynb")


def html_of(graded=None, grade=None, handed_in=None, lessons=(), title="Homework"):
    """Return the page's source, where students see all that they ever do."""
    shown = graded and disclosed(graded, Disclosure())
    return feedback_page(shown, grade, handed_in, dict(lessons), title)


def text_of(*arguments, **keywords):
    """Return what a student reads."""
    return Page(html_of(*arguments, **keywords)).text


def hostile_page(text):
    """Return a page on which a text stands wherever somebody else than us can put one."""
    checks = (
        check(id="a", description=text),
        check(FAILED, id="b", message=text, hint=text),
        check(FAILED, id="c", message=text),
        check(NOT_JUDGED, id="d", description=text, blocked_by=text),
        check(NOT_JUDGED, id="e", description=text, message=text),
    )
    graded = result(*checks, student=text, notes=(text,), limits_hit=(text,))
    written = final(id="w", written=True, comment=text)
    names = {"first_name": text, "last_name": text, "timestamp": text}
    grade = row(final(comment=text), written, final(id=text, needs_manual_grade=True), student=text, **names)
    handed_in = notebook(("code", f"def f():\n    {text}", "f"), ("markdown", text, "w"))
    return html_of(graded, grade, handed_in, {"f": Lesson((text, text), 3, 1.0)}, text)


# ---------------------------------------------------------------------- nothing does anything


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text):
    """Whatever somebody writes is on the page as text, and the page's tags are ours."""
    page = Page(hostile_page(text))
    assert page.text.count(text) >= 15
    assert page.tags <= HARMLESS
    assert {name for name, _ in page.attributes} <= ATTRIBUTES
    assert all(value.startswith("#q") for name, value in page.attributes if name == "href")


@pytest.mark.parametrize("text", INVISIBLE)
def test_invisible_characters_are_shown(text):
    """Control characters, marks of direction and half characters become a visible sign."""
    page = hostile_page(f"a{text}b")
    page.encode()
    assert text[0] not in page
    assert f"a\ufffd{text[1:]}b" in page


@pytest.mark.parametrize("text", HOSTILE)
def test_an_unreadable_file_is_told_as_text(text):
    """The sentence about a file may quote its name."""
    page = Page(html_of(result(score=None), handed_in=SubmissionError(f"no {text}")))
    assert f"Your notebook could not be read: no {text}." in page.text
    assert page.tags <= HARMLESS


def test_the_page_forbids_scripts_and_loads_nothing():
    """A policy in the page itself refuses all but its own style."""
    attributes = Page(html_of(result())).attributes
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in attributes
    assert not [value for name, value in attributes if name in ("src", "action", "style")]


def test_long_texts_are_bounded():
    """A megabyte of code or comment does not become a megabyte of page."""
    handed_in = notebook(("code", "def f(): pass\n" + "#<>&\n" * 20_000, "f"), ("markdown", "<" * 10**6, "w"))
    grade = row(final(comment="<" * 10**6), final(id="w", written=True))
    assert len(html_of(result(check(FAILED, message="<" * 10**6)), grade, handed_in)) < 1_000_000


def test_a_long_paragraph_is_told_whole():
    """In Markdown a paragraph is often one line."""
    answer = "word " * 1000 + "end"
    assert answer in text_of(None, row(final(id="w", written=True, comment=answer)))


def test_faults_of_ours_stay_with_us():
    """What went wrong on our side may quote hidden values, so only that it did is told."""
    fault = "the check failed (ValueError): W = 0.123"
    graded = result(check(NOT_JUDGED), score=None, problem=OUR_FAULT, fault=fault, isolation="none")
    text = text_of(graded, handed_in=notebook())
    assert "0.123" not in text
    assert "ValueError" not in text
    assert "isolation" not in text.lower()


# ---------------------------------------------------------------------- what is told


def test_what_is_right_comes_before_what_is_wrong_and_the_hint_before_both():
    """Hint, what is right, what was seen, and the code with the line that a message names."""
    graded = result(
        check(id="a", description="The loss is right."),
        check(
            FAILED, id="b", description="The gradient is right.", message="dW is off, see cell 1, line 2.", hint="N!"
        ),
        score=5.0,
    )
    page = html_of(graded, handed_in=notebook(("code", "def f():\n\treturn 1", "f")))
    text = Page(page).text
    parts = ["Start here N!", "What is right (1 check) The loss is right.", "What is not right yet (1 check)"]
    parts += ["The gradient is right. costs 5 points dW is off", "Your code (cell 1 of your notebook)", "def f():"]
    assert sorted(parts, key=text.index) == parts
    assert page.count('<span class="line') == 2
    assert "named above: return 1" in text


def test_without_a_hint_one_starts_with_what_was_seen():
    """The message is told once, at the top."""
    text = text_of(result(check(FAILED, message="The loss is zero."), score=0.0))
    assert "Start here The loss is zero." in text
    assert text.count("The loss is zero.") == 1


@pytest.mark.parametrize(
    ("checks", "score", "told"),
    [
        ([check(), check(FAILED, weight=0.0)], 10.0, "It works. costs nothing"),
        ([check(FAILED, id="b"), check(NOT_JUDGED, blocked_by="b")], 0.0, "It works. together 5 points"),
        ([check(FAILED, id="b", weight=0), check(NOT_JUDGED, blocked_by="b")], 0.0, "(1 check) It works. What could"),
        ([check(FAILED, id="b", weight=0.3), check(weight=2.7)], 9.0, "It works. costs 1 point "),
    ],
)
def test_points_that_a_check_costs(checks, score, told):
    """A share of the weight, nothing for a remark; no word for a check on which others hang."""
    assert told in f"{text_of(result(*checks, score=score))} "


def test_checks_that_wait_are_told_under_what_they_wait_for():
    """A check that waits names the failed one by its description."""
    checks = [check(FAILED, id="b", description="Can be called."), check(NOT_JUDGED, id="d", blocked_by="b")]
    assert "What could not be tried yet Once this is right: Can be called." in text_of(result(*checks, score=0.0))


@pytest.mark.parametrize(
    ("score", "grade", "told"),
    [
        (None, None, "A person will look at it; no points are lost by this."),
        (None, row(final(auto_score=None, manual_score=8.0, score=8.0)), "No points were lost by this."),
        (None, row(final(auto_score=None, score=0.0, needs_manual_grade=True)), "Not final yet. A person still has"),
        (10.0, None, "No points were lost by this."),
    ],
)
def test_what_is_not_judged_costs_nothing(score, grade, told):
    """Our fault is called ours; a person will look, or has looked."""
    text = text_of(result(check(NOT_JUDGED, description="It is fast."), score=score), grade)
    assert "Not judged, and not your doing We could not run this check: a fault of ours" in text
    assert "It is fast." in text
    assert told in text


def test_no_points_yet_is_no_zero():
    """Without any score the page shows a dash."""
    text = text_of(result(score=None))
    assert f"{DASH} of 10 points so far" in text
    assert f"f {DASH} of 10 a person will look" in text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (final(score=7.0, auto_score=5.0, manual_score=7.0), "changed the points; the automatic checks alone gave 5."),
        (final(score=11.0, extra_credit=1.0), "11 of 10 points"),
        (final(score=11.0, extra_credit=1.0), "1 point of extra credit is included."),
        (final(score=10.5, extra_credit=0.5), "0.5 points of extra credit are included."),
        (final(comment="Two\nlines"), "A person's comment Two"),
        (final(score=6.6667, auto_score=6.6667), "6.67 of 10 points"),
        (final(needs_manual_grade=True), "A person still has to look at this question."),
    ],
)
def test_what_a_person_did_is_told(question, told):
    """The gradebook's points count, and changes by a person are named."""
    assert told in text_of(result(check()), row(question))


def test_no_cost_of_checks_where_a_person_gave_the_points():
    """Their sum would not be the score."""
    assert "costs" not in text_of(result(check(FAILED), score=0.0), row(final(score=7.0, manual_score=7.0)))


def test_late_penalty_is_shown_with_sum_and_total():
    """Raw score, penalty and score, as the gradebook has them."""
    text = text_of(result(check()), row(final(), penalty=2.5))
    assert f"Sum 10 Late penalty {MINUS}2.5 handed in after the due time Total 7.5" in text
    assert "7.5 of 10 points" in text
    assert "penalty" not in text_of(result(check()), row(final()))


def test_a_row_alone_makes_a_page():
    """Written answers: points, comment, the answer as plain text; nothing of checks."""
    handed_in = notebook(("markdown", "**Because** <b>\nlog C", "answer_1"))
    answer = final(id="answer_1", score=1.0, max_score=2.0, manual_score=1.0, auto_score=None, written=True)
    text = text_of(None, row(answer, first_name="Ada", last_name="Lovelace"), handed_in)
    assert "Feedback for Ada Lovelace" in text
    assert "Answer 1 1 of 2 read by a person" in text
    assert "Your answer (cell 1 of your notebook) **Because** <b>log C" in text
    assert f"handed in on 1 March 2025, 22:10 UTC, whose SHA-256 begins with {handed_in.sha256[:12]}." in text
    assert "check" not in text


def test_an_answer_that_waits_to_be_read():
    """A written answer without points has a dash, not a zero."""
    text = text_of(None, row(final(id="a", score=0.0, auto_score=None, needs_manual_grade=True, written=True)))
    assert f"{DASH} of 10 points A person still has to read your answer." in text


def test_a_result_alone_makes_a_page():
    """The points are those of the checks, and the page says so."""
    text = text_of(
        result(check(), notebook_sha256="0123456789abcdef"), lessons={"f": Lesson(("Title", "2. Loss"), 12, 10.0)}
    )
    assert "10 of 10 points From the automatic checks." in text
    assert "Where to read: section “2. Loss”, cell 12 of the notebook you were given" in text
    assert "Everything here is right. Well done!" in text
    assert "the version of hw.ipynb whose SHA-256 begins with 0123456789ab." in text


@pytest.mark.parametrize("limit", Limits.__struct_fields__)
def test_each_limit_has_a_sentence(limit):
    """Limits that were reached are told in plain words, beside the remarks on the notebook."""
    text = text_of(result(notes=("f is defined twice",), limits_hit=(limit,)))
    assert f"About your notebook f is defined twice {LIMITS[limit]}" in text


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ([("code", "def f(): 1", "f"), ("code", "def f(): 2", None)], "(cell 2 of your notebook) def f(): 2"),
        ([("code", "def f2(): 1", "f"), ("code", "x = f(2)", None)], "(cell 1 of your notebook) def f2(): 1"),
        ([("code", "f = lambda: 1", None)], "(cell 1 of your notebook) f = lambda: 1"),
        ([("code", "f == 1", None), ("markdown", "def f(): 3", "f")], "(cell 2 of your notebook) def f(): 3"),
    ],
)
def test_the_cell_that_counts_is_shown(cells, shown):
    """The last definition counts; without one the cell made for the question."""
    assert f"Your code {shown}" in text_of(result(check()), handed_in=notebook(*cells))


@pytest.mark.parametrize(("digest", "shown"), [("", True), ("of this version", True), ("of another", False)])
def test_code_of_another_version_is_not_shown(digest, shown):
    """Messages name lines of the version that was graded."""
    handed_in = notebook(("code", "def f(): 1", "f"))
    graded = result(check(), notebook_sha256=digest.replace("of this version", handed_in.sha256))
    assert ("Your code" in text_of(graded, handed_in=handed_in)) is shown


@pytest.mark.parametrize(
    ("timestamp", "told"), [("", ""), ("2025-03-01", "1 March 2025, 00:00 UTC"), ("yesterday", "yesterday")]
)
def test_when_it_was_handed_in(timestamp, told):
    """A time without a zone is UTC; what is no time is shown as it is."""
    text = text_of(None, row(final(), timestamp=timestamp))
    assert (f"Handed in on {told}." in text) is bool(told)


def test_a_notebook_without_the_function_shows_no_code():
    """No cell, no code."""
    assert "Your code" not in text_of(result(check()), handed_in=notebook(("code", "x = 1", None)))


@pytest.mark.parametrize(
    ("graded", "grade", "complaint"),
    [
        (None, None, "needs a result or a grade, got neither"),
        (result(), row(final(), student="bob"), "pass those of one student"),
        (result(), row(final(), assignment="other"), "pass those of one student"),
    ],
)
def test_a_page_is_about_one_hand_in(graded, grade, complaint):
    """Nothing, or records of two students, make no page."""
    with pytest.raises(ValueError, match=complaint):
        html_of(graded, grade)


@pytest.mark.parametrize(
    ("submission", "sentence"),
    [
        (Submission(student="ada", problem="hw.ipynb is missing"), "hw.ipynb is missing"),
        (Submission(student="ada", notebook=b"no"), "hw.ipynb is not a notebook"),
    ],
)
def test_why_a_hand_in_cannot_be_opened(submission, sentence):
    """The error of a hand-in that cannot be read is returned, not raised: the page tells it."""
    error = opened(submission, "hw")
    assert isinstance(error, SubmissionError)
    assert sentence in str(error)


def test_a_readable_hand_in_is_opened():
    """A hand-in that can be read gives its notebook."""
    data = json.dumps({"nbformat": 4, "cells": []}).encode()
    assert opened(Submission(student="ada", notebook=data), "hw") == read_notebook(data, "hw.ipynb")


@pytest.mark.parametrize("name", ["page.html.jinja", "page.css"])
def test_the_template_is_part_of_the_package(name):
    """What the page is made from lies inside the package, so that a wheel has it."""
    assert importlib.resources.files("gradkit.grader.feedback").joinpath("templates", name).is_file()


def test_answer_that_nobody_gave_is_called_so():
    """A written question left as it was is not said to have been read."""
    given = FinalQuestion(id="answer_1", score=1.0, max_score=2.0, manual_score=1.0, written=True)
    left = FinalQuestion(id="answer_2", score=0.0, max_score=2.0, auto_score=0.0, written=True)
    grade = FinalGrade(
        student="ada",
        assignment="hw",
        raw_score=1.0,
        penalty=0.0,
        score=1.0,
        max_score=4.0,
        timestamp="",
        questions=(given, left),
    )
    page = feedback_page(None, grade, None, {}, "Homework")
    assert page.count("read by a person") == 1
    assert page.count("no answer") == 1
