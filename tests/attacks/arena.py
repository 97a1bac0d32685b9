"""Where attacks are made: a neighbour is graded, then the attacker, then a neighbour, by one grader on one rung.

The grader is the real one, in a worker process of the kind that grades a class. What student code runs on the ``none``
rung, to show that an attack is real, touches nothing but the arena's own files, the loopback interface and processes
of its own.
"""

import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, NamedTuple, Self

from gradkit.grader import executors
from gradkit.grader.sandbox import ladder

from . import ground
from .attack import Attack
from .bench import FULL, Attacked, Neighbour, grade_attacker, grade_neighbour

MOST_SECONDS = 120.0


class Outcome(NamedTuple):
    """An attack between two neighbours."""

    before: Neighbour
    attacked: Attacked
    after: Neighbour

    @property
    def harm(self) -> tuple[str, ...]:
        """Everything that the attack achieved, in words; nothing if it was stopped."""
        found = list(self.attacked.gains)
        for when, neighbour in (("before", self.before), ("after", self.after)):
            if neighbour.score != FULL:
                found.append(f"the neighbour {when} it has {neighbour.score} points")
        changed = set(self.after.world.split("\n")) ^ set(self.before.world.split("\n"))
        return (*found, *(f"the next guest finds: {line}" for line in sorted(changed)))


class Arena:
    """Makes attacks on one rung."""

    def __init__(self, rung: ladder.Rung) -> None:
        self.rung = rung
        self._folder = tempfile.TemporaryDirectory(prefix="gradkit-arena-", ignore_cleanup_errors=True)
        self._root = Path(self._folder.name)
        ground.furnish(self._root)
        self._pool: ProcessPoolExecutor | None = None
        self._before: Neighbour | None = None

    def make(self, attack: Attack) -> Outcome:
        """Grade a neighbour, the attacker and a neighbour; the one after this attack is the one before the next."""
        before = self._before or self._ask(grade_neighbour)
        self._before = None
        try:
            attacked = self._ask(grade_attacker, attack)
        except (BrokenProcessPool, OSError) as error:  # it took too long, died, or found something where it must not be
            self._end_worker()
            attacked = Attacked((f"the worker failed: {type(error).__name__}: {error}",))
        outcome = Outcome(before, attacked, self._ask(grade_neighbour))
        self._before = outcome.after if not outcome.harm else None
        return outcome

    def close(self) -> None:
        """End the worker and remove everything."""
        self._end_worker()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, task: Callable[..., Any], *arguments: Any) -> Any:
        self._pool = self._pool or executors._pool(1, self._root / "scratch")
        return self._pool.submit(task, str(self._root), self.rung.name, *arguments).result(MOST_SECONDS)

    def _end_worker(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in (pool._processes or {}).values():
                process.kill()
            pool.shutdown()
