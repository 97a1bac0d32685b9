"""Result records: how points follow from checks, and the public JSON format."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from gradkit.grader.model import Check, Limits, Outcome, Question, SubmissionResult, result_schema, score_of

SCHEMA = Path(__file__).parents[2] / "docs" / "result.schema.json"


def check(outcome, weight=1.0, blocked_by=None):
    """Return a check that ended this way."""
    return Check(id="c", description="d", outcome=outcome, weight=weight, blocked_by=blocked_by)


PASSED, FAILED = check(Outcome.PASSED), check(Outcome.FAILED)
BLOCKED = check(Outcome.NOT_JUDGED, blocked_by="other")
OURS = check(Outcome.NOT_JUDGED)
OURS_WITHOUT_WEIGHT = check(Outcome.NOT_JUDGED, weight=0.0)


@pytest.mark.parametrize(
    ("checks", "score"),
    [
        ([PASSED], 10),
        ([FAILED], 0),
        ([PASSED, FAILED], 5),
        ([PASSED, check(Outcome.FAILED, 3)], 2.5),
        ([PASSED, PASSED, FAILED], 6.6667),
        ([PASSED, check(Outcome.FAILED, 0)], 10),
        ([PASSED, BLOCKED], 5),
        ([FAILED, BLOCKED, BLOCKED], 0),
        ([PASSED, OURS], None),
        ([FAILED, OURS], None),
        ([OURS], None),
        ([PASSED, OURS_WITHOUT_WEIGHT], 10),
        ([check(Outcome.PASSED, 0)], None),
        ([], None),
    ],
)
def test_score_is_the_passed_share_of_the_weight(checks, score):
    """A check blocked by a failed one counts as not passed; our own faults leave no score at all."""
    assert score_of(tuple(checks), 10) == score


@pytest.mark.parametrize(
    ("one", "counts"), [(PASSED, True), (FAILED, True), (BLOCKED, True), (OURS, False), (OURS_WITHOUT_WEIGHT, False)]
)
def test_only_what_we_did_not_judge_does_not_count(one, counts):
    """A blocked check belongs to the question's total, a fault of ours does not."""
    assert one.counts is counts


def test_first_failure_is_the_first_in_the_suites_order():
    """Blocked and passed checks before it are not failures."""
    failed = check(Outcome.FAILED, 2)
    question = Question(id="f", score=0, max_score=1, checks=(PASSED, BLOCKED, failed, FAILED))
    assert question.first_failure() is failed


def test_without_a_failure_there_is_no_first_one():
    """A question that passed has no first failure."""
    assert Question(id="f", score=1, max_score=1, checks=(PASSED,)).first_failure() is None


def result(**changes):
    """Return a whole result record."""
    question = Question(id="f", score=5.0, max_score=10.0, checks=(PASSED, FAILED, BLOCKED))
    fields = {
        **{"student": "ada", "assignment": "hw", "score": 5.0, "max_score": 10.0, "problem": None},
        **{"isolation": "bwrap", "questions": (question,)},
    }
    return SubmissionResult(**{**fields, **changes})


@pytest.mark.parametrize(("score", "judged"), [(5.0, True), (0.0, True), (None, False)])
def test_a_zero_is_judged_and_no_score_is_not(score, judged):
    """Zero points and no score are different things."""
    assert result(score=score).judged is judged


@pytest.mark.parametrize(
    ("problem", "fault", "reason"), [(None, None, ""), ("unreadable", None, "unreadable"), ("a fault", "in b", "in b")]
)
def test_instructors_read_what_failed_on_our_side(problem, fault, reason):
    """The fault where there is one; students read the problem."""
    assert result(problem=problem, fault=fault).reason == reason


@pytest.mark.parametrize("changes", [{}, {"score": None, "problem": "unreadable", "questions": ()}])
def test_a_record_survives_its_json(changes):
    """What is written can be read again, and the schema agrees with it."""
    record = result(**changes)
    text = msgspec.json.encode(record)
    jsonschema.validate(json.loads(text), result_schema(), cls=jsonschema.Draft202012Validator)
    assert msgspec.json.decode(text, type=SubmissionResult) == record


@pytest.mark.parametrize(
    "damage",
    [
        lambda record: record.pop("format_version"),
        lambda record: record.pop("notes"),
        lambda record: record.update(score="five"),
        lambda record: record["questions"][0]["checks"][0].update(outcome="maybe"),
        lambda record: record["questions"][0].pop("checks"),
    ],
    ids=["no version", "no notes", "score in words", "unknown outcome", "no checks"],
)
def test_schema_refuses_what_is_no_result(damage):
    """Every field is always there, and of its type."""
    record = json.loads(msgspec.json.encode(result()))
    damage(record)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, result_schema(), cls=jsonschema.Draft202012Validator)


def test_the_documented_schema_is_the_programs():
    """docs/result.schema.json is what `gradkit schema` prints."""
    assert json.loads(SCHEMA.read_text()) == result_schema()


def test_the_schema_is_a_schema():
    """It is valid by the rules of JSON Schema itself."""
    assert jsonschema.Draft202012Validator.check_schema(result_schema()) is None


def test_limits_refuse_what_they_do_not_know():
    """A misspelt limit is an error, not a default."""
    with pytest.raises(msgspec.ValidationError, match="memory_gb"):
        msgspec.convert({"memory_gb": 2}, Limits)
