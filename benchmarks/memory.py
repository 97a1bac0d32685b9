"""How much memory grading takes: peaks of the trusted processes and of the guests, as the kernel counts them (VmHWM).

    python benchmarks/memory.py [--whole] [--jobs N ...]

Grades and lands, on the strongest rung that works here, the nasty part of the sample class (with `--whole` all of it)
together with notebooks that are made to fill the memory of who reads them, or of who looks at what their functions
return, once for each number of worker processes.
Exits with 1 if a trusted process has taken more than 400 MB.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from gradkit.notebook import MAX_FILE

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "examples" / "sample_class"))

from make_class import students  # noqa: E402 - a script's neighbour, found by the line above
from make_course import make_course  # noqa: E402

LIMIT = 400
MEGABYTE = 10**6
ROLES = ("parent", "worker", "guest")
OTHER = b'{"nbformat":4,"cells":[],"other":['
LINES = b'{"nbformat":4,"cells":[{"cell_type":"markdown","source":["\xf0\x9f\x98\x80",'
BOMBS = {  # head, what is repeated, tail
    "short texts": (OTHER, b'"ab",', b"0]}"),
    "fewer texts": (OTHER, b'"%s",' % (b"x" * 32), b"0]}"),
    "numbers": (OTHER, b"1.5,", b"0]}"),
    "objects": (OTHER, b'{"a":1.5%s},' % (b" " * 60), b"0]}"),
    "wide lines": (LINES, b'"%s\xf0\x9f\x98\x80",' % (b"x" * 30), b'""]}]}'),
    "wide text": (LINES[:-2], b"x", b'"]}]}'),
}
RETURNED = """import numpy as np

def softmax_loss_naive(W, X, y, reg):
    return ("x" * 10**6, *[""] * 4999), 0.0

def softmax_loss_vectorized(W, X, y, reg):
    return (np.zeros(1600, complex), *[np.zeros(1600, bool)] * 4999), 0.0
"""


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--whole", action="store_true", help="the whole sample class, not its nasty part alone")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2], help="numbers of worker processes [1 2]")
    options = parser.parse_args()
    print("| processes | students | parent, MB | largest worker, MB | largest guest, MB |")
    print("|---|---|---|---|---|")
    most = 0
    for jobs in options.jobs:
        with tempfile.TemporaryDirectory(prefix="gradkit-memory-") as folder:
            count = hand_in(Path(folder, "course"), whole=options.whole)
            peaks = graded(Path(folder, "course"), jobs)
        print(
            f"| {jobs} | {count} | " + " | ".join(f"{peaks[role] / MEGABYTE:.0f}" for role in ROLES) + " |", flush=True
        )
        most = max(most, peaks["parent"], peaks["worker"])
    print(f"\nA trusted process takes {most / MEGABYTE:.0f} MB at most; allowed are {LIMIT} MB.")
    return int(most > LIMIT * MEGABYTE)


def hand_in(course: Path, *, whole: bool) -> int:
    """Write a course with the submissions and return how many they are."""
    make_course(course)
    submitted = course / "course" / "submitted"
    if not whole:
        for student in students():
            if student.kind != "nasty":
                shutil.rmtree(submitted / student.name)
    for name, (head, piece, tail) in BOMBS.items():
        folder = submitted / f"bomb {name}" / "softmax"
        folder.mkdir(parents=True)
        times = (MAX_FILE - len(head) - len(tail)) // len(piece)
        (folder / "softmax.ipynb").write_bytes(head + piece * times + tail)
    folder = submitted / "bomb values" / "softmax"
    folder.mkdir(parents=True)
    cells = [{"cell_type": "code", "source": RETURNED, "metadata": {}}]
    (folder / "softmax.ipynb").write_text(json.dumps({"nbformat": 4, "cells": cells}))
    return sum(1 for folder in submitted.iterdir() if not folder.name.startswith("."))


def graded(course: Path, jobs: int) -> Counter[str]:
    """Grade and land a course; return the peak memory of each role's largest process, in bytes."""
    command = [sys.executable, "-c", "from gradkit.grader.cli import main; main()", "grade", "softmax"]
    peaks: Counter[str] = Counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([*command, "--jobs", str(jobs)], cwd=course, stdout=output, stderr=output)
        while process.poll() is None:
            for pid, role in family(process.pid).items():
                peaks[role] = max(peaks[role], peak_memory(pid))
            time.sleep(0.02)
        if process.returncode not in (0, 3):  # 3: some hand-ins cannot be judged, on purpose
            output.seek(0)
            raise SystemExit(f"grading failed:\n{output.read().decode()[-3000:]}")
    return peaks


def family(parent: int) -> dict[int, str]:
    """Return the roles of a process and of those below it: parent, its workers, and all that workers have started."""
    roles, found = {parent: "parent"}, [parent]
    for pid in found:
        for child in children(pid):
            is_worker = pid == parent and b"spawn_main" in read(f"/proc/{child}/cmdline")
            roles[child] = "worker" if is_worker else "guest" if roles[pid] in ("worker", "guest") else "other"
            found.append(child)
    return roles


def children(pid: int) -> list[int]:
    """Return the processes that one has started, by any of its threads."""
    lists = (read(str(path)) for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for listed in lists for child in listed.split()]


def peak_memory(pid: int) -> int:
    """Return the peak resident memory of a process, in bytes; 0 if it is gone."""
    line = next((line for line in read(f"/proc/{pid}/status").splitlines() if line.startswith(b"VmHWM:")), b"- 0")
    return int(line.split()[1]) << 10


def read(path: str) -> bytes:
    """Return what a file below /proc holds; nothing if its process is gone."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    raise SystemExit(main())
