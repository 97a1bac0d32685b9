"""Names the mistake behind a failed question by comparing the student's function with known-wrong twins.

On a handful of tiny inputs nearly every known mistake leaves its own fingerprint: values, an exception,
changed arguments. The student's function is run on the same inputs, in its guest. The twin that agrees
with it wherever the right function does, and in the most places beyond, is the diagnosis. Where no twin
does, nothing is said: silence is better than a guess.
"""

import hmac
import importlib.util
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .catalogue import Mistake, load_catalogue
from .errors import StudentFault, SuiteError
from .sandbox.student import Student

RTOL, ATOL = 1e-6, 1e-8
MAX_SIZE = 100_000
Probe = tuple[Any, ...]
_KIND = {"IndexError": "shape", "ValueError": "shape", "TypeError": "shape", "AxisError": "shape"}
"""Exceptions that the same mistake with shapes raises in one style of code or another."""


class Behaviour(NamedTuple):
    """What a function did on one probe: its values or the exception it raised; which arguments it changed."""

    values: tuple[Any, ...]
    changed: tuple[int, ...]
    raised: str = ""

    def agrees_with(self, other: "Behaviour") -> bool:
        """Tell whether two functions did the same, up to rounding; nan agrees with nan."""
        return (
            _KIND.get(self.raised, self.raised) == _KIND.get(other.raised, other.raised)
            and self.changed == other.changed
            and len(self.values) == len(other.values)
            and all(_equal(mine, theirs) for mine, theirs in zip(self.values, other.values, strict=True))
        )


class Diagnostician:
    """Knows the fingerprints of a catalogue of mistakes and finds the one that fits a student's function."""

    def __init__(self, mistakes: Sequence[Mistake], probes: Sequence[Probe], right: Callable[..., Any]) -> None:
        self._probes = probes
        self._right = [behaviour_of(right, probe) for probe in probes]
        self._twins = [(m, [behaviour_of(m.function, probe) for probe in probes]) for m in mistakes]

    def explain(self, student: Student, name: str) -> str | None:
        """Return the sentence of the mistake that the student's function makes, or None if none fits."""
        try:
            seen = [_behaviour_of_student(student, name, probe) for probe in self._probes]
        except StudentFault:
            return None
        fits = self._fits(seen)
        return fits[0].sentence if fits else None

    def _fits(self, seen: Sequence[Behaviour]) -> list[Mistake]:
        """Return the mistakes that explain most of what was seen, those first in the catalogue first.

        Where several explain it equally well, there must be a value that the right function does not have:
        exceptions alone have too many reasons to choose by.
        """
        right = _agreement(seen, self._right)
        if len(right) == len(seen):
            return []
        candidates = []
        for twin, behaviours in self._twins:
            agreed = _agreement(seen, behaviours)
            if right <= agreed and any(_tells(seen[number]) for number in agreed):
                strange = len(seen) - len(agreed | _agreement(self._right, behaviours))
                candidates.append((-len(agreed), strange, agreed, twin))
        most = max((-negative for negative, *_ in candidates), default=0)
        if most <= max(len(right), len(seen) // 2):
            return []
        # Among equals, the one that does least that neither the student's nor the right function does.
        best = sorted((c for c in candidates if -c[0] == most), key=lambda candidate: candidate[1])
        evidence = set().union(*(agreed - right for _, _, agreed, _ in best))
        sure = len(best) == 1 or any(_tells(seen[number]) for number in evidence)
        return [twin for *_, twin in best] if sure else []


def load_diagnostician(folder: Path, seed: bytes, right: Callable[..., Any]) -> Diagnostician | None:
    """Return the diagnostician of a suite's ``mistakes.py`` and ``probes.py``; None if it has neither."""
    mistakes, probes = _module(folder / "mistakes.py"), _module(folder / "probes.py")
    if mistakes is None or probes is None:
        return None
    rng = np.random.default_rng(int.from_bytes(hmac.digest(seed, b"probes", "sha256")))
    try:
        return Diagnostician(load_catalogue(mistakes), probes.probes(rng), right)
    except Exception as error:
        raise SuiteError(f"mistakes.py or probes.py of the hidden suite: {type(error).__name__}: {error}") from error


def behaviour_of(function: Callable[..., Any], probe: Probe) -> Behaviour:
    """Return what a function of ours does on a probe; it gets copies."""
    arguments = [np.copy(a) if isinstance(a, np.ndarray) else a for a in probe]
    try:
        with np.errstate(all="ignore"):
            value = function(*arguments)
    except Exception as error:  # noqa: BLE001 - a twin crashes where the student's code would
        return Behaviour((), (), type(error).__name__)
    changed = tuple(n for n, old in enumerate(probe) if not np.array_equal(old, arguments[n], equal_nan=True))
    return Behaviour(_values(value), changed)


def _behaviour_of_student(student: Student, name: str, probe: Probe) -> Behaviour:
    try:
        report = student.watched(name, *probe)
    except StudentFault as fault:
        if fault.exception in {"", "MemoryError"}:  # it died, stalled or grew: once is enough
            raise
        return Behaviour((), (), fault.exception)
    return Behaviour(_values(report.value), tuple(report.changed))


def _values(returned: Any) -> tuple[Any, ...]:
    """Return what a function returned as a flat tuple of floats, float64 arrays, and names of other types."""
    return tuple(map(_value, returned if isinstance(returned, tuple) else (returned,)))


def _value(returned: Any) -> Any:
    """Return a number, an array of several, or the name of a type; an array of one number is that number."""
    if isinstance(returned, str):  # from the wire: the name of a type that it does not carry
        return returned
    if isinstance(returned, np.ndarray | np.generic):
        comparable = returned.size <= MAX_SIZE and returned.dtype.kind in "bfiu"
    else:
        comparable = isinstance(returned, bool | int | float)
    if not comparable:
        return type(returned).__name__
    array = np.asarray(returned, np.float64)
    return float(array.reshape(())) if array.size == 1 else array


def _agreement(seen: Sequence[Behaviour], others: Sequence[Behaviour]) -> set[int]:
    pairs = enumerate(zip(seen, others, strict=True))
    return {number for number, (mine, theirs) in pairs if mine.agrees_with(theirs)}


def _tells(behaviour: Behaviour) -> bool:
    """Tell whether a behaviour is evidence: an exception of a common type may have many reasons."""
    return behaviour.raised in {"", "NotImplementedError"}


def _equal(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
        return mine.shape == theirs.shape and _arrays_equal(mine, theirs)
    if isinstance(mine, float) and isinstance(theirs, float):
        # Most twins differ in the loss already, and numbers compare much faster than arrays.
        return math.isclose(mine, theirs, rel_tol=RTOL, abs_tol=ATOL) or (math.isnan(mine) and math.isnan(theirs))
    return isinstance(mine, str) and isinstance(theirs, str) and mine == theirs


def _arrays_equal(mine: NDArray[np.float64], theirs: NDArray[np.float64]) -> bool:
    scale = float(np.max(np.abs(theirs), initial=0.0, where=np.isfinite(theirs)))
    return bool(np.allclose(mine, theirs, rtol=RTOL, atol=ATOL + RTOL * scale, equal_nan=True))


def _module(path: Path) -> ModuleType | None:
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location(f"_gradkit_{path.parent.name}_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise SuiteError(f"{path.name} of the hidden suite cannot be imported")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise SuiteError(f"{path.name} of the hidden suite fails: {type(error).__name__}: {error}") from error
    return module
