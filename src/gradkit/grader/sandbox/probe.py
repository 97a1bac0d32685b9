"""Chooses the rung to grade on: the strongest whose canary guest, on this machine and now, gets nothing.

That a rung starts proves nothing: a security module may be configured away. So a canary guest tries what
students must not do, and a rung on which anything succeeds is not used.
"""

import secrets
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from ..errors import GuestFault, InstructorError, IsolationError, StudentFault
from ..model import Limits
from ..scratch import Scratch
from . import advice, ladder, launch, wire

AUTOMATIC = "auto"
UNPROTECTED = (
    "WARNING: --isolation none. Student code runs unprotected: it can read the hidden suite, other submissions"
    " and your files, and forge its own grade. Every result is marked."
)
CANARY = '''
import os, socket

def attempts(secret, folder):
    """Return the names of the forbidden things that worked."""
    def reads(): return open(secret).read()
    def lists(): return os.listdir(folder) or 1 / 0
    def writes(): return open(folder + "/written", "w")
    def connects(): return socket.socket()
    def signals(): return os.kill(os.getppid() or 2, 0)
    def forks():
        if os.fork() == 0:
            os._exit(0)
        return True
    def executes(): return os.execv("/bin/true", ["true"])
    worked = []
    for attempt in (reads, lists, writes, connects, signals, forks):
        try:
            attempt()
        except BaseException:
            continue
        worked.append(attempt.__name__)
    if not worked:
        try:
            executes()
        except BaseException:
            pass
    return worked
'''
PROBE_BYTES = 1 << 20
TRIES = 4
"""How often a rung that does not start is tried: one canary killed by accident must not weaken the isolation of all."""
PROBE = Limits(call_seconds=20, submission_seconds=20, cpu_seconds=20, memory_mb=1024)


def on_standard_error(warning: str) -> None:
    """Show a warning where it is seen even if the output goes into a file."""
    sys.stderr.write(f"{warning}\n")


def choose(demanded: str = AUTOMATIC, warn: Callable[[str], object] = on_standard_error) -> ladder.Rung:
    """Return the rung to grade on.

    Args:
        demanded: a rung's name, or ``auto`` for the strongest that works; ``none`` is never chosen by itself.
        warn: gets a sentence if the rung is weaker than the strongest that there is.

    Raises IsolationError if the demanded rung, or every rung, is missing here.
    """
    if demanded == ladder.NONE.name:
        warn(UNPROTECTED)
        return ladder.NONE
    if demanded != AUTOMATIC and demanded not in ladder.RUNGS:
        known = ", ".join(ladder.RUNGS)
        raise IsolationError(f"there is no isolation named {demanded!r}; there are: {AUTOMATIC}, {known}")
    rungs = ladder.LADDER if demanded == AUTOMATIC else (ladder.RUNGS[demanded],)
    reasons: list[str] = []
    for rung in rungs:
        reason = what_is_wrong_with(rung)
        if reason is None:
            if reasons:
                warn(f"Isolation {rung.name}: nothing stronger works on this machine.\n" + "\n".join(reasons))
            return rung
        reasons.append(f"  {rung.name}: {reason}. {advice.what_to_do(rung)}")
    raise IsolationError(
        "no isolation that may be used works on this machine, so nothing was graded:\n"
        + "\n".join(reasons)
        + "\n`--isolation none` grades without protection: only for code that you trust."
    )


def require_out_of_reach(rung: ladder.Rung, places: Iterable[Path]) -> None:
    """Raise IsolationError if one of these places lies where guests on this rung read their interpreter's library."""
    for place in places if "landlock" in rung.layers else ():
        known = ladder.readable_by_guests(place)
        if known is not None:
            raise IsolationError(
                f"{place} lies in {known}, which students' code may read because the interpreter lies there:"
                " move the course, its submissions and results elsewhere, a home folder for example"
            )


def what_is_wrong_with(rung: ladder.Rung) -> str | None:
    """Return why this rung must not be used here, or None if its canary got nothing."""
    unsupported = advice.unsupported()
    if unsupported:
        return unsupported
    with Scratch("canary") as scratch:
        scratch.path.chmod(0o755)
        secret = scratch.path / "canary"
        secret.write_text(secrets.token_hex())
        secret.chmod(0o644)
        reason = ""
        for _ in range(TRIES):
            try:
                worked = _attempts(rung, str(secret), str(scratch.path))
            except (GuestFault, StudentFault, OSError, InstructorError) as error:
                reason = f"it does not start ({error})"
            else:
                return f"it lets a canary through: it {', '.join(worked)}" if worked else None
    return reason


def _attempts(rung: ladder.Rung, secret: str, folder: str) -> list[str]:
    zygote = launch.Zygote(rung, PROBE)
    try:
        guest = zygote.spawn()
        cells = [[(1, CANARY)], ["attempts"], True]
        guest.ask(wire.Kind.PREPARE, cells, PROBE.call_seconds, PROBE_BYTES)
        guest.ask(wire.Kind.EXECUTE, [], PROBE.call_seconds, PROBE_BYTES)
        call = ["attempts", [secret, folder], 0]
        kind, values = guest.ask(wire.Kind.CALL, call, PROBE.call_seconds, PROBE_BYTES)
        guest.kill()
    finally:
        zygote.close()
    if kind != wire.Kind.RESULT:
        raise GuestFault(f"the canary failed: {values}")
    return [str(name) for name in values[0]]
