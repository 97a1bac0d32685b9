"""What all attacks share: a guest on each rung to attack from, and a grader to hand hostile notebooks in to.

Student code in these tables is meant for the sandbox. What runs on the ``none`` rung, to show that an attack
is real, touches nothing but temporary files, the loopback interface and processes of its own.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from gradkit.grader import executors
from gradkit.grader.course import Course, Submission
from gradkit.grader.errors import FaultKind, StudentFault
from gradkit.grader.model import Limits, SubmissionResult
from gradkit.grader.sandbox import ladder, probe
from gradkit.grader.sandbox.launch import Sandbox
from gradkit.grader.sandbox.student import Student
from gradkit.notebook import read_notebook

ROOT = Path(__file__).parents[2]
FULL = 20.0
NAIVE, VECTORIZED = "softmax_loss_naive", "softmax_loss_vectorized"
RUNGS = [rung.name for rung in ladder.LADDER]
LIMITS = Limits(call_seconds=0.6, submission_seconds=10.0, memory_mb=1024, reply_mb=8, crashes=3)
PATIENT = Limits(call_seconds=10.0, submission_seconds=10.0, memory_mb=1024, reply_mb=8, crashes=3)
"""For attacks on space, which take their time on a busy machine."""

# Tools of the trade, in every hostile notebook: what is not used is not kept.
TOOLS = '''
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)

def system_call(number, *arguments):
    """Return what a system call answers; raise its error."""
    libc.syscall.restype = ctypes.c_long
    answer = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer

def stolen_call():
    """Return the number of the grader's call, read from the frame of the guest's own loop."""
    frame = sys._getframe()
    while "head" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["head"].call

def send(body, count, kind=7, *, magic=b"GKW1", call=None, length=None):
    """Write a whole forged frame to the grader."""
    number = stolen_call() if call is None else call
    data = struct.pack("<4sBBHQQ", magic, kind, 0, count, number, len(body) if length is None else length) + body
    view = memoryview(data)
    while view:
        view = view[os.write(3, view):]

def forge_with(forge):
    """Let a function rewrite kind and values of everything that this guest answers from now on."""
    wire = sys.modules["sandbox.wire"]
    real = getattr(wire, "honest", wire.frame)
    wire.honest = real
    wire.frame = lambda kind, call, values: real(*(lambda k, v: (k, call, v))(*forge(int(kind), list(values))))

REPORT = (
    b"\\x06\\x06\\x00" + b"\\x06\\0\\0\\x06\\0\\0\\x01\\0\\x02" + bytes(8) + b"\\x01\\0\\x06\\0\\0"
)

def sequence(item, times):
    """Return the encoding of a sequence of equal items."""
    return struct.pack("<BH", 6, times) + item * times
'''

RIGHT = """
def {name}(W, X, y, reg):
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    rows = np.arange(len(X))
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    dz = np.exp(log_p)
    dz[rows, y] -= 1
    return -log_p[rows, y].mean() + 0.5 * reg * np.sum(W * W), X.T @ dz / len(X) + reg * W
"""

LOOPS = """
def {name}(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for x, label in zip(X, y):
        scores = x @ W
        scores = scores - scores.max()
        p = np.exp(scores)
        loss += np.log(p.sum()) - scores[label]
        p = p / p.sum()
        p[label] -= 1
        dW += np.outer(x, p)
    return loss / len(X) + 0.5 * reg * np.sum(W * W), dW / len(X) + reg * W
"""

# The trusted worker itself, in a process of its own whose memory is bounded: its peak is what counts. (The
# peak that getrusage reports would start with that of the process which started the worker.)
WORKER = """
import json, re, resource, sys
from pathlib import Path
from gradkit.grader.course import Course, Submission
from gradkit.grader.grade import Grader
from gradkit.grader.sandbox import ladder
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
grader = Grader(Course(Path(sys.argv[1])).bundle("softmax", "attacked"), ladder.RUNGS[sys.argv[2]], "attacked")
results = [grader.grade(Submission(student=name, notebook=Path(name).read_bytes())) for name in sys.argv[3:]]
print(json.dumps({
    "scores": [result.score for result in results],
    "peak": int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) >> 10,
}))
grader.close()
"""


class Got(NamedTuple):
    """What an attack brought: a value or, if none came back, the fault in the grader's words."""

    value: Any = None
    kind: FaultKind | None = None
    told: str = ""


class Graded(NamedTuple):
    """A hostile submission's result, and the score of a right neighbour graded next."""

    result: SubmissionResult
    neighbour: float | None

    @property
    def text(self) -> str:
        """Return the whole result as it is written."""
        return msgspec.json.encode(self.result).decode()

    def score(self, question: str) -> float | None:
        """Return the points of one question."""
        return next(found.score for found in self.result.questions if found.id == question)

    def told(self) -> str:
        """Return everything that the student is told about failed checks."""
        return " ".join(
            f"{c.message} {c.hint}" for q in self.result.questions for c in q.checks if c.outcome == "failed"
        )


