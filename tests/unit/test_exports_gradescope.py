"""Gradescope's results.json: scores that add up, no number for what was not judged, text that stays text."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradkit.grader.disclosure import Disclosure
from gradkit.grader.exports.gradescope import not_judged_json, results_json
from gradkit.grader.model import Check, Outcome, Question, SubmissionResult, score_of

PASSED, FAILED, NOT_JUDGED = Outcome


def check(id="c", outcome=PASSED, weight=1.0, **fields):
    """Return a check."""
    return Check(id=id, description=f"{id} is right.", outcome=outcome, weight=weight, **fields)


def question(*checks, points=10.0, id="f"):
    """Return a question with the score that its checks bring."""
    return Question(id=id, score=score_of(checks, points), max_score=points, checks=checks)


def result(*questions, **fields):
    """Return a result with the score that its questions bring."""
    scores = [each.score for each in questions]
    fields = {"problem": None, "isolation": "bwrap", "student": "ada", "assignment": "hw", **fields}
    return SubmissionResult(
        score=None if None in scores else round(sum(scores), 4),
        max_score=sum(each.max_score for each in questions),
        questions=questions,
        **fields,
    )


def parsed(result, **settings):
    """Return the document with exact numbers."""
    return json.loads(results_json(result, Disclosure(**settings)), parse_float=Decimal)


def test_a_check_becomes_a_test():
    """With its share of the points, whether it passed, and what to do about it."""
    failed = check("shape", FAILED, 3.0, message="It was (2,).", hint="Sum over axis 1.")
    document = parsed(result(question(check("value"), failed), seconds=1.25))
    assert document["score"] == Decimal("2.5")
    assert document["execution_time"] == Decimal("1.25")
    assert document["tests"] == [
        {
            **{"name": "f: value is right.", "number": "1.1", "status": "passed", "output": ""},
            **{"score": Decimal("2.5"), "max_score": Decimal("2.5"), "visibility": "visible"},
        },
        {
            **{"name": "f: shape is right.", "number": "1.2", "status": "failed"},
            **{"output": "It was (2,). Sum over axis 1.", "visibility": "visible"},
            **{"score": Decimal("0.0"), "max_score": Decimal("7.5")},
        },
    ]


WEIGHTS = st.lists(st.tuples(st.floats(0.01, 100), st.sampled_from(["passed", "failed", "blocked"])), min_size=1)
POINTS = st.integers(1, 1_000_000).map(lambda units: units / 10_000)


@given(st.lists(st.tuples(POINTS, WEIGHTS), min_size=1, max_size=4))
def test_scores_add_up_exactly(shapes):
    """The tests' scores to the score, their maxima to the maximum, in decimal figures."""
    questions = []
    for points, weights in shapes:
        checks = [
            check(
                f"c{n}", NOT_JUDGED if how == "blocked" else Outcome(how), weight, blocked_by="c0" * (how == "blocked")
            )
            for n, (weight, how) in enumerate(weights)
        ]
        questions.append(question(*checks, points=points))
    document = parsed(result(*questions))
    assert sum(test["score"] for test in document["tests"]) == document["score"]
    assert sum(test["max_score"] for test in document["tests"]) == sum(
        Decimal(str(each.max_score)) for each in questions
    )
    assert all(0 <= test["score"] <= test["max_score"] for test in document["tests"])


def test_a_check_that_waits_for_a_failed_one_says_so():
    """It counts, and the student learns which one to mend first."""
    waits = check("gradient", NOT_JUDGED, blocked_by="loss")
    document = parsed(result(question(check("loss", FAILED), waits)))
    assert document["tests"][1]["output"] == "Not judged, because this failed: loss is right."
    assert document["tests"][1]["status"] == "failed"
    assert document["score"] == 0


def test_a_check_without_weight_has_no_points():
    """It is shown, and cannot move the sum."""
    document = parsed(result(question(check(), check("style", FAILED, 0.0))))
    assert "score" not in document["tests"][1]
    assert document["score"] == 10


@given(st.lists(st.tuples(POINTS, WEIGHTS), min_size=1, max_size=4))
def test_where_checks_are_not_shown_a_question_is_a_test(shapes):
    """It tells its points alone, and the sums are what they were."""
    questions = [
        question(*(check(f"c{n}", FAILED, weight) for n, (weight, _) in enumerate(weights)), points=points, id=f"f{i}")
        for i, (points, weights) in enumerate(shapes)
    ]
    document = parsed(result(*questions), level="points")
    assert [(test["name"], test["output"]) for test in document["tests"]] == [(each.id, "") for each in questions]
    assert sum(test["score"] for test in document["tests"]) == document["score"]
    assert [test["max_score"] for test in document["tests"]] == [Decimal(str(each.max_score)) for each in questions]


def test_what_was_not_judged_has_no_number_anywhere():
    """Not at the top and not in tests, so that nothing can be taken for a zero; a person has to look."""
    unjudged = question(check("loss", NOT_JUDGED), id="g")
    document = parsed(result(question(check("a", FAILED, message="Off by 2.")), unjudged, problem="the sandbox failed"))
    assert "score" not in document
    assert "tests" not in document
    assert document["output"].startswith("Not judged: the sandbox failed. A person will look at it;")
    assert "Off by 2." in document["output"]
    assert document["extra_data"]["judged"] is False


def test_a_submission_without_a_result_has_no_number_either():
    """Only the reason."""
    document = json.loads(not_judged_json("the autograder has a fault"))
    assert document["output"].startswith("Not judged: the autograder has a fault. A person will look at it;")
    assert not {"score", "tests"} & set(document)


def test_the_output_tells_isolation_notes_and_limits():
    """What concerns the submission as a whole."""
    full = result(question(check()), notes=("f is defined twice",), limits_hit=("call_seconds",), isolation="noopen")
    assert parsed(full)["output"].splitlines() == [
        "10 of 10 points for what is graded automatically.",
        "Note: f is defined twice",
        "Limit reached: call_seconds",
        "Isolation: noopen.",
    ]


@pytest.mark.parametrize("visibility", ["visible", "hidden", "after_due_date", "after_published"])
def test_visibility_is_the_instructors_choice(visibility):
    """For the whole and for each test; standard output stays with the instructors."""
    document = parsed(result(question(check())), gradescope=visibility)
    assert {document["visibility"], document["tests"][0]["visibility"]} == {visibility}
    assert document["stdout_visibility"] == "hidden"


@given(st.text())
def test_student_text_stays_text(text):
    """Nothing is sent as HTML or Markdown, no control character and no half of a surrogate pair is sent at all."""
    failed = check(outcome=FAILED, message=text, hint=text)
    encoded = results_json(result(question(failed), notes=(text,), problem=text), Disclosure())
    document = json.loads(encoded)
    formats = {document[key] for key in ("output_format", "test_output_format", "test_name_format")}
    assert formats == {"text"}
    assert document["tests"][0]["output"].isprintable()
    assert all(line.isprintable() for line in document["output"].split("\n"))
    assert encoded.encode("utf-8")
