"""Any file in a results folder: a result that every later step can use, or none; never an exception."""

import json
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.fuzz.properties import GRADED, as_notebook, bundle, in_tests, student_version
from tests.fuzz.test_fuzzed_notebooks import ANY_JSON, ANY_TEXT, CHANGES, RESULT, mutated

from gradkit.grader import report
from gradkit.grader.comments import comment
from gradkit.grader.course import Submission
from gradkit.grader.disclosure import LEVELS, Disclosure, disclosed
from gradkit.grader.feedback.page import feedback_page
from gradkit.grader.model import FORMAT_VERSION, Outcome, SubmissionResult
from gradkit.grader.nbgrader.autograded import autograded
from gradkit.grader.results import Results
from gradkit.grader.sandbox.ladder import LADDER
from gradkit.notebook import read_notebook

NOTEBOOK = read_notebook(as_notebook("x = 1"), "softmax.ipynb")
SUBMISSION = Submission(student="ada", notebook=b"{}")


def load_and_use(content):
    """Load a results file and take it where results go: overview, comments, gradebook, pages."""
    with tempfile.TemporaryDirectory(prefix="gradkit-fuzz-") as folder:
        results = Results(Path(folder), "softmax")
        results.path("ada").parent.mkdir()
        results.path("ada").write_bytes(content)
        found = results.read("ada")
        results.finished(SUBMISSION, bundle(), LADDER[0])
        if found is None:
            return None
        assert type(found) is SubmissionResult
        assert (found.student, found.format_version) == ("ada", FORMAT_VERSION)
        use(found)
        results.write(found)
        assert results.read("ada") == found
        return found


def use(result):
    """Make of a result all that is made of it."""
    overview = report.row(result)
    report.as_csv([overview], GRADED)
    report.table([overview], GRADED)
    report.summary([overview])
    autograded(NOTEBOOK, student_version(), result)
    for level in LEVELS:
        told = disclosed(result, Disclosure(level=level))
        for question in told.questions:
            comment(told, question)
        feedback_page(told, None, NOTEBOOK, {}, "Softmax").encode()


NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0, -1, 1e308]))
CHECKS = st.fixed_dictionaries(
    {
        "id": ANY_TEXT,
        "description": ANY_TEXT,
        "outcome": st.sampled_from([*map(str, Outcome), "", "won"]),
        "weight": NUMBERS,
    },
    optional={
        "message": st.one_of(ANY_TEXT, st.just("cell 1, line 999999 (`x`)")),
        "hint": ANY_TEXT,
        "blocked_by": st.one_of(st.none(), ANY_TEXT),
    },
)
QUESTIONS = st.fixed_dictionaries(
    {
        "id": st.one_of(st.sampled_from(GRADED), ANY_TEXT),
        "score": st.one_of(st.none(), NUMBERS),
        "max_score": NUMBERS,
    },
    optional={"checks": st.lists(CHECKS, max_size=3)},
)
LIKE_A_RESULT = st.fixed_dictionaries(
    {
        "student": st.just("ada"),
        "assignment": st.one_of(st.just("softmax"), ANY_TEXT),
        "score": st.one_of(st.none(), NUMBERS),
        "max_score": NUMBERS,
        "problem": st.one_of(st.none(), ANY_TEXT),
        "isolation": st.one_of(st.just("bwrap"), ANY_TEXT),
        "questions": st.lists(QUESTIONS, max_size=3),
    },
    optional={
        "fault": st.one_of(st.none(), ANY_TEXT),
        "notes": st.lists(ANY_TEXT, max_size=2),
        "limits_hit": st.lists(ANY_TEXT, max_size=2),
        "notebook_sha256": ANY_TEXT,
        "versions": st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=2),
        "format_version": st.sampled_from([FORMAT_VERSION, FORMAT_VERSION, 0, 99]),
        "seconds": NUMBERS,
    },
)
CHANGED_PARTS = st.dictionaries(st.sampled_from(sorted(SubmissionResult.__struct_fields__)), ANY_JSON, max_size=2)
CONTENTS = st.builds(
    lambda result, parts, ascii_only: json.dumps({**result, **parts}, ensure_ascii=ascii_only).encode(
        "utf-8", "surrogatepass"
    ),
    LIKE_A_RESULT,
    st.one_of(st.just({}), CHANGED_PARTS),
    st.booleans(),
)


@in_tests
@given(CONTENTS)
@example(b'{"student": "\\ud800"}')
@example(b"[" * 100_000)
@example(b"1" * 5000)
def test_any_result(content):
    """Fields of any value, the right type or another."""
    load_and_use(content)


@in_tests
@given(CHANGES)
def test_a_damaged_result(changes):
    """A result with bytes replaced, as a bad disk or a hand leaves it."""
    load_and_use(mutated(msgspec.json.encode(RESULT), changes))


@in_tests
@given(st.binary(max_size=100))
def test_any_bytes(content):
    """Bytes without any sense."""
    load_and_use(content)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_in_a_result_are_finite(number):
    """JSON has no inf and nan, and what is too large for a float is no score."""
    text = json.dumps(msgspec.to_builtins(RESULT)).replace('"score": 0.0', f'"score": {number}', 1)
    assert load_and_use(text.encode()) is None
