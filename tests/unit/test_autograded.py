"""The notebook that graders see: the course's frame, the student's words, and nothing that a browser would run."""

import html.parser
import json

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbgrader.nbgraderformat import MetadataValidator

from gradkit.grader.model import Check, Outcome, Question, SubmissionResult
from gradkit.grader.nbgrader.autograded import StudentVersion, answers, autograded, harmless_markdown, made_from
from gradkit.notebook import read_notebook

PIECES = (
    *("<", ">", "script", "</script>", "<img src=x onerror=alert(1)>", "<!--", "&lt;", "&#60;", "&", "&#x6a;"),
    *(
        "[",
        "]",
        "(",
        ")",
        "[a](javascript:alert(1))",
        "![x](http://x/y.png)",
        "[b]: javascript:x",
        "[a][b]",
        "][",
        "](",
    ),
    *("javascript:", "data:text/html,x", "<javascript:x>", "<http://x.y>", "$", "$$", "\\href{javascript:x}{y}", "\\"),
    *("`", "```", "\n", "\n\n", "    ", "* ", "# ", "|", "---", "~~", "_", "*", '"', "'", " ", "a", "é", "\\[", "\\("),
)


class Page(html.parser.HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Remember a tag and its attributes."""
        self.tags.add(tag)
        self.attributes |= set(attrs)


def cell(kind, source, grade_id=None, **settings):
    """Return a notebook cell."""
    marks = {"grade": False, "solution": False, "locked": False, "schema_version": 3, "grade_id": grade_id, **settings}
    made = {"cell_type": kind, "metadata": {"nbgrader": marks} if grade_id else {}, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


GRADED = {"grade": True, "solution": True, "points": 10, "checksum": "c" * 32}
RELEASED = [
    cell("markdown", "# Softmax"),
    cell("code", "import numpy", "setup", locked=True),
    cell("code", "def f(): stub", "f", **GRADED),
    cell("markdown", "Your answer:", "answer", **GRADED),
]


def notebook(cells, **metadata):
    """Return a notebook's bytes."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}).encode()


@pytest.fixture
def version():
    """The student version."""
    return StudentVersion(notebook(RELEASED, kernelspec={"name": "python3", "display_name": "Python 3"}))


def result(score=10.0, problem=None, sha256="5a"):
    """Return a result of one question."""
    failed = Check(id="a", description="It is right", outcome=Outcome.FAILED, weight=1, hint="Divide by N.")
    question = Question(id="f", score=score, max_score=10.0, checks=(failed,) if score is not None else ())
    return SubmissionResult(
        student="ada",
        assignment="hw",
        score=score,
        max_score=10.0,
        problem=problem,
        isolation="bwrap",
        questions=(question,),
        notebook_sha256=sha256,
    )


def shown(version, *cells, of=None):
    """Return the cells that graders see of a hand-in; checked to be a notebook that nbgrader accepts."""
    made = autograded(read_notebook(notebook(cells), "hw.ipynb"), version, of or result())
    parsed = nbformat.reads(made.decode(), as_version=4)
    nbformat.validate(parsed)
    MetadataValidator().validate_nb(parsed)
    return json.loads(made)["cells"]


def named(cells, grade_id):
    """Return the cells with a name."""
    return [each for each in cells if each["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]


def test_answers_stand_in_the_frame(version):
    """The student's function and words are there, with the report as the function's output."""
    cells = shown(version, *RELEASED[:2], cell("code", "def f(): mine", "f"), cell("markdown", "Because.", "answer"))
    assert [each["source"] for each in cells] == ["# Softmax", "import numpy", "def f(): mine", "Because."]
    assert "Divide by N." in cells[2]["outputs"][0]["text"]
    assert cells[2]["metadata"]["nbgrader"] == GRADED | {"grade_id": "f", "locked": False, "schema_version": 3}


def test_locked_cells_are_restored(version):
    """What a student wrote into a locked cell is not shown as the course's."""
    assert named(shown(version, cell("code", "import os", "setup")), "setup")[0]["source"] == "import numpy"


def test_marks_are_the_course_s(version):
    """Points, locks and types that a student changed are set back."""
    (found,) = named(shown(version, cell("markdown", "def f(): mine", "f", points=1000, locked=True)), "f")
    assert (found["cell_type"], found["metadata"]["nbgrader"]["points"]) == ("code", 10)


def test_of_copies_the_last_counts(version):
    """A copied cell keeps its text and loses its marks, as in grading."""
    cells = shown(version, cell("code", "def f(): first", "f"), cell("code", "def f(): last", "f"))
    assert [each["source"] for each in named(cells, "f")] == ["def f(): last"]
    assert "def f(): first" in [each["source"] for each in cells]


def test_missing_cells_get_their_boxes(version):
    """A person finds a place for points and comment although the student deleted it."""
    cells = shown(version, cell("markdown", "nothing else"))
    assert [each["metadata"]["nbgrader"]["grade_id"] for each in cells[1:]] == ["f", "answer"]
    assert all("not in the notebook" in each["source"] for each in cells[1:])


def test_unreadable_notebook_says_so(version):
    """The reason stands first, then the boxes."""
    made = json.loads(autograded(None, version, result(None, "hw.ipynb is <b>empty</b>")))
    assert made["cells"][0]["source"] == "**Not judged:** hw.ipynb is < b>empty< /b>"
    assert len(named(made["cells"], "f")) == len(named(made["cells"], "answer")) == 1


def test_nothing_of_the_student_but_text(version):
    """Outputs, attachments and metadata are dropped; a raw cell becomes text in a fence it cannot leave."""
    noisy = cell("code", "x") | {"outputs": [{"output_type": "display_data", "data": {"text/html": "<script>"}}]}
    noisy["metadata"] = {"tags": ["<script>"], "nbgrader": {"grade_id": "unknown"}}
    pasted = cell("markdown", "![p](attachment:p)") | {"attachments": {"p": {"image/svg+xml": "<script>"}}}
    cells = shown(version, noisy, pasted, cell("raw", "```\n<script>1</script>"))
    assert "<script>" not in json.dumps(cells[:2])
    assert cells[2]["source"].startswith("````\n```\n")
    assert not Page(markdown2html_mistune(cells[2]["source"])).tags & {"script"}


def test_made_from_tells_the_hand_in(version):
    """The hand-in's digest is found again, whatever a student writes into the cells."""
    forged = cell("code", '"gradkit": {\n"sha256": "bad"')
    assert made_from(autograded(read_notebook(notebook([forged]), "n"), version, result(sha256="5a5a"))) == "5a5a"
    assert made_from(b"{}") is None


def test_answers_are_those_that_count(version):
    """The last cell of each name that the course knows."""
    found = answers(
        read_notebook(notebook([cell("code", "1", "f"), cell("code", "2", "f"), cell("code", "3", "g")]), "n"), version
    )
    assert {name: each.source for name, each in found.items()} == {"f": "2"}


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("[a]\\(javascript:x)")
@example("<<script>script>alert(1)<</script>/script>")
@example("[![x](y)](javascript:z)")
@example("&lt;script&gt;")
@example("[a\n](javascript:x)")
@example("$<img src=x onerror=alert(1)>$")
@example("<svg\nonload=alert(1)>")
def test_words_never_become_html(text):
    """As nbconvert renders it for the formgrader: no tag beyond text formatting, and no link."""
    page = Page(markdown2html_mistune(harmless_markdown(text)))
    assert not page.tags & {"script", "img", "iframe", "svg", "style", "object", "embed", "form", "input", "math"}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    links = [value for name, value in page.attributes if name in ("href", "src")]
    assert [link for link in links if not (link or "").startswith("#")] == []


@pytest.mark.parametrize(
    "text", ["p < 1 and q > 2", "$a < b$, $$\\frac{1}{N} \\sum_i p_i$$", "**bold** `code` a & b", "x[0] = 1"]
)
def test_ordinary_words_stay(text):
    """Prose, formulas and code without tags are shown letter by letter."""
    assert harmless_markdown(text) == text


@pytest.mark.parametrize("command", ["href", "style", "class", "cssId", "require", "htmlData", "unicode"])
def test_formulas_cannot_make_links(command):
    """MathJax's commands that reach out of a formula are taken apart."""
    assert f"\\{command}" not in harmless_markdown(f"$\\{command}{{javascript:x}}{{y}}$")
