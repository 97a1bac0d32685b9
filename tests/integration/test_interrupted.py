"""``kill -9`` in the middle of a class: nothing is lost, nothing half-written, nothing graded twice."""

import contextlib
import json
import os
import signal
import sqlite3

import pytest
from tests.chaos.classes import differences, make_course, picture
from tests.processes import descendants, ended, family, finished, is_running, start, start_in, wait_until

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


def test_a_stopped_run_cleans_up_and_is_continued(tmp_path, make_class):
    """Ctrl-C and SIGTERM, while the rung is chosen, while grading or landing, end the run with a word and no more.

    What is finished is kept, no hidden suite stays in the temporary folder, and both classes come out alike.
    """
    names = {student.name for student in make_class.students(nasty=False)[::30]}
    interrupted, terminated = (make_course(tmp_path / word, names.__contains__) for word in ("interrupt", "terminate"))
    temporary = tmp_path / "temporary"
    temporary.mkdir(mode=0o711)
    for stop in (_while_choosing, _while_grading, _while_landing):
        before = finished(interrupted / "course" / "results")
        code, said = stop(interrupted, temporary, lambda grader: os.killpg(grader.pid, signal.SIGINT))
        assert (code, "Traceback" in said) == (1, False), said
        assert "topped" in said or "Aborted" in said
        assert list(temporary.iterdir()) == []
        assert before.items() <= finished(interrupted / "course" / "results").items()
        code, said = stop(terminated, temporary, lambda grader: grader.send_signal(signal.SIGTERM))
        assert (code, said) == (128 + signal.SIGTERM, "")
        assert list(temporary.iterdir()) == []
    for course in (interrupted, terminated):
        assert list((course / "course").rglob("*.landing")) == []
        code, said = ended(start_in(course, "--jobs", 1))
        assert code == 0, said
    assert len(finished(interrupted / "course" / "results")) == len(names)
    assert differences(picture(interrupted), picture(terminated)) == []


def _while_choosing(course, temporary, stop):
    """Stop a run whose canary is under way; return its exit code and what it said."""
    grader = start_in(course, "--jobs", 1, TMPDIR=str(temporary))
    assert wait_until(lambda: family(grader.pid)["zygote"])
    stop(grader)
    return ended(grader)


def _while_grading(course, temporary, stop):
    """Stop a run that has graded somebody."""
    grader = start_in(course, "--jobs", 1, TMPDIR=str(temporary))
    assert wait_until(lambda: finished(course / "course" / "results"))
    stop(grader)
    return ended(grader)


def _while_landing(course, temporary, stop):
    """Stop a run that waits for the gradebook, which somebody else is writing to."""
    known = finished(course / "course" / "results")
    grader = start_in(course, "--jobs", 1, TMPDIR=str(temporary))
    assert wait_until(lambda: finished(course / "course" / "results") != known)
    with sqlite3.connect(course / "course" / "gradebook.db", isolation_level=None) as other:
        other.execute("begin immediate")
        students = {path.parent.name for path in (course / "course" / "submitted").glob("*/softmax")}
        assert wait_until(lambda: len(list((course / "course").rglob("*.landing"))) == len(students))
        stop(grader)
    other.close()
    return ended(grader)
