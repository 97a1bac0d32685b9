"""Every error the engine raises, in one tree with those of the student's library.

::

    gradkit.errors.GradkitError
    ├── InstructorError         the instructor can mend it; the command line prints it and exits
    │   ├── CourseError         the course folder, its notebook or its settings
    │   ├── SuiteError          a hidden suite that cannot be collected
    │   ├── IsolationError      no acceptable isolation on this machine
    │   └── StoppedError        the instructor stopped the run
    ├── SubmissionError         a hand-in that cannot be read: a person has to look at it
    ├── StudentFault            what a student's function did instead of returning a value
    └── GuestFault              the sandbox failed by itself: our fault, never the student's

Only ``cli`` turns errors into exit codes.
"""

from enum import StrEnum

from gradkit.errors import GradkitError
from gradkit.errors import SubmissionError as SubmissionError  # students meet it in check.submission(), too


class InstructorError(GradkitError):
    """Something in the course or on the machine that the instructor can mend."""


class CourseError(InstructorError):
    """The course folder lacks something or holds something malformed."""


class SuiteError(InstructorError):
    """A hidden suite cannot be collected or breaks its own rules."""


class IsolationError(InstructorError):
    """No isolation that is strong enough works on this machine."""


class StoppedError(InstructorError):
    """The instructor stopped the run; what is finished is kept."""


class FaultKind(StrEnum):
    """What a student's function did instead of returning a value."""

    NOT_STARTED = "not started"
    MISSING = "missing"
    RAISED = "raised"
    TIMED_OUT = "timed out"
    OUT_OF_TIME = "out of time"
    DIED = "died"
    TOO_LARGE = "too large"
    PROTOCOL = "protocol"


class StudentFault(GradkitError):
    """A call of a student's function that brought no value.

    Attributes:
        kind: what happened.
        public: the sentence without any text that student code could have chosen: safe to show
            after a call with hidden inputs.
        details: that sentence with the student's own exception text: for calls with published inputs.
        exception: the type's name, if the function raised.
    """

    def __init__(self, kind: FaultKind, public: str, details: str = "", exception: str = "") -> None:
        super().__init__(public)
        self.kind = kind
        self.public = public
        self.details = details or public
        self.exception = exception


class GuestFault(GradkitError):
    """The sandbox failed before student code could have had a part in it.

    Attributes:
        peak: memory in bytes that a guest had taken when somebody else ended it; 0 if that is not what happened.
    """

    def __init__(self, message: str, peak: int = 0) -> None:
        super().__init__(message)
        self.peak = peak
