"""A class graded undisturbed, and again and again under fire until enough was struck; each time they are compared."""

import json
import shutil
import time

from tests.processes import ended, start_in

from .classes import differences, make_course, picture
from .killer import Killer

TIME_LIMITS = {"call_seconds", "cpu_seconds", "submission_seconds"}
MORE_RUNS = 3
"""How often a class is graded once more, undisturbed, while somebody is left whom two kills kept from being judged."""


class Campaign:
    """Killing while a class is graded, in a folder of its own."""

    def __init__(self, folder, seed, interruptions, every=1):
        self.folder = folder
        self.killer = Killer(seed, interruptions)
        self.calm = make_course(folder / "calm")
        names = sorted(path.name for path in (self.calm / "course" / "submitted").iterdir())
        self.temporary = folder / "temporary"
        self.temporary.mkdir(mode=0o711)
        self.rounds = 0
        self._take(set(names[::every]))

    def _take(self, names):
        """Make these students the class, and grade them undisturbed."""
        self.names = names
        shutil.rmtree(self.calm)
        make_course(self.calm, names.__contains__)
        self.expected = self._undisturbed(self.calm)

    def leave_out_slow(self):
        """Take those out of the class who ran into a limit of time, and grade the rest anew; return their names."""
        results = {path.parent.name: json.loads(path.read_bytes()) for path in results_of(self.calm)}
        slow = {name for name, result in results.items() if TIME_LIMITS & set(result["limits_hit"])}
        self._take(self.names - slow)
        return slow

    def next_round(self):
        """Grade a fresh copy of the class under fire; return how it differs from the undisturbed one, in words."""
        self.rounds += 1
        course = make_course(self.folder / f"class-{self.rounds}", self.names.__contains__)
        self.killer.grade(course, self.temporary, self.seconds)
        for _ in range(MORE_RUNS):
            if faults_of(course) == faults_of(self.calm):
                break
            self.killer.runs += 1
            self._undisturbed(course)
        found = differences(self.expected, picture(course))
        found += [f"{left.name} is left in the temporary folder" for left in self.temporary.iterdir()]
        shutil.rmtree(course)
        return found

    def _undisturbed(self, course):
        started = time.monotonic()
        code, said = ended(start_in(course, TMPDIR=str(self.temporary)), 1800)
        assert code in (0, 3), said
        if course == self.calm:
            self.seconds = time.monotonic() - started
        return picture(course)


def faults_of(course):
    """Return the faults that kept students of a graded class from being judged, or from being told why not."""
    found = {path.parent.name: json.loads(path.read_bytes())["fault"] for path in results_of(course)}
    return {name: fault for name, fault in found.items() if fault is not None}


def results_of(course):
    """Return the result files of a graded class."""
    return list((course / "course" / "results").glob("*/softmax.json"))
