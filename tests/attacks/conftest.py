"""What all attacks share: an arena on each rung, and a trusted worker whose memory and time are bounded."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from gradkit.grader.sandbox import ladder, probe

from .arena import Arena
from .attack import hostile
from .ground import course_in
from .tools import RIGHT

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


@pytest.fixture(scope="session")
def working() -> dict[str, str | None]:
    """Why each rung cannot be used on this machine; None for those that can."""
    return {rung.name: probe.what_is_wrong_with(rung) for rung in ladder.LADDER} | {ladder.NONE.name: None}


@pytest.fixture(scope="session")
def strongest(working) -> ladder.Rung:
    """The strongest rung that works here."""
    rung = next((rung for rung in ladder.LADDER if working[rung.name] is None), None)
    if rung is None:
        pytest.skip("no isolation works here")
    return rung


@pytest.fixture(scope="session")
def arena_on(working) -> Iterator[Callable[[str], Arena]]:
    """Return the arena on a rung, furnished once; skips the test where the rung does not work."""
    furnished: dict[str, Arena] = {}

    def arena(rung: str) -> Arena:
        if working[rung] is not None:
            pytest.skip(f"no {rung} here: {working[rung]}")
        if rung not in furnished:
            furnished[rung] = Arena(ladder.RUNGS[rung])
        return furnished[rung]

    yield arena
    for each in furnished.values():
        each.close()


@pytest.fixture
def worker(strongest, tmp_path) -> Callable[..., dict[str, Any]]:
    """Grade a hostile notebook, then a right one, in a worker of its own; return scores and peak memory in MiB.

    The text ``FILLER`` in the notebook becomes a list of very many pieces.
    """
    course = tmp_path / "course"
    course_in(course)

    def grade(
        naive: str = RIGHT, *cells: dict[str, Any], seconds: float, piece: str = "0,", options: Sequence[str] = ()
    ) -> dict[str, Any]:
        names = ("attacker.ipynb", "neighbour.ipynb")
        filler = f"[{piece * ((15 << 20) // len(piece))}0]".encode()
        attacker = hostile(naive, RIGHT, *cells).replace(b'"FILLER"', filler).replace(b"AIMS", b"range(7)")
        (tmp_path / names[0]).write_bytes(attacker)
        (tmp_path / names[1]).write_bytes(hostile(RIGHT, RIGHT))
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
