"""Names the mistake behind a failed question: runs the student's function on the suite's probes, in its guest."""

import hmac
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from gradkit.diagnosis import Behaviour, Diagnosis, Diagnostician, Fingerprints, take_fingerprints, values_of

from .catalogue import load_catalogue
from .errors import StudentFault, SuiteError
from .sandbox.student import Student


def explain(diagnostician: Diagnostician, student: Student, name: str) -> Diagnosis:
    """Return what can be said about a student's function; nothing if it dies, stalls or grows."""
    try:
        return diagnostician.diagnose([_behaviour(student, name, probe.arguments) for probe in diagnostician.probes])
    except StudentFault:
        return Diagnosis()


def load_diagnosticians(
    folder: Path, seed: bytes, reference: Mapping[str, Callable[..., Any]]
) -> dict[str, Diagnostician]:
    """Return the diagnostician of each question by a suite's ``mistakes.py`` and ``probes.py``; none without them.

    Questions that ask for the same, as naive and vectorized ones do, share theirs.
    """
    found: dict[str, Diagnostician] = {}
    for name, right in reference.items():
        shared = next((other for other in found.values() if other.is_about(right)), None)
        if shared is not None:
            found[name] = shared
        elif (fingerprints := load_fingerprints(folder, seed, right)) is not None:
            found[name] = Diagnostician(fingerprints)
    return found


def load_fingerprints(
    folder: Path, seed: bytes, right: Callable[..., Any], *, for_students: bool = False
) -> Fingerprints | None:
    """Return the fingerprints of a suite's ``mistakes.py`` on its ``probes.py``; None if it has neither.

    Args:
        folder: of the suite.
        seed: from which the probes are drawn.
        right: the reference function.
        for_students: leave out the probes that ``check()`` does without.
    """
    mistakes, probes = _module(folder / "mistakes.py"), _module(folder / "probes.py")
    if mistakes is None or probes is None:
        return None
    rng = np.random.default_rng(int.from_bytes(hmac.digest(seed, b"probes", "sha256")))
    try:
        catalogue = [(mistake.name, mistake.sentence, mistake.function) for mistake in load_catalogue(mistakes)]
        without = tuple(getattr(probes, "NOT_FOR_STUDENTS", ())) if for_students else ()
        chosen = [probe for probe in probes.probes(rng) if not probe.name.startswith(without)]
        return take_fingerprints(probes.WORDING, chosen, right, catalogue)
    except Exception as error:
        raise SuiteError(f"mistakes.py or probes.py of the hidden suite: {type(error).__name__}: {error}") from error


def _behaviour(student: Student, name: str, arguments: tuple[Any, ...]) -> Behaviour:
    try:
        report = student.watched(name, *arguments)
    except StudentFault as fault:
        if fault.exception in {"", "MemoryError"}:  # it died, stalled or grew: once is enough
            raise
        return Behaviour((), (), fault.exception)
    return Behaviour(values_of(report.value), tuple(report.changed))


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
