"""``kill -9`` in the middle of a class: nothing is lost, nothing half-written, nothing graded twice."""

import contextlib
import json
import os
import signal

import pytest
from tests.processes import descendants, family, finished, is_running, start, wait_until

MANY = 30


@pytest.fixture
def small_class(submitted, tmp_path):
    """Thirty copies of well-behaved submissions."""
    sources = sorted(path for path in submitted.glob("right-*/softmax/softmax.ipynb"))
    for number in range(MANY):
        folder = tmp_path / "submitted" / f"student-{number:03d}" / "softmax"
        folder.mkdir(parents=True)
        (folder / "softmax.ipynb").write_bytes(sources[number % len(sources)].read_bytes())
    return tmp_path / "submitted"


def test_killed_run_is_continued(small_class, tmp_path):
    """A second run takes over what the killed one finished, and grades the rest."""
    results = tmp_path / "results"
    grader = start(small_class, results)
    assert wait_until(lambda: len(finished(results)) >= 5)
    processes = descendants(grader.pid)
    os.kill(grader.pid, signal.SIGKILL)
    grader.communicate()
    before = finished(results)
    assert 5 <= len(before) < MANY
    assert all(json.loads(path.read_bytes())["score"] == 20 for path in before)
    assert wait_until(lambda: not any(map(is_running, processes)), 20), "processes of the killed run are left"

    again = start(small_class, results)
    _, said = again.communicate(timeout=300)
    assert again.returncode == 0, said
    after = finished(results)
    assert len(after) == MANY
    assert {path: after[path] for path in before} == before
    assert all(json.loads(path.read_bytes())["score"] == 20 for path in after)


def test_killed_worker_loses_nothing(small_class, tmp_path):
    """When every worker is killed, the submissions under way are graded again and the run ends well."""
    results = tmp_path / "results"
    grader = start(small_class, results)
    assert wait_until(lambda: len(finished(results)) >= 3)
    workers = family(grader.pid)["worker"]
    assert workers
    for pid in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _, said = grader.communicate(timeout=300)
    assert grader.returncode == 0, said
    assert {json.loads(path.read_bytes())["score"] for path in finished(results)} == {20}
    assert len(finished(results)) == MANY


def test_two_runs_do_not_mix(small_class, tmp_path):
    """A second run on the same results folder is refused while the first one works."""
    results = tmp_path / "results"
    first = start(small_class, results)
    try:
        assert wait_until(lambda: len(finished(results)) >= 1)
        second = start(small_class, results)
        _, said = second.communicate(timeout=60)
        assert second.returncode == 1
        assert b"another grading run" in said
    finally:
        _, said = first.communicate(timeout=300)
    assert first.returncode == 0, said


@pytest.mark.parametrize(
    ("number", "code", "says"), [(signal.SIGINT, 1, b"stopped;"), (signal.SIGTERM, 128 + signal.SIGTERM, b"")]
)
def test_stopped_run_cleans_up_and_is_continued(small_class, tmp_path, number, code, says):
    """Ctrl-C and SIGTERM end the run, keep what is finished, and leave no hidden suite in the temporary folder."""
    results, temporary = tmp_path / "results", tmp_path / "temporary"
    temporary.mkdir(mode=0o711)
    grader = start(small_class, results, TMPDIR=str(temporary))
    assert wait_until(lambda: len(finished(results)) >= 3)
    os.killpg(grader.pid, number) if number == signal.SIGINT else grader.send_signal(number)
    _, said = grader.communicate(timeout=60)
    assert grader.returncode == code, said
    assert says in said
    assert b"Traceback" not in said
    assert list(temporary.rglob("*.py")) == []
    before = finished(results)
    assert 3 <= len(before) < MANY

    again = start(small_class, results)
    _, said = again.communicate(timeout=300)
    assert again.returncode == 0, said
    assert {path: finished(results)[path] for path in before} == before
    assert len(finished(results)) == MANY
