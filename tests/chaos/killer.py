"""Kills processes of a grader with ``kill -9`` at random moments, and starts it again when it was itself the victim."""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter

from tests.processes import descendants, ended, family, finished, is_running, start_in, wait_until

ROLES = {"parent": 1, "worker": 2, "zygote": 3, "guest": 4}
"""How often each kind of process is chosen, where there is one; a killed parent costs most time."""
SHORTEST_PAUSE = 0.4
STRIKES = 100
"""How often it strikes, on average, in the time that a class takes undisturbed: a slow machine is struck slowly."""
BEFORE_WORKERS = 0.03
"""How likely a strike falls before the first worker is there: else a slow machine would never come beyond that."""
WITHOUT_PROGRESS = 0.1
"""How likely a parent or worker is killed although nothing was finished since the last: else nothing ever would be."""
TICK = 0.1
WHILE_LANDING = 0.5
"""How likely it strikes within a tick (in seconds) while the class lands, which takes no long time."""
MOST_LANDINGS = 6
"""How often one class is interrupted while it lands: that phase is short, and no kill brings it further."""


class Killer:
    """Strikes until it has struck often enough; the same seed makes the same choices."""

    def __init__(self, seed, wanted):
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.wanted = wanted
        self.victims = Counter()
        self.landings = 0
        self.runs = 0
        self._seen = set()
        self._reached = 0

    @property
    def satisfied(self):
        """Whether it has struck often enough."""
        return self.victims.total() >= self.wanted

    def grade(self, course, temporary, undisturbed):
        """Grade a class while striking, again and again until the command ends by itself.

        Then wait until no process is left of all that were seen, and raise AssertionError if one stays.

        Args:
            course: in which the class has handed in.
            temporary: folder for the grader's temporary files.
            undisturbed: seconds that the class takes without strikes.
        """
        pause = max(SHORTEST_PAUSE, undisturbed / STRIKES)
        results = course / "course" / "results"
        landings = self.landings
        self._reached = 0
        code = -signal.SIGKILL
        while code == -signal.SIGKILL:
            self.runs += 1
            began = time.time_ns()
            grader = start_in(course, TMPDIR=str(temporary))
            while _runs_on(grader):
                landing = is_landing(course, began)
                if self.satisfied or (landing and self.landings - landings >= MOST_LANDINGS):
                    continue
                if self.random.random() < (WHILE_LANDING if landing else TICK / pause):
                    self._strike(grader.pid, results, landing)
            code, said = ended(grader, 60)
            assert code in (-signal.SIGKILL, 0, 3), said
            assert "Traceback" not in said, said
        assert wait_until(lambda: not any(map(is_running, self._seen)), 30), "processes are left"
        self._seen.clear()

    def _strike(self, parent, results, landing):
        roles = {"parent": [parent], **family(parent)}
        self._seen.update(descendants(parent))
        reached = len(finished(results))
        victims = {role: pids for role, pids in roles.items() if pids}
        (role,) = self.random.choices(list(victims), [ROLES[role] for role in victims])
        if landing:
            likely = 1.0
        elif not roles["worker"]:
            likely = BEFORE_WORKERS
        elif role in ("parent", "worker") and reached == self._reached:
            likely = WITHOUT_PROGRESS
        else:
            likely = 1.0
        if self.random.random() >= likely:
            return
        if role in ("parent", "worker"):
            self._reached = reached
        if _killed(self.random.choice(victims[role]), parent):
            self.victims[role] += 1
            self.landings += landing


def is_landing(course, since):
    """Tell whether a class is being landed by a run that began at a time, in nanoseconds.

    Notebooks for graders wait then for the gradebook to take the class; those of an earlier, killed run are older.
    """
    for path in (course / "course" / "autograded").glob("*/softmax/*.landing"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime_ns > since:
                return True
    return False


def _runs_on(grader):
    """Wait for a tick; tell whether the grader has not ended meanwhile."""
    try:
        grader.wait(TICK)
    except subprocess.TimeoutExpired:
        return True
    return False


def _killed(victim, parent):
    """Kill a process if it is still the grader or one of its descendants; tell whether it was."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(victim)
        try:
            # From here on the number means this process: it cannot be given to another one while we hold it.
            if victim == parent or victim in descendants(parent):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                return True
        finally:
            os.close(handle)
    return False
