"""The worker's side of the arena: grades neighbours and attackers with one grader, and notices what an attack gains."""

import ctypes
import functools
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from gradkit.grader.course import Course, Submission
from gradkit.grader.grade import Grader
from gradkit.grader.hand_ins import hand_in
from gradkit.grader.model import SubmissionResult
from gradkit.grader.recording import Recorder
from gradkit.grader.results import Results
from gradkit.grader.sandbox import ladder

from . import ground
from .attack import MARK, NAIVE, Attack, code, hostile
from .unpacking import unpacked
from .world import WITNESS, WORLD

FULL = 20.0
MOST_TEXT = 50_000
ARENA_LIMITS = {"memory_mb": 1024, "reply_mb": 8, "crashes": 2}


class Neighbour(NamedTuple):
    """Who hands in right answers: the points, and what another guest of the same grader found around it."""

    score: float | None
    world: str


class Attacked(NamedTuple):
    """What came of an attacker's hand-in.

    Attributes:
        gains: a word or more for each success; nothing if there was none.
        told: everything that its author is told.
        world: what its guest found around it, if it said so.
        result: how it was graded; None if the worker did not live to tell.
    """

    gains: tuple[str, ...]
    told: str = ""
    world: str = ""
    result: SubmissionResult | None = None


class Bench:
    """The grader of a worker, and what attackers are after in it."""

    def __init__(self, root: Path, rung: ladder.Rung) -> None:
        self.root = root
        self.secret = ground.secret_file(root).read_text()
        self.results = Results(root / "results", "softmax")
        bundle = Course(root).bundle("softmax", "attacked")
        self.settings = msgspec.structs.replace(
            bundle.settings, limits=msgspec.structs.replace(bundle.settings.limits, **ARENA_LIMITS)
        )
        self.recorder = Recorder({})
        self.grader = Grader(msgspec.structs.replace(bundle, settings=self.settings), rung, "attacked", self.recorder)
        # What a grader has in memory, in its environment and behind a port of its machine.
        self.held = ctypes.create_string_buffer(self.secret.encode())
        os.environ["GRADKIT_ATTACKED"] = self.secret
        self.server = socket.create_server(("127.0.0.1", 0))

    def aims(self) -> bytes:
        """Return what attackers know of their aims, more than any student does, as student code."""
        secret = ground.secret_file(self.root)
        places = (secret, secret.parent, ground.open_folder(self.root), ground.neighbours_file(self.root))
        numbers = (self.server.getsockname()[1], os.getpid(), ctypes.addressof(self.held))
        return repr((*map(str, places), *numbers)).encode()

    def grade(self, submission: Submission, **limits: float) -> tuple[SubmissionResult, list[Any]]:
        """Return the result of a hand-in, and all that its naive function returned."""
        self.recorder.calls.clear()
        own = msgspec.structs.replace(self.settings, limits=msgspec.structs.replace(self.settings.limits, **limits))
        self.grader.bundle = msgspec.structs.replace(self.grader.bundle, settings=own)
        result = self.grader.grade(submission)
        calls = [call for made in self.recorder.calls.values() for call in made if call.function == NAIVE]
        return result, [call.report.value for call in calls if call.report is not None]


@functools.cache
def _bench(root: str, rung: str) -> Bench:
    return Bench(Path(root), ladder.RUNGS[rung])


def grade_neighbour(root: str, rung: str) -> Neighbour:
    """Grade a right hand-in, and look around in a guest of the same grader."""
    bench = _bench(root, rung)
    result, _ = bench.grade(Submission(student="neighbour", notebook=ground.neighbours_notebook(bench.root)))
    witness = hostile(WITNESS, "", code(WORLD)).replace(b"AIMS", bench.aims())
    _, values = bench.grade(Submission(student="witness", notebook=witness))
    return Neighbour(result.score, _world_in(values))


def grade_attacker(root: str, rung: str, attack: Attack) -> Attacked:
    """Grade an attacker's hand-in under its own limits."""
    bench = _bench(root, rung)
    aims = bench.aims()
    remarks: list[str] = []
    if attack.files is None:
        assert attack.notebook is not None
        submission = Submission(student="attacker", notebook=attack.notebook.replace(b"AIMS", aims))
    else:
        submission, remarks = _handed_in_as_files(bench.root, attack)
    result, values = bench.grade(submission, **dict(attack.limits))
    told = " ".join([*remarks, *_told(result)])
    gains = (
        *_brought(attack, bench, values),
        *_earned(attack, bench, result),
        *_disclosed(attack, bench, result, told),
    )
    return Attacked(gains, told, _world_in(values), result)


def _handed_in_as_files(root: Path, attack: Attack) -> tuple[Submission, list[str]]:
    assert attack.files is not None
    with tempfile.TemporaryDirectory(prefix="attack-", dir=root, ignore_cleanup_errors=True) as name:
        folder = Path(name) / "attacker" / "softmax"
        folder.mkdir(parents=True)
        attack.files(folder)
        return unpacked(folder) if attack.archive else (hand_in(folder.parent, "softmax"), [])


def _world_in(values: list[Any]) -> str:
    return values[0] if values and isinstance(values[0], str) else ""


def _told(result: SubmissionResult) -> Iterator[str]:
    yield from filter(None, (result.problem, *result.notes))
    for question in result.questions:
        for check in question.checks:
            if check.outcome == "failed":
                yield f"{check.message} {check.hint}".strip()


def _brought(attack: Attack, bench: Bench, values: list[Any]) -> Iterator[str]:
    """Yield what a hostile function returned and should not have got."""
    for value in values:
        nothing = value is None or (isinstance(value, str | tuple) and not value)
        if (attack.brings and not nothing) or _carries(value, bench.secret):
            yield f"it got {str(value)[:60]!r}"


def _earned(attack: Attack, bench: Bench, result: SubmissionResult) -> Iterator[str]:
    """Yield what a grade should not be, and what was changed outside of the guest."""
    if result.score is not None and result.score > attack.most:
        yield f"it got {result.score} points, more than {attack.most}"
    if result.max_score != FULL:
        yield f"it changed the points that can be had to {result.max_score}"
    if attack.judged != result.judged:
        yield f"it was judged: {result.judged} ({result.reason})"
    bench.results.write(result)
    if bench.results.read(result.student) != result:
        yield "its result cannot be read back"
    if [place.name for place in (bench.root / "open").iterdir()] != ["there"]:
        yield "it changed a folder"


def _disclosed(attack: Attack, bench: Bench, result: SubmissionResult, told: str) -> Iterator[str]:
    """Yield what is told and must not be."""
    text = msgspec.json.encode(result).decode()
    for word in (bench.secret, MARK, *attack.secrets):
        if word in text or word in told:
            yield f"it told {word!r}"
    if not told.isprintable() or "\\u00" in text:
        yield "control characters are told"
    if len(text) > MOST_TEXT:
        yield f"{len(text)} characters are told"


def _carries(value: Any, secret: str) -> bool:
    """Tell whether a value that a guest returned has the secret in it."""
    if isinstance(value, np.ndarray):
        return secret.encode() in value.tobytes()
    if isinstance(value, tuple):
        return any(_carries(part, secret) for part in value)
    return isinstance(value, str) and secret in value
