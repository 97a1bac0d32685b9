"""Reports as HTML: escaped, with headings, tables and words for who does not see colours or symbols."""

import re
from html.parser import HTMLParser

import pytest

from gradkit.checking.judging import Slope, SlopeTable
from gradkit.checking.page import function_page, submission_page
from gradkit.checking.results import CheckResult, FunctionReport, Outcome, State
from gradkit.checking.submission import SubmissionReport
from gradkit.finding import Finding, Level

EVIL = "<script>alert('x')</script> & \"quoted\""
TABLE = SlopeTable((Slope("dW[0, 1]", 1.5, -0.25, 1.1667), Slope("dW[1, 0]", 2.0, 2.0, 1e-11)), 9, 1e-6)


class Reader(HTMLParser):
    """Collects elements, and insists that all are closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.found = [], []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def read(page):
    """Return the elements of a well-formed page as (tag, attributes)."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader.found


def words(page):
    """Return the text of a page on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def report(failing=True, **changes):
    """Return a report on a function of two checks."""
    outcome = Outcome.FAILED if failing else Outcome.PASSED
    results = [
        CheckResult("a", "It can be called.", Outcome.PASSED),
        CheckResult("b", "Its slopes.", outcome, "Not the slope `x`.", TABLE),
    ]
    return FunctionReport("f", "8. Without loops", 2, **{"results": results, **changes})


def test_everything_is_escaped():
    """Names, sentences, lessons, entries of tables, findings: whatever a student writes is text."""
    results = [CheckResult(EVIL, EVIL, Outcome.FAILED, EVIL, SlopeTable((Slope(EVIL, 1.0, 2.0, 0.5),), 1, 1e-6))]
    page = function_page(FunctionReport(EVIL, EVIL, 1, results=results, diagnosis=[EVIL], notes=[EVIL]))
    missing = function_page(FunctionReport(EVIL, EVIL, 1, State.MISSING, EVIL))
    findings = submission_page(SubmissionReport(EVIL, [Finding(Level.MEND, EVIL, EVIL)]))
    for made in (page, missing, findings):
        assert "<script" not in made
        assert {tag for tag, _ in read(made)} & {"script", "style", "img"} == set()


def test_headings_language_and_label():
    """A screen reader is told what this is, in which language; the notebook's contents are left alone."""
    found = read(function_page(report(diagnosis=["Right already."], notes=["f calls g"])))
    assert found[0][0] == "section"
    assert (found[0][1]["lang"], found[0][1]["aria-label"]) == ("en", "check of f")
    headings = [attributes["class"] for tag, attributes in found if tag in ("h4", "h5")]
    assert headings == ["jp-toc-ignore tocSkip"] * 3


@pytest.mark.parametrize(
    "page", [function_page(report()), submission_page(SubmissionReport("a", [Finding(Level.OK, "f", "w")]))]
)
def test_tables_have_scopes(page):
    """Every column has a head, every row begins with or holds one."""
    found = read(page)
    rows = [tag for tag, _ in found if tag == "tr"]
    scopes = [attributes.get("scope") for tag, attributes in found if tag == "th"]
    assert None not in scopes
    tables = sum(tag == "table" for tag, _ in found)
    assert scopes.count("row") == len(rows) - tables
    assert scopes.count("col") >= 2 * tables


def test_symbols_are_decoration():
    """Each stands beside a word and is hidden from who listens."""
    page = function_page(report())
    assert re.findall(r'aria-hidden="true">(.)</span>', page) == [
        "\N{MULTIPLICATION X}",
        "\N{CHECK MARK}",
        "\N{MULTIPLICATION X}",
    ]
    assert "OK It can be called." in words(page).replace("\N{CHECK MARK} ", "")
    assert "NOT YET Its slopes. Not the slope x ." in words(page).replace("\N{MULTIPLICATION X} ", "")


def test_a_right_function_is_short():
    """What passed is folded, and so is the gradient check."""
    page = function_page(report(failing=False))
    assert page.count("<details>") == 2
    assert "All 2 public checks" in page
    assert "Public checks 2 of 2 passed. Hidden checks decide the grade." in words(page).replace(" .", ".")


def test_a_failed_gradient_check_is_open():
    """With all numbers, and how many entries are not shown."""
    page = function_page(report())
    assert page.count("<details open>") == 1
    assert "dW[0, 1] +1.5000000000 -0.2500000000 1.2e+00" in words(page)
    assert "7 more entries differ less; a relative error up to 1e-06 is allowed." in words(page)


def test_the_lesson_is_linked():
    """The fragment is the one that Jupyter gives to a heading."""
    assert '<a href="#8.-Without-loops">8. Without loops</a>' in function_page(report())


def test_checks_that_wait_are_remarked_on():
    """Once, below the table."""
    results = [CheckResult("a", "A.", Outcome.FAILED, "No."), CheckResult("b", "B.", Outcome.NOT_JUDGED)]
    assert words(function_page(report(results=results))).count("waits for a check above") == 1


def test_a_function_that_is_not_started_has_no_table():
    """There is nothing to list."""
    page = function_page(FunctionReport("f", "1. First", 9, State.NOT_STARTED))
    assert "<table" not in page
    assert "Not started: it still raises NotImplementedError." in words(page).replace(" .", ".")


def test_a_submission_lists_findings_with_words():
    """Level, what it is about, and a sentence."""
    findings = [Finding(Level.OK, "f", "found in cell 3"), Finding(Level.MEND, "hw2.ipynb", "hand it in as `hw.ipynb`")]
    page = submission_page(SubmissionReport("hw2.ipynb", findings))
    read(page)
    assert "1 thing to mend before it is handed in" in words(page)
    assert "to mend hw2.ipynb Hand it in as hw.ipynb" in words(page)
    assert "OK f Found in cell 3" in words(page)
