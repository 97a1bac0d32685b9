"""Any file as a notebook: one clear sentence, or a notebook that every later step can use."""

import hashlib
import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.fuzz.properties import GRADED, MOST_NOTES, NAIVE, assert_clear, in_tests, student_notebook, student_version

from gradkit import notebook as reader
from gradkit.errors import SubmissionError
from gradkit.facts import Facts
from gradkit.grader.disclosure import Disclosure, disclosed
from gradkit.grader.feedback.page import feedback_page
from gradkit.grader.model import Check, Outcome, Question, SubmissionResult
from gradkit.grader.nbgrader.autograded import autograded, made_from
from gradkit.grader.sandbox import wire
from gradkit.notebook import read_notebook

NAME = "softmax.ipynb"
FAILED = Check(
    id="loss",
    description="The loss is right.",
    outcome=Outcome.FAILED,
    weight=1.0,
    message="It is not, in cell 2, line 1 (`x`).",
)
RESULT = SubmissionResult(
    student="ada",
    assignment="softmax",
    score=0.0,
    max_score=2.0,
    problem=None,
    isolation="bwrap",
    questions=tuple(Question(id=name, score=0.0, max_score=1.0, checks=(FAILED,)) for name in GRADED),
)


def read_and_use(data):
    """Take a file the way that a submitted notebook goes in the trusted processes."""
    try:
        notebook = read_notebook(data, NAME)
    except SubmissionError as error:
        assert_clear(str(error))
        show(None, msgspec.structs.replace(RESULT, score=None, problem=str(error)), str(error))
        return
    assert notebook.sha256 == hashlib.sha256(data).hexdigest()
    say_what_is_odd(notebook)
    asked = wire.frame(wire.Kind.PREPARE, 1, [notebook.code(), list(GRADED), True])
    cells, *_ = wire.values(asked[wire.HEADER.size :], 3)
    assert list(cells) == notebook.code()
    show(notebook, msgspec.structs.replace(RESULT, notebook_sha256=notebook.sha256))


def say_what_is_odd(notebook):
    """Put into words what the notebook's file alone tells."""
    facts = Facts(dict(notebook.code()), GRADED, notebook.remarks(GRADED))
    notes = facts.notes()
    assert len(notes) <= MOST_NOTES
    for sentence in (*notes, *map(facts.why_missing, GRADED)):
        assert_clear(sentence)
    for number, source in notebook.code():
        for line in (0, 1, source.count("\n") + 1):
            assert facts.place(number, line).isprintable()


def show(notebook, result, problem=""):
    """Make what graders and the student see."""
    made = json.loads(autograded(notebook, student_version(), result))
    marks = [cell["metadata"]["nbgrader"] for cell in made["cells"] if "nbgrader" in cell["metadata"]]
    names = [settings["grade_id"] for settings in marks]
    assert sorted(names) == sorted(set(names))
    wanted = {name for name in student_version().marked if student_version().settings(name)["grade"]}
    assert wanted <= set(names)
    assert all(cell.keys() >= {"cell_type", "id", "metadata", "source"} for cell in made["cells"])
    assert made_from(json.dumps(made).encode()) == result.notebook_sha256
    told = disclosed(result, Disclosure())
    page = feedback_page(told, None, notebook or SubmissionError(problem), {}, "Softmax")
    page.encode()  # no half of a surrogate pair, which no browser reads


# ---------------------------------------------------------------------- whatever is JSON, in place of a notebook

