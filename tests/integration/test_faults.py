"""Faults around the grader: a disk that is full or read-only, a gradebook that is locked or damaged.

Each ends in one sentence and an exit code, loses nothing that was finished, and when it has been mended the same
command goes on and comes to what an undisturbed run comes to.
"""

import json
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest
from tests import mounts, ordinary_user
from tests.chaos.classes import differences, make_course, picture
from tests.processes import ended, finished, start_in, wait_until

from gradkit.grader.errors import CourseError
from gradkit.grader.nbgrader.database import gradebook
from gradkit.grader.nbgrader.settings import nbgrader_settings

TIMEOUT = 'c.CourseDirectory.db_url = "sqlite:///course/gradebook.db?timeout=0.5"\n'


@pytest.fixture(scope="module")
def few(make_class):
    """The names of five students: right, wrong and unfinished."""
    return {student.name for student in make_class.students(nasty=False)[::38]}


@pytest.fixture(scope="module")
def calm(tmp_path_factory, few):
    """A course with these students, graded and landed without any fault."""
    course = make_course(tmp_path_factory.mktemp("calm") / "course", few.__contains__)
    code, said = ended(start_in(course, "--jobs", 1))
    assert code == 0, said
    return course


@pytest.fixture
def fresh(tmp_path, few):
    """A course in which these students have handed in, and nothing was graded."""
    return make_course(tmp_path / "course", few.__contains__)


@pytest.fixture
def view():
    """A private view of the file system."""
    if reason := mounts.why_not():
        pytest.skip(reason)
    with mounts.private_view() as view:
        yield view


def assert_in_order(said):
    """What is said is a sentence or two, not a traceback of ours."""
    assert "Traceback" not in said, said
    assert 0 < len(said.splitlines()) < 6, said


def assert_nothing_half_written(state):
    """Results decode, and nothing lies beside them or beside graders' notebooks that was not finished."""
    for result in state.glob("results/*/softmax.json"):
        json.loads(result.read_bytes())
    for notebook in state.glob("autograded/*/softmax/softmax.ipynb"):
        json.loads(notebook.read_bytes())
    endings = (".tmp", ".landing", ".making", "-journal")
    assert [path for path in state.rglob("*") if path.name.endswith(endings)] == []


# ---------------------------------------------------------------------- disks