def notebook_of(*cells: dict[str, Any]) -> bytes:
    """Return a notebook with these cells behind the attacker's tools."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [code(TOOLS), *cells]}).encode()


def code(source: str, grade_id: str = "") -> dict[str, Any]:
    """Return a code cell."""
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


@pytest.fixture(scope="session")
def working() -> dict[str, str | None]:
    """Why each rung cannot be used on this machine; None for those that can."""
    return {rung.name: probe.what_is_wrong_with(rung) for rung in ladder.LADDER}


@pytest.fixture(params=RUNGS)
def rung(request, working) -> ladder.Rung:
    """Every rung of the ladder that works here."""
    if working[request.param] is not None:
        pytest.skip(f"no {request.param} here: {working[request.param]}")
    return ladder.RUNGS[request.param]


@pytest.fixture(scope="session")
def strongest(working) -> ladder.Rung:
    """The strongest rung that works here."""
    name = next((name for name, wrong in working.items() if wrong is None), None)
    if name is None:
        pytest.skip("no isolation works here")
    return ladder.RUNGS[name]


@pytest.fixture(scope="session")
def sandboxes() -> Iterator[Callable[[ladder.Rung], Sandbox]]:
    """Return the sandbox of a rung, started once."""
    started: dict[str, Sandbox] = {}

    def sandbox(rung: ladder.Rung) -> Sandbox:
        return started.setdefault(rung.name, Sandbox(rung, LIMITS))

    yield sandbox
    for each in started.values():
        each.close()


@pytest.fixture(scope="session")
def attack(sandboxes) -> Callable[..., Got]:
    """Run ``attack(*arguments)`` of a student's source in a fresh guest and return what it got."""

    def run(rung: ladder.Rung, source: str, *arguments: Any, flags: int = 0, patient: bool = False) -> Got:
        notebook = read_notebook(notebook_of(code(source)), "attack.ipynb")
        student = Student(sandboxes(rung), notebook, ["attack"], PATIENT if patient else LIMITS)
        try:
            return Got(student.call("attack", *arguments, flags=flags).value)
        except StudentFault as fault:
            return Got(kind=fault.kind, told=fault.details)
        finally:
            student.close()

    return run


@pytest.fixture
def secret(tmp_path) -> Path:
    """A file that everybody on this machine may read, with a text that nobody can guess."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    file = folder / "hidden_test.py"
    file.write_text("secret-" + os.urandom(8).hex())
    for place in (file, *file.parents):
        if place.stat().st_uid == os.getuid() and place != Path("/"):
            place.chmod(place.stat().st_mode | (0o055 if place.is_dir() else 0o044))
    return file


@pytest.fixture(scope="session")
def course(tmp_path_factory) -> Path:
    """A copy of the course with a seed of its own."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("solutions", "autograder"):
        shutil.copytree(ROOT / folder / "softmax", root / folder / "softmax")
    return root


@pytest.fixture(scope="session")
def graders(course) -> Iterator[Callable[..., SubmissionResult]]:
    """Grade a submission on a rung, in a worker process of the kind that grades a class, started once."""
    bundle = Course(course).bundle("softmax", "attacked")
    started: dict[str, ProcessPoolExecutor] = {}

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        Path(scratch).chmod(0o711)

        def grade(rung: ladder.Rung, name: str, notebook: bytes) -> SubmissionResult:
            if rung.name not in started:
                started[rung.name] = executors._pool(1, scratch)
            submission = Submission(student=name, notebook=notebook)
            return started[rung.name].submit(executors._grade, bundle, rung, "attacked", submission).result(60)

        yield grade
        for pool in started.values():
            pool.shutdown()


def hostile(naive: str, vectorized: str, cells: tuple[dict[str, Any], ...]) -> bytes:
    """Return the attacker's notebook: two answers, whose right and looping versions are ready-made, and more."""
    answers = [
        code(source.replace("{name}", name), name) for name, source in ((NAIVE, naive), (VECTORIZED, vectorized))
    ]
    return notebook_of(*answers, *cells)


@pytest.fixture
def hand_in(graders, strongest) -> Callable[..., Graded]:
    """Grade a hostile notebook and then, with the same grader, a neighbour's right one."""

    def grade(
        naive: str = RIGHT, vectorized: str = RIGHT, *cells: dict[str, Any], rung: ladder.Rung | None = None
    ) -> Graded:
        place = rung or strongest
        result = graders(place, "attacker", hostile(naive, vectorized, cells))
        after = graders(place, "neighbour", hostile(RIGHT, RIGHT, ()))
        return Graded(result, after.score)

    return grade


@pytest.fixture
def worker(course, strongest, tmp_path) -> Callable[..., dict[str, Any]]:
    """Grade a hostile notebook, then a right one, in a worker of its own; return scores and peak memory in MiB.

    The text ``FILLER`` in the notebook becomes a list of very many pieces.
    """

    def grade(
        naive: str = RIGHT, *cells: dict[str, Any], seconds: float, piece: str = "0,", options: Sequence[str] = ()
    ) -> dict[str, Any]:
        names = ("attacker.ipynb", "neighbour.ipynb")
        filler = f"[{piece * ((15 << 20) // len(piece))}0]".encode()
        (tmp_path / names[0]).write_bytes(hostile(naive, RIGHT, cells).replace(b'"FILLER"', filler))
        (tmp_path / names[1]).write_bytes(hostile(RIGHT, RIGHT, ()))
        command = [sys.executable, *options, "-c", WORKER, str(course), strongest.name, *names]
        try:
            process = subprocess.run(
                command, cwd=tmp_path, capture_output=True, text=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            pytest.fail(f"the trusted worker was held up for more than {seconds:g} seconds")
        assert process.returncode == 0, process.stderr[-2000:]
        return json.loads(process.stdout)

    return grade


@pytest.fixture(scope="session")
def right() -> str:
    """A right answer, ``{name}`` standing for the function's name."""
    return RIGHT


@pytest.fixture(scope="session")
def loops() -> str:
    """A right answer with a loop over the examples."""
    return LOOPS
