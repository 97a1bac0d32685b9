"""A sandbox whose guests answer what a script says: well-formed frames, whatever stands in them."""

from typing import Any, NamedTuple

from gradkit.grader.errors import FaultKind, GuestFault, StudentFault
from gradkit.grader.sandbox.channel import End
from gradkit.grader.sandbox.prepared import Prepared
from gradkit.grader.sandbox.wire import Kind

SOUND_REPORT = ((), (), False, 50, False, ())
PREPARED = (Kind.PREPARED, [()] * len(Prepared._fields))
EXECUTED = (Kind.EXECUTED, [()])


class Death(NamedTuple):
    """In place of an answer: what the channel makes of a guest that gives none."""

    kind: FaultKind
    end: End = End(0, 0.1, 0)
    stopped: bool = False


class Script(NamedTuple):
    """What guests answer: to PREPARE, to EXECUTE, and to one call after another, from the start again at the end.

    Answers are (kind, values), a Death, or a function that makes the value of a sound answer from the arguments.
    """

    calls: list[Any]
    prepared: Any = PREPARED
    executed: Any = EXECUTED
    seconds: float = 0.0
    cpu: float = 0.001


class ScriptedSandbox:
    """Spawns guests that follow a script."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.calls = 0

    def spawn(self):
        """Return the next guest."""
        return ScriptedGuest(self)

    def close(self):
        """Do nothing."""


class ScriptedGuest:
    """One guest that follows a script."""

    def __init__(self, sandbox: ScriptedSandbox) -> None:
        self._sandbox = sandbox
        self._death: Death | None = None
        self.spent = 0.0
        self.cpu = sandbox.script.cpu

    def ask(self, kind, values, seconds, reply_bytes):
        """Return what the script says."""
        script = self._sandbox.script
        self.spent += min(script.seconds, seconds)
        answer = {Kind.PREPARE: script.prepared, Kind.EXECUTE: script.executed}.get(kind)
        if kind == Kind.CALL:
            answer = script.calls[self._sandbox.calls % len(script.calls)]
            self._sandbox.calls += 1
        if isinstance(answer, Death):
            self._death = answer
            raise StudentFault(answer.kind, "ended in some way")
        if answer is None:
            raise GuestFault("the sandbox has died")
        if callable(answer):
            return Kind.RESULT, [answer(values[0], *values[1]), SOUND_REPORT]
        return answer

    def stopped(self):
        """Tell whether the guest's process has been stopped."""
        return self._death is not None and self._death.stopped

    def kill(self, grace=0):
        """Return how the guest ended."""
        return self._death.end if self._death else End(9, 0.1, 0, by_itself=False)