def taken(state, *parts):
    """Return how many bytes of a disk some parts of a course's run state take, as a small file system counts them."""
    files = (path for part in parts for path in (state / part, *(state / part).rglob("*")))
    return sum(-(-path.stat().st_size // 4096) * 4096 for path in files if path.exists())


def test_a_disk_that_fills_stops_the_class_and_loses_nothing(fresh, calm, view, tmp_path):
    """There is no room for all results, then none for graders' notebooks: each time a sentence, then it goes on."""
    state, full = fresh / "course", calm / "course"
    seen = view.seen(state)
    before_results = taken(full, "gradebook.db", "records")
    view.small(state)
    rooms = (
        before_results + taken(full, "results") // 2,
        before_results + taken(full, "results") + taken(full, "autograded") // 2,
    )
    earlier = {}
    for room in rooms:
        view.leave_free(state, room - taken(seen, "gradebook.db", "records", "results"))
        code, said = ended(start_in("/", "--jobs", 1, before=view.words(fresh)))
        assert code == 1, said
        assert_in_order(said)
        assert "No space left on device" in said or "disk is full" in said
        view.make_room(state)
        assert_nothing_half_written(seen)
        assert earlier.items() <= finished(seen / "results").items()
        earlier = finished(seen / "results")
    assert len(earlier) == len(finished(full / "results"))
    code, said = ended(start_in("/", "--jobs", 1, before=view.words(fresh)))
    assert code == 0, said
    assert finished(seen / "results") == earlier
    shutil.copytree(seen, tmp_path / "copy" / "course")
    assert differences(picture(calm), picture(tmp_path / "copy")) == []


def test_a_temporary_folder_that_is_full_costs_nobody_a_point(fresh, few, calm, view, tmp_path):
    """Who cannot be graded for want of room is not judged, and is listed; the next run grades them."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    view.small(temporary, "48k")
    for name in sorted(few)[1:]:
        shutil.rmtree(fresh / "course" / "submitted" / name)
    code, said = ended(start_in("/", "--jobs", 1, before=view.words(fresh), TMPDIR=str(temporary)))
    results = [json.loads(path.read_bytes()) for path in finished(fresh / "course" / "results")]
    assert code == 3, said
    assert "could not be judged" in said
    assert {result["score"] for result in results} == {None}
    assert {result["problem"] for result in results} == {"the grader had a fault"}
    code, said = ended(start_in(fresh, "--jobs", 1))
    assert code == 0, said
    expected, graded = picture(calm), picture(fresh)
    for name in sorted(few)[:1]:
        for file in (f"results/{name}/softmax.json", f"autograded/{name}/softmax/softmax.ipynb"):
            assert graded[file] == expected[file]
    assert graded["gradebook.db"] <= expected["gradebook.db"]


def test_a_results_folder_that_is_read_only(fresh, calm, view):
    """Nothing is graded, and a sentence says where nothing can be written."""
    (fresh / "course" / "results").mkdir()
    view.read_only(fresh / "course" / "results")
    code, said = ended(start_in("/", before=view.words(fresh)))
    assert code == 1, said
    assert_in_order(said)
    assert f"{fresh}/course/results (Read-only file system): give this user the right to write there" in said


@pytest.mark.parametrize("part", ["results", "autograded", "."])
def test_a_folder_that_belongs_to_somebody_else(few, part):
    """An ordinary user is told which folder cannot be written."""
    if reason := ordinary_user.why_not():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        course = make_course(Path(folder, "course"), few.__contains__)
        for path in (course, *course.rglob("*")):
            os.chown(path, ordinary_user.USER, ordinary_user.USER, follow_symlinks=False)
        others = course / "course" / part
        others.mkdir(exist_ok=True)
        os.chown(others, 0, 0)
        words = ordinary_user.command_as_ordinary_user([])
        code, said = ended(start_in(course, "--jobs", 1, before=words))
        assert code == 1, said
        assert_in_order(said)
        assert "Permission denied" in said
        assert part == "." or f"course/{part}" in said


# ---------------------------------------------------------------------- gradebooks


def test_a_locked_gradebook_keeps_the_results(fresh, calm):
    """Another program writes for longer than we wait: a sentence, then the next run lands what is graded."""
    with (fresh / "nbgrader_config.py").open("a") as config:
        config.write(TIMEOUT)
    grader = start_in(fresh, "--jobs", 1)
    results = fresh / "course" / "results"
    assert wait_until(lambda: finished(results))
    with sqlite3.connect(fresh / "course" / "gradebook.db", isolation_level=None) as other:
        other.execute("begin exclusive")
        for while_graded in (True, False):
            code, said = ended(grader if while_graded else start_in(fresh, "--jobs", 1))
            assert code == 1, said
            assert_in_order(said)
            assert "database is locked. Nothing was written, and results are kept. Another program is writing" in said
            assert len(finished(results)) == len(finished(calm / "course" / "results"))
        other.execute("rollback")
    other.close()
    before = finished(results)
    code, said = ended(start_in(fresh, "--jobs", 1))
    assert code == 0, said
    assert finished(results) == before
    assert differences(picture(calm), picture(fresh)) == []


def _truncated(path):
    os.truncate(path, path.stat().st_size // 2)


def _overwritten(path):
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 20] = os.urandom(4096 * 19)
    path.write_bytes(content)


def _text(path):
    path.write_text("Grades of this class\n" * 1000)


def _folder(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [_truncated, _overwritten, _text, _folder])
def test_a_damaged_gradebook_is_said_and_not_touched(calm, tmp_path, damage):
    """One sentence with a way out, whoever opens it; with a backup in its place everything is as before."""
    path = tmp_path / "gradebook.db"
    shutil.copyfile(calm / "course" / "gradebook.db", path)
    settings = nbgrader_settings(calm)._replace(db_url=f"sqlite:///{path}")
    damage(path)
    content = path.read_bytes() if path.is_file() else None
    with pytest.raises(CourseError, match="Nothing was written, and results are kept") as caught, gradebook(settings):
        pass
    assert ("from a backup" if path.is_file() else "See that it is a file") in str(caught.value)
    assert (path.read_bytes() if path.is_file() else None) == content
    path.unlink() if path.is_file() else path.rmdir()
    shutil.copyfile(calm / "course" / "gradebook.db", path)
    with gradebook(settings) as book:
        assert len(book.students) == len(finished(calm / "course" / "results"))
