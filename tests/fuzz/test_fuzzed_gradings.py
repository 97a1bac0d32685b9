"""A whole submission whose guest was taken over: judged by the real hidden suite, with a score and clear words."""

import functools

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.fuzz.answers import ANSWERS, right
from tests.fuzz.properties import as_notebook, assert_clear, bundle, in_tests
from tests.fuzz.scripted import SOUND_REPORT, Script, ScriptedSandbox
from tests.fuzz.test_fuzzed_guests import LOSSES, RAISED, REPORTS
from tests.fuzz.wire_values import HIDDEN

from gradkit.grader.course import Submission
from gradkit.grader.grade import Workplace
from gradkit.grader.model import Outcome
from gradkit.grader.reference import reference_functions
from gradkit.grader.sandbox.ladder import NONE
from gradkit.grader.sandbox.wire import Kind

# An outer pytest that turns warnings into errors would break the suite's own session.
pytestmark = pytest.mark.filterwarnings("ignore")
SUBMISSION = Submission(student="ada", notebook=as_notebook("def softmax_loss_naive(W, X, y, reg):\n    return 0.0, W"))
PUBLISHED = "can_be_called"
PLACE = Workplace()


@pytest.fixture(scope="module", autouse=True)
def closed():
    """Close the suite's session when all is done."""
    yield
    PLACE.forget()


@functools.cache
def reference():
    """Return the reference functions."""
    return reference_functions(bundle())


class Answer:
    """An answer to a call: what the reference returns, changed, with any report beside it."""

    def __init__(self, change, report=SOUND_REPORT):
        self.change, self.report = change, report

    def __call__(self, name, *arguments):
        """Return the value for these arguments."""
        return self.change(*reference()[name](*arguments))

    def __repr__(self):
        """Tell a failing example."""
        return f"Answer({self.change}, {self.report})"


def grade(calls, cpu=0.001):
    """Grade a submission whose guest gives these answers, from the start again at the end."""
    grader = PLACE.grader_for(bundle(), NONE, "fuzz")
    grader._sandbox = ScriptedSandbox(Script(calls, cpu=cpu))
    result = grader.grade(SUBMISSION)
    assert (result.problem, result.fault) == (None, None)
    assert result.score is not None
    assert 0 <= result.score <= result.max_score
    for question in result.questions:
        for check in question.checks:
            assert check.outcome is not Outcome.NOT_JUDGED or check.blocked_by
            for sentence in filter(None, (check.message, check.hint)):
                assert_clear(sentence)
                assert check.id == PUBLISHED or HIDDEN not in sentence
    assert msgspec.json.decode(msgspec.json.encode(result), type=type(result)) == result
    return result


USUAL = st.one_of(st.just(right), st.just(right), ANSWERS).map(Answer)
REPORTED = st.builds(lambda change, report: (Kind.RESULT, [change, report]), ANSWERS, REPORTS)
SCRIPTS = st.tuples(
    st.lists(USUAL, min_size=1, max_size=2), st.lists(st.one_of(USUAL, RAISED, LOSSES), max_size=2), st.integers(0, 40)
).map(lambda parts: [*(parts[0] * parts[2]), *parts[1], *parts[0]])


@settings(in_tests, max_examples=12)
@given(SCRIPTS)
@example([Answer(right)])
@example([*[Answer(right)] * 20, Answer(lambda loss, dW: None)])
def test_any_guest_is_judged(calls):
    """Right, nearly right and absurd answers, exceptions and deaths: no fault of ours, no point without a reason."""
    grade(calls)


def test_the_right_answers_are_worth_every_point():
    """So the scripted guest is as good as a real one."""
    result = grade([Answer(right)])
    assert result.score == result.max_score
