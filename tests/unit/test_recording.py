"""What a suite asks is kept as it was asked, with what came back and what the reference makes of it."""

import numpy as np
import pytest

from gradkit.grader.errors import FaultKind, GuestFault, StudentFault
from gradkit.grader.recording import Recorder
from gradkit.grader.sandbox.report import Report

CHECK = ("f", "works")


def report(value):
    """Return what a call that brought a value reports."""
    return Report(value, (), (), False, 0, False, {}, 0.0)


def recorded(ask, *arguments, reference=lambda x: 2 * x):
    """Let a recorder see one call; return what is kept of it."""
    recorder = Recorder({"f": reference})
    recorder.record(CHECK, "f", "watched", arguments, ask)
    (call,) = recorder.calls[CHECK]
    return call


def test_answer_is_passed_on_and_kept():
    """The suite gets what it would have got, and the record says who was asked for what and how."""
    recorder = Recorder({"f": lambda x: 2 * x})
    answer = report(5)
    assert recorder.record(CHECK, "f", "watched", (3,), lambda: answer) is answer
    (call,) = recorder.calls[CHECK]
    assert (call.function, call.way, call.arguments, call.report, call.raised) == ("f", "watched", (3,), answer, "")
    assert (call.expected, call.reference_raised) == (6, "")
    assert call.seconds >= 0


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (StudentFault(FaultKind.RAISED, "raised ValueError", "raised ValueError: no"), "raised ValueError: no"),
        (StudentFault(FaultKind.TIMED_OUT, "did not return"), "did not return"),
        (GuestFault("no memory"), "did not run: the sandbox failed (no memory)"),
    ],
)
def test_fault_is_passed_on_and_kept(fault, told):
    """The suite sees the same exception; the instructor reads all that the student's code said."""

    def ask():
        raise fault

    recorder = Recorder({"f": lambda x: 2 * x})
    with pytest.raises(type(fault)) as caught:
        recorder.record(CHECK, "f", "call", (3,), ask)
    (call,) = recorder.calls[CHECK]
    assert caught.value is fault
    assert (call.report, call.raised, call.expected) == (None, told, 6)


def test_arguments_are_kept_as_they_were():
    """Whatever suite or reference does to an array afterwards."""
    argument = np.ones(3)

    def ask():
        argument[0] = 7
        return report(None)

    def reference(x):
        x[1] = 8
        return x

    call = recorded(ask, argument, reference=reference)
    assert call.arguments[0].tolist() == [1, 1, 1]
    assert call.expected.tolist() == [1, 8, 1]


def test_reference_may_fail():
    """A check may ask for what the reference refuses, and its suite goes on."""
    call = recorded(lambda: report(1), 0, reference=lambda x: 1 // x)
    assert (call.expected, call.reference_raised) == (
        None,
        "ZeroDivisionError: integer division or modulo by zero",
    )


def test_reference_may_overflow():
    """A warning of numpy's is no fault of anybody's."""
    assert recorded(lambda: report(1), np.array([1e4]), reference=np.exp).expected.tolist() == [np.inf]