ANY_TEXT = st.text(st.characters(), max_size=12)  # half surrogate pairs and control characters, too
NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([4, 3, 4.0, 10**4200, 1e999]))
ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, ANY_TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(ANY_TEXT, inner, max_size=3)),
    max_leaves=4,
)
PIECES = st.sampled_from(
    [
        f"def {NAIVE}(W, X, y, reg):\n",
        f"    def {NAIVE}",
        "    return 0.0, W\n",
        "\r\n",
        "\N{LINE SEPARATOR}",
        "\0",
        "\ud800",
        "\U0001f600",
        "\x1b[2J",
        "\N{RIGHT-TO-LEFT OVERRIDE}",
        "<script>",
        "[a](javascript:x)",
        "```",
        "~~~~",
        "\\begin{x}",
        "&lt;",
        "$\\href{x}{y}$",
    ]
)
SOURCES = st.lists(st.one_of(PIECES, ANY_TEXT), max_size=5)
MARKS = st.fixed_dictionaries(
    {"grade_id": st.one_of(st.sampled_from([*GRADED, *student_version().marked]), ANY_JSON)},
    optional={"grade": st.one_of(st.booleans(), ANY_JSON), "solution": st.one_of(st.booleans(), ANY_JSON)},
)
CELLS = st.one_of(
    st.fixed_dictionaries(
        {
            "cell_type": st.one_of(st.sampled_from(["code", "markdown", "raw"]), ANY_JSON),
            "source": st.one_of(SOURCES, SOURCES.map("".join), ANY_JSON),
        },
        optional={
            "metadata": st.one_of(st.fixed_dictionaries({"nbgrader": st.one_of(MARKS, ANY_JSON)}), ANY_JSON),
            "outputs": ANY_JSON,
        },
    ),
    ANY_JSON,
)
NOTEBOOKS = st.fixed_dictionaries(
    {
        "nbformat": st.one_of(st.just(4), st.just(4), st.just(4), ANY_JSON),
        "cells": st.one_of(st.lists(CELLS, max_size=6), ANY_JSON),
    },
    optional={"metadata": ANY_JSON},
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32-be", "latin-1"])


def written(content, ascii_only, encoding):
    """Return a notebook as a file's bytes."""
    errors = "surrogatepass" if "utf" in encoding else "replace"
    return json.dumps(content, ensure_ascii=ascii_only).encode(encoding, errors)


def mutated(data, changes):
    """Return bytes with pieces replaced, cut out or doubled."""
    for place, length, piece in changes:
        start = place % (len(data) + 1)
        data = data[:start] + piece + data[start + length :]
    return data


FILES = st.builds(written, NOTEBOOKS, st.booleans(), ENCODINGS)
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 1 << 16),
        st.integers(0, 300),
        st.one_of(st.binary(max_size=8), st.sampled_from([b'"', b"{", b"}", b"[", b"]", b",", b"\\ud800", b"1e999"])),
    ),
    max_size=4,
)


@in_tests
@given(FILES)
@example(json.dumps({"nbformat": 10**4200, "cells": []}).encode())
def test_any_notebook(data):
    """Whatever stands in the places of a notebook's parts: a sentence, or a notebook that can be used."""
    read_and_use(data)


@in_tests
@given(CHANGES)
def test_a_damaged_notebook(changes):
    """The released notebook with pieces replaced: a sentence, or a notebook that can be used."""
    read_and_use(mutated(student_notebook(), changes))


@in_tests
@given(st.binary(max_size=200))
def test_any_bytes(data):
    """The same for bytes without any sense."""
    read_and_use(data)


def cells_with(source, kind="markdown", times=1, **more):
    """Return a notebook with one cell, or several that are alike."""
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": kind, "source": source, **more}] * times}).encode()


MARKED = {"metadata": {"nbgrader": {"grade_id": NAIVE, "grade": True, "solution": True}}}


@pytest.mark.parametrize(
    "data",
    [
        cells_with("x", "code", reader.MAX_CELLS, **MARKED),
        cells_with(f"def {NAIVE}(W, X, y, reg):", "markdown", reader.MAX_CELLS, **MARKED),
        cells_with(f"def {NAIVE}(W, X, y, reg):", "raw", reader.MAX_CELLS),
    ],
    ids=["copies of the answer cell", "pasted answers", "raw answers"],
)
def test_remarks_are_bounded(data):
    """A notebook whose every cell is odd gets as many words as one with a few."""
    read_and_use(data)
