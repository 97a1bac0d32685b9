"""Any well-formed answers of a guest that was taken over: a report, or a fault in words, and nothing else."""

import contextlib
import itertools
import signal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.fuzz.properties import GRADED, NAIVE, as_notebook, assert_clear, in_tests
from tests.fuzz.scripted import EXECUTED, PREPARED, SOUND_REPORT, Death, Script, ScriptedSandbox
from tests.fuzz.wire_values import FLOATS, HIDDEN, INTEGERS, TEXTS, VALUES

from gradkit.grader.errors import FaultKind, GuestFault, StudentFault
from gradkit.grader.model import Limits
from gradkit.grader.sandbox.channel import End
from gradkit.grader.sandbox.prepared import Prepared
from gradkit.grader.sandbox.student import Student
from gradkit.grader.sandbox.wire import Kind
from gradkit.notebook import read_notebook

SOURCES = ("x = 1\nfor i in range(3):\n    x += 1", f"def {NAIVE}(W, X, y, reg):\n    return 0.0, W")
NOTEBOOK = read_notebook(as_notebook(*SOURCES), "softmax.ipynb")

SMALL = st.integers(-1, 4)
NUMBERS = st.one_of(SMALL, INTEGERS)
FILES = st.one_of(st.sampled_from(["<cell 1>", "<cell 2>", "<cell \u0661>", "<cell 99999>", "<cell -1>"]), TEXTS)
EXCEPTIONS = st.sampled_from(
    ["ValueError", "MemoryError", "OSError", "RuntimeError", "NotImplementedError", "", "__import__", "print", HIDDEN]
)
RAISED_TEXTS = st.one_of(st.sampled_from([f"[Errno {n}] {HIDDEN}" for n in (1, 2, 11, 24, 999)]), TEXTS)
POSITIONS = st.lists(NUMBERS, max_size=3).map(tuple)
LINES = st.lists(st.tuples(FILES, NUMBERS, NUMBERS), max_size=3).map(tuple)
REPORTS = st.one_of(
    st.tuples(POSITIONS, POSITIONS, st.booleans(), NUMBERS, st.booleans(), LINES),
    st.tuples(VALUES, VALUES, VALUES, VALUES, VALUES, VALUES),
    st.just(SOUND_REPORT),
    VALUES,
)
ENDS = st.builds(
    End,
    st.one_of(st.sampled_from([0, *(int(number) for number in signal.Signals)]), st.integers(0, 0xFFFF)),
    st.floats(0, 100),
    st.integers(0, 2**40),
    st.booleans(),
)
LOSSES = st.builds(
    Death,
    st.sampled_from([FaultKind.TIMED_OUT, FaultKind.DIED, FaultKind.TOO_LARGE, FaultKind.PROTOCOL]),
    ENDS,
    st.booleans(),
)
RESULTS = st.tuples(st.just(Kind.RESULT), st.tuples(VALUES, REPORTS).map(list))
RAISED = st.tuples(st.just(Kind.ERROR), st.tuples(EXCEPTIONS, RAISED_TEXTS, NUMBERS, NUMBERS).map(list))
FRAMES = st.tuples(st.integers(0, 255), st.lists(VALUES, max_size=6))
ANSWERS = st.one_of(RESULTS, RAISED, FRAMES, LOSSES)
FAILURES = st.lists(st.one_of(st.tuples(NUMBERS, NUMBERS, EXCEPTIONS, TEXTS), VALUES), max_size=3).map(tuple)
AFTER_EXECUTION = st.one_of(
    st.tuples(st.just(Kind.EXECUTED), st.tuples(FAILURES).map(list)), st.just(EXECUTED), FRAMES, LOSSES
)
OTHERS = st.lists(st.sampled_from(GRADED), max_size=2).map(tuple)
NAMED = st.lists(st.tuples(st.sampled_from(GRADED), OTHERS), max_size=2).map(tuple)
LOOPS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, TEXTS), max_size=2).map(tuple)
DEFINED = st.lists(st.tuples(st.one_of(st.sampled_from(GRADED), TEXTS), SMALL, SMALL), max_size=3).map(tuple)
SOUND = {
    "problems": st.lists(st.tuples(NUMBERS, NUMBERS, TEXTS), max_size=2).map(tuple),
    "functions": DEFINED,
    "rebound": DEFINED,
    "reads": NAMED,
    "reflection": NAMED,
    "loops": st.lists(st.tuples(st.sampled_from(GRADED), LOOPS), max_size=2).map(tuple),
    "spans": st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), max_size=3).map(tuple),
}
BEFORE_EXECUTION = st.one_of(
    st.tuples(st.just(Kind.PREPARED), st.tuples(*(SOUND[name] for name in Prepared._fields)).map(list)),
    st.just(PREPARED),
)
SCRIPTS = st.builds(
    Script,
    calls=st.lists(ANSWERS, min_size=1, max_size=4),
    prepared=BEFORE_EXECUTION,
    executed=AFTER_EXECUTION,
    seconds=st.sampled_from([0.0, 0.0, 1.0, 20.0]),
    cpu=FLOATS,
)


def use(script):
    """Ask a student's functions all that a suite may ask, in the order of a grading."""
    student = Student(ScriptedSandbox(script), NOTEBOOK, GRADED, Limits())
    reports = []
    for number, name in enumerate((NAIVE, NAIVE, *GRADED)):
        student.begin_check(name, published=number == 0)
        for way in (student.call, student.watched, student.counted):
            with contextlib.suppress(GuestFault), faults_in_words():
                reports.append(way(name, 1.0))
        with contextlib.suppress(GuestFault), faults_in_words():
            student.others_named(name)
            student.reflection(name)
            assert all(place.isprintable() for place in student.loops(name))
    for name in GRADED:
        for one, other in itertools.pairwise(reports):
            assert student.growing_line(name, one, other, 504).isprintable()
    for note in student.notes():
        assert_clear(note)
    student.close()


@contextlib.contextmanager
def faults_in_words():
    """Let faults of the student pass if they can be shown; what hidden inputs may be in is for details alone."""
    try:
        yield
    except StudentFault as fault:
        assert_sayable(fault)


def assert_sayable(fault):
    """Assert that what is said of a fault can be shown, and that the exception's text is for details alone."""
    assert_clear(f"Your function {fault.public}")
    assert_clear(f"Your function {fault.details}")
    assert fault.kind is not FaultKind.RAISED or HIDDEN not in fault.public


@in_tests
@given(SCRIPTS)
def test_any_answers(script):
    """Values, reports, exceptions and deaths of any kind, in any order."""
    use(script)


@in_tests
@given(FRAMES)
@example((Kind.PREPARED, [1, 2, 3, 4, 5, 6, 7]))
@example((Kind.PREPARED, []))
def test_any_answer_before_code_ran(frame):
    """What cannot be read there is a fault of the sandbox: nothing of the student's has run yet."""
    student = Student(ScriptedSandbox(Script([FRAMES], prepared=frame)), NOTEBOOK, GRADED, Limits())
    with pytest.raises(GuestFault) as caught:
        student.call(NAIVE, 1.0)
    assert_clear(str(caught.value))
