"""Chooses the rung to grade on: the strongest whose canary guest, on this machine and now, gets nothing.

That a rung starts proves nothing: a security module may be configured away. So a canary guest tries what
students must not do, and a rung on which anything succeeds is not used.
"""

import secrets
import tempfile
from pathlib import Path

from ..errors import GuestFault, InstructorError, IsolationError, StudentFault
from . import ladder, launch, wire

AUTOMATIC = "auto"
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
PROBE_SECONDS, PROBE_MEMORY, PROBE_BYTES = 20, 1 << 30, 1 << 20


def choose(demanded: str = AUTOMATIC) -> ladder.Rung:
    """Return the rung to grade on.

    Args:
        demanded: a rung's name, or ``auto`` for the strongest that works; ``none`` is never chosen by itself.

    Raises IsolationError if the demanded rung, or every rung, is missing here.
    """
    if demanded == ladder.NONE.name:
        return ladder.NONE
    if demanded != AUTOMATIC and demanded not in ladder.RUNGS:
        known = ", ".join(ladder.RUNGS)
        raise IsolationError(f"there is no isolation named {demanded!r}; there are: {AUTOMATIC}, {known}")
    rungs = ladder.LADDER if demanded == AUTOMATIC else (ladder.RUNGS[demanded],)
    reasons = []
    for rung in rungs:
        reason = what_is_wrong_with(rung)
        if reason is None:
            return rung
        reasons.append(f"  {rung.name}: {reason}. It needs {rung.needs}.")
    raise IsolationError(
        "no isolation that may be used works on this machine, so nothing was graded:\n"
        + "\n".join(reasons)
        + "\nInstall bubblewrap, or grade on Linux or in a container."
        " `--isolation none` grades without protection: only for code that you trust."
    )


def what_is_wrong_with(rung: ladder.Rung) -> str | None:
    """Return why this rung must not be used here, or None if its canary got nothing."""
    with tempfile.TemporaryDirectory(prefix="gradkit-canary-") as folder:
        Path(folder).chmod(0o755)
        secret = Path(folder, "canary")
        secret.write_text(secrets.token_hex())
        secret.chmod(0o644)
        try:
            worked = _attempts(rung, str(secret), folder)
        except (GuestFault, StudentFault, OSError, InstructorError) as error:
            return f"it does not start ({error})"
    return f"it lets a canary through: it {', '.join(worked)}" if worked else None


def _attempts(rung: ladder.Rung, secret: str, folder: str) -> list[str]:
    zygote = launch.Zygote(rung, PROBE_MEMORY, PROBE_SECONDS)
    try:
        guest = zygote.spawn()
        cells = [[(1, CANARY)], ["attempts"], True]
        guest.ask(wire.Kind.PREPARE, cells, PROBE_SECONDS, PROBE_BYTES)
        guest.ask(wire.Kind.EXECUTE, [], PROBE_SECONDS, PROBE_BYTES)
        call = ["attempts", [secret, folder], 0]
        kind, values = guest.ask(wire.Kind.CALL, call, PROBE_SECONDS, PROBE_BYTES)
        guest.kill()
    finally:
        zygote.close()
    if kind != wire.Kind.RESULT:
        raise GuestFault(f"the canary failed: {values}")
    return [str(name) for name in values[0]]
