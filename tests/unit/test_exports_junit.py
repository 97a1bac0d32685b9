"""JUnit XML of a class: well-formed whatever students write, three colours, one student at a time."""

import itertools
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradkit.grader.exports.junit import junit_xml
from gradkit.grader.model import Check, Outcome, Question, SubmissionResult


def result(*checks, score=5.0, problem=None, student="ada", seconds=0.0):
    """Return a result with one question f."""
    question = Question(id="f", score=score, max_score=10.0, checks=checks)
    return SubmissionResult(
        student=student,
        assignment="hw",
        score=score,
        max_score=10.0,
        problem=problem,
        isolation="bwrap",
        questions=(question,),
        seconds=seconds,
    )


def check(outcome=Outcome.PASSED, weight=1.0, **fields):
    """Return a check."""
    return Check(**{"id": "c", "description": "d", "outcome": outcome, "weight": weight, **fields})


def parsed(*results):
    """Return the document's root, parsed back."""
    return ET.fromstring("".join(junit_xml(results)).encode("utf-8"))  # noqa: S314 - our own text


def cases(*results):
    """Return what each testcase holds."""
    return [[child.tag for child in case] for case in parsed(*results).iter("testcase")]


@pytest.mark.parametrize(
    ("check", "inside"),
    [
        (check(), []),
        (check(Outcome.FAILED), ["failure"]),
        (check(Outcome.NOT_JUDGED, blocked_by="a"), ["skipped"]),
        (check(Outcome.NOT_JUDGED, weight=0.0), ["skipped"]),
    ],
)
def test_how_a_check_ended_is_the_kind_of_its_testcase(check, inside):
    """Failed, waiting for another, or nothing to say."""
    assert cases(result(check)) == [inside]


@pytest.mark.parametrize(
    ("checks", "inside"),
    [
        ([check(Outcome.NOT_JUDGED)], [["error"]]),
        ([check(), check(Outcome.NOT_JUDGED)], [[], ["error"]]),
        ([], [["error"]]),
        ([check()], [[], ["error"]]),
    ],
)
def test_a_result_that_was_not_judged_has_an_error(checks, inside):
    """In the check that we could not judge, or in one of its own: never silent."""
    assert cases(result(*checks, score=None, problem="no JSON")) == inside


def test_a_result_that_is_not_judged_as_a_whole_has_an_error():
    """Even if each question has a score."""
    lost = msgspec.structs.replace(result(check()), score=None, problem="our fault", fault="it cannot be written")
    (error,) = parsed(lost).iter("error")
    assert error.get("message") == "it cannot be written"


def test_a_suite_counts_its_cases():
    """As continuous integration systems expect it."""
    (suite,) = parsed(result(check(), check(Outcome.FAILED), check(Outcome.NOT_JUDGED, blocked_by="c"), seconds=2.5))
    assert suite.attrib == {
        **{"name": "hw.ada", "time": "2.500", "tests": "3"},
        **{"failures": "1", "errors": "0", "skipped": "1"},
    }


def test_a_failure_says_what_and_why():
    """The message is the headline, description and hint are the text."""
    (case,) = parsed(result(check(Outcome.FAILED, message="Off by 2.", hint="Use 0.5.", seconds=0.25))).iter("testcase")
    assert case.attrib == {"classname": "hw.ada.f", "name": "c", "time": "0.250"}
    (failure,) = case
    assert (failure.get("message"), failure.text) == ("Off by 2.", "d Use 0.5.")


def test_results_are_taken_one_by_one():
    """A large class needs little memory."""
    endless = (result(check(), student=str(n)) for n in itertools.count())
    pieces = list(itertools.islice(junit_xml(endless), 4))
    assert [piece.count("<testsuite ") for piece in pieces] == [0, 1, 1, 1]


def test_no_results_are_a_document():
    """An empty one."""
    assert len(parsed()) == 0


@pytest.mark.parametrize("start", range(0, 0x20000, 0x4000), ids=hex)
def test_no_character_breaks_the_document(start):
    """XML 1.0 allows neither control characters nor halves of surrogate pairs, escaped or not."""
    for first in range(start, start + 0x4000, 0x400):
        text = "".join(map(chr, range(first, first + 0x400)))
        assert len(parsed(result(check(Outcome.FAILED, message=text, hint=text), student=text))) == 1


@given(st.text(), st.text())
def test_student_text_cannot_leave_its_place(name, message):
    """Whatever it holds, there is one suite, one case, one failure."""
    root = parsed(result(check(Outcome.FAILED, message=message, hint=message), student=name))
    assert [element.tag for element in root.iter()] == ["testsuites", "testsuite", "testcase", "failure"]
