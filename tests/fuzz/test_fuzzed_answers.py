"""Any value that the wire can deliver, judged and diagnosed: a verdict on the student, never a fault of ours."""

import functools

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from tests.fuzz.answers import ANSWERS, CHANGES, scaled
from tests.fuzz.properties import NAIVE, ROOT, assert_clear, bundle, in_tests
from tests.fuzz.wire_values import ARRAYS, FLOATS, HIDDEN, VALUES

from gradkit.diagnosis import Behaviour, values_of
from gradkit.grader import compare
from gradkit.grader.compare import Disagreement
from gradkit.grader.diagnose import load_diagnosticians
from gradkit.grader.inspection.values import described, differences
from gradkit.grader.reference import reference_functions
from gradkit.grader.sandbox.wire import MAX_ITEMS

EXPECTED = np.array([[1.0, -2.0], [0.5, 1e-3], [0.0, 3.0]])


def judged(judge):
    """Return what a comparison returns, or None if it disagrees, in words that hold nothing of the value."""
    try:
        return judge()
    except Disagreement as wrong:
        said = str(wrong)
    assert_clear(said)
    assert HIDDEN not in said
    return None


def compare_all(value):
    """Judge a value in every way that a suite has."""
    assert_clear(compare.describe(value))
    assert HIDDEN not in compare.describe(value)
    for difference in (*described(value), *differences(value, EXPECTED), *differences((value,), (EXPECTED,))):
        assert difference.isprintable()
    judged(lambda: compare.plain(value, "dW"))
    number = judged(lambda: compare.scalar(value, "The loss"))
    if number is not None:
        assert type(number) is float
        judged(lambda: compare.finite(number, "The loss"))
        judged(lambda: compare.close(number, 1.5, "The loss"))
    array = judged(lambda: compare.array(value, EXPECTED.shape, "dW"))
    if array is not None:
        assert (array.dtype, array.shape) == (np.float64, EXPECTED.shape)
        judged(lambda: compare.close(array, EXPECTED, "dW", bound=np.abs(EXPECTED)))


OF_THE_SHAPE = st.lists(FLOATS, min_size=6, max_size=6).map(lambda numbers: np.array(numbers).reshape(3, 2))
FACTORS = st.sampled_from([1, -1, 2, 0.5, 3.7, 1 + 1e-9])
NEAR = st.builds(lambda factor, places: np.roll(EXPECTED, places) * factor, FACTORS, st.integers(0, 2))


@in_tests
@given(st.one_of(VALUES, ARRAYS, OF_THE_SHAPE, NEAR))
@example((np.zeros((0, 1 << 40), np.bool_),) * 3)
def test_any_value_is_judged(value):
    """Shapes, dtypes and numbers of every kind."""
    compare_all(value)


@functools.cache
def reference():
    """Return the reference function."""
    return reference_functions(bundle())[NAIVE]


@functools.cache
def diagnostician():
    """Return what finds the mistakes of the sample assignment."""
    functions = {NAIVE: reference()}
    return load_diagnosticians(ROOT / "autograder" / "softmax", bundle().seed, functions)[NAIVE]


def diagnose(usual, sometimes, raised, changed):
    """Diagnose a function that answers in one way usually and in others on some probes."""
    seen = []
    for number in range(len(diagnostician().probes)):
        answer = sometimes.get(number, usual)
        if number in raised:
            seen.append(Behaviour((), (), raised[number]))
        else:
            seen.append(Behaviour(values_of(answer(*right_on(number))), changed))
    diagnosis = diagnostician().diagnose(seen)
    for sentence in diagnosis.sentences:
        assert_clear(sentence)
        assert HIDDEN not in sentence


@functools.cache
def right_on(number):
    """Return the right loss and gradient on a probe."""
    return reference()(*diagnostician().probes[number].arguments)


PROBES = st.integers(0, 25)
EXCEPTIONS = st.sampled_from(["ValueError", "IndexError", "OverflowError", "NotImplementedError", HIDDEN])
UNUSUAL = st.dictionaries(PROBES, ANSWERS, max_size=3)
RAISED = st.one_of(st.just({}), st.dictionaries(PROBES, EXCEPTIONS, max_size=3))
CHANGED = st.sampled_from([(), (), (), (0,), (1, 1), tuple(range(9)), (MAX_ITEMS - 1,)])


@in_tests
@given(ANSWERS, UNUSUAL, RAISED, CHANGED)
@example(CHANGES["flattened"], {20: CHANGES["one number more"]}, {}, ())
@example(functools.partial(scaled, 1e308, -1e307), {}, {}, ())
def test_any_behaviour_is_diagnosed(usual, sometimes, raised, changed):
    """A function that does one thing mostly, and others here and there."""
    diagnose(usual, sometimes, raised, changed)
