"""The engine's errors: one tree, and a student's fault that keeps its public words apart from its details."""

import pickle

import pytest

from gradkit.errors import GradkitError
from gradkit.grader.errors import (
    CourseError,
    FaultKind,
    GuestFault,
    InstructorError,
    IsolationError,
    StudentFault,
    SubmissionError,
    SuiteError,
)


@pytest.mark.parametrize("error", [CourseError, SuiteError, IsolationError])
def test_what_the_instructor_can_mend_is_one_kind(error):
    """The command line prints these and exits."""
    assert issubclass(error, InstructorError)


@pytest.mark.parametrize("error", [InstructorError, SubmissionError, StudentFault, GuestFault])
def test_there_is_one_tree(error):
    """Everything raised on purpose is a GradkitError."""
    assert issubclass(error, GradkitError)


@pytest.mark.parametrize("error", [SubmissionError, StudentFault, GuestFault])
def test_nobody_elses_errors_are_the_instructors(error):
    """A student's hand-in never stops a class."""
    assert not issubclass(error, InstructorError)


def test_a_fault_without_details_has_its_public_sentence():
    """Details default to what is public; the text of the exception is the public one."""
    fault = StudentFault(FaultKind.DIED, "ended the process")
    assert (str(fault), fault.public, fault.details, fault.exception) == (*["ended the process"] * 3, "")


def test_details_are_kept_apart():
    """Whoever prints the exception prints the public sentence."""
    fault = StudentFault(FaultKind.RAISED, "raised ValueError", "raised ValueError: 0.7315", "ValueError")
    assert str(fault) == "raised ValueError"
    assert fault.details == "raised ValueError: 0.7315"


@pytest.mark.parametrize("error", [CourseError, SuiteError, IsolationError, GuestFault])
def test_errors_travel_between_processes(error):
    """A worker's error reaches the command line with its text."""
    copy = pickle.loads(pickle.dumps(error("what happened")))  # noqa: S301 - made in this line
    assert (type(copy), str(copy)) == (error, "what happened")
