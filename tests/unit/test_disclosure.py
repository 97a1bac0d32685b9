"""What students may see of a result: less at each lower level, and never what failed on our side."""

import msgspec
import pytest

from gradkit.grader.comments import comment
from gradkit.grader.disclosure import LEVELS, Disclosure, disclosed
from gradkit.grader.feedback import feedback_page
from gradkit.grader.model import OUR_FAULT, Check, Outcome, Question, SubmissionResult

WAITS = Check(
    id="dW",
    description="WAITING-DESCRIPTION",
    outcome=Outcome.NOT_JUDGED,
    weight=1,
    message="WAITING-MESSAGE",
    blocked_by="loss",
)
FAILED = Check(
    id="loss", description="DESCRIPTION", outcome=Outcome.FAILED, weight=3, message="MESSAGE", hint="HINT", seconds=0.5
)
QUESTION = Question(id="f", score=0.0, max_score=10.0, checks=(FAILED, WAITS))
RESULT = SubmissionResult(
    student="ada",
    assignment="hw",
    score=0.0,
    max_score=10.0,
    problem=OUR_FAULT,
    fault="FAULT: W = 0.123",
    isolation="bwrap",
    questions=(QUESTION,),
    notes=("NOTE",),
    limits_hit=("call_seconds",),
)
TEXTS = {
    "points": {"NOTE", OUR_FAULT},
    "verdicts": {"NOTE", OUR_FAULT, "DESCRIPTION", "WAITING-DESCRIPTION"},
    "messages": {"NOTE", OUR_FAULT, "DESCRIPTION", "WAITING-DESCRIPTION", "MESSAGE", "WAITING-MESSAGE", "call_seconds"},
}
TEXTS["hints"] = TEXTS["messages"] | {"HINT"}


def at(level, result=RESULT):
    """Return what students see at a level."""
    return disclosed(result, Disclosure(level=level))


def texts(value):
    """Return every text in a record that is told to somebody."""
    if isinstance(value, dict):
        return {text for key, inner in value.items() if key not in ("id", "blocked_by") for text in texts(inner)}
    if isinstance(value, list | tuple):
        return {text for inner in value for text in texts(inner)}
    return {value} if isinstance(value, str) else set()


RECORD = {"ada", "hw", "bwrap", "failed", "not_judged", ""}


@pytest.mark.parametrize("level", LEVELS)
def test_level_shows_these_texts(level):
    """Each level shows what is listed, and nothing else that anybody has written."""
    assert texts(msgspec.to_builtins(at(level))) - RECORD == TEXTS[level]


@pytest.mark.parametrize("level", LEVELS)
def test_points_are_the_same_at_every_level(level):
    """Score, points and version of a hand-in do not depend on it."""
    seen = at(level)
    assert (seen.score, seen.max_score, seen.notebook_sha256) == (0.0, 10.0, RESULT.notebook_sha256)
    assert [(question.id, question.score, question.max_score) for question in seen.questions] == [("f", 0.0, 10.0)]


def test_all_but_faults_is_shown_unless_somebody_says_otherwise():
    """The default is the highest level."""
    assert Disclosure().level == LEVELS[-1]
    assert at("hints").questions == RESULT.questions


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_in_the_record_stays_there(level):
    """The instructor's record is another object, and is not touched."""
    before = msgspec.json.encode(RESULT)
    at(level)
    assert msgspec.json.encode(RESULT) == before


COMMENTS = {
    "points": "0 of 10 points.",
    "verdicts": "0 of 10 points: 0 of 2 checks passed.\nDESCRIPTION: no.",
    "messages": "0 of 10 points: 0 of 2 checks passed.\nDESCRIPTION: MESSAGE",
    "hints": "0 of 10 points: 0 of 2 checks passed.\nDESCRIPTION: MESSAGE HINT",
}


@pytest.mark.parametrize("level", LEVELS)
def test_comment_at_each_level(level):
    """It reads well whatever is left out."""
    shown = at(level)
    assert comment(shown, shown.questions[0]) == COMMENTS[level]


@pytest.mark.parametrize(
    ("level", "start"), [("points", None), ("verdicts", "DESCRIPTION"), ("messages", "MESSAGE"), ("hints", "HINT")]
)
def test_page_begins_with_the_most_helpful_thing_that_is_shown(level, start):
    """Hint, else message, else which check failed first; without checks there is nothing to begin with."""
    page = feedback_page(at(level), None, None, {}, "Homework")
    assert ("Start here" in page) is (start is not None)
    assert f'<p dir="auto">{start}</p>' in page or start is None
