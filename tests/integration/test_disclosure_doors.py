"""Through every door students see what the course's level allows, and no more; nobody is graded anew for it."""

import html
import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from rich.console import Console

from gradkit.grader.course import Course
from gradkit.grader.disclosure import LEVELS
from gradkit.grader.nbgrader.doors import grade_and_land
from gradkit.grader.nbgrader.exporting import Format, Wanted, exported
from gradkit.grader.nbgrader.feedback import make_feedback
from gradkit.grader.nbgrader.settings import nbgrader_settings

ROOT = Path(__file__).parents[2]
NAIVE = "softmax_loss_naive"
STUDENT = "ada"
SHOWN_AT = {"description": "verdicts", "message": "messages", "hint": "hints"}
"""From which level on students see what a check says."""
STUDENTS_DOORS = ("comment", "page", "nbgrader's page", "results.json")
POINTS_ALONE = ("csv", "canvas", "moodle")


class Seen(NamedTuple):
    """What there is to see at one level, by door; and what must not have moved."""

    students: dict[str, str]
    graders: str
    result: tuple[bytes, int]
    waits: bool


class Homework:
    """A course in which one student has handed in work with mistakes, which a person has looked at since."""

    def __init__(self, root, student):
        for part in ("solutions", "autograder", "assignments"):
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
        self.course, self.toml = Course(root), root / "autograder" / "softmax" / "assignment.toml"
        self.settings, self.plain = nbgrader_settings(root), self.toml.read_text()
        released = json.loads(self.course.released("softmax"))
        folder = self.settings.submitted / STUDENT / "softmax"
        folder.mkdir(parents=True)
        student.write(folder, released)
        self.grade()
        with Gradebook(self.settings.db_url, "gradkit") as book:
            grade = book.find_grade(NAIVE, "softmax", "softmax", STUDENT)
            grade.manual_score, grade.needs_manual_grade = 9.0, False
            book.db.commit()

    def grade(self):
        """Do what `gradkit grade` does."""
        grade_and_land(self.course, self.settings, "softmax", jobs=1, console=Console(quiet=True))

    def export(self, kind):
        """Return what `gradkit export` writes about the student."""
        return exported(self.course, self.settings, Wanted("softmax", Format(kind), student=STUDENT)).text

    def page(self):
        """Return the feedback page that lies there."""
        return (self.settings.feedback / STUDENT / "softmax" / "softmax.html").read_text()

    def at(self, level):
        """Set a level, grade, give back, and return what there is to see."""
        self.toml.write_text(f'{self.plain}\n[disclosure]\nlevel = "{level}"\n')
        self.grade()
        with Gradebook(self.settings.db_url, "gradkit") as book:
            doors = {"comment": book.find_comment(NAIVE, "softmax", "softmax", STUDENT).auto_comment}
            waits = book.find_grade(NAIVE, "softmax", "softmax", STUDENT).needs_manual_grade
        assert make_feedback(self.course, self.settings, "softmax") == 1
        doors["page"] = self.page()
        shutil.rmtree(self.settings.feedback)
        app = self.settings.app
        app.coursedir.assignment_id = "softmax"
        GenerateFeedback(coursedir=app.coursedir, parent=app).start()
        doors["nbgrader's page"] = self.page()
        doors["results.json"] = " ".join(texts(json.loads(self.export("gradescope"))))
        doors |= {kind: self.export(kind) for kind in POINTS_ALONE}
        graders = (self.settings.autograded / STUDENT / "softmax" / "softmax.ipynb").read_text()
        return Seen({name: html.unescape(text) for name, text in doors.items()}, graders, self.result(), waits)

    def result(self):
        """Return the result file, and when it was written."""
        path = self.course.state / "results" / STUDENT / "softmax.json"
        return path.read_bytes(), path.stat().st_mtime_ns


def texts(value):
    """Return every text in a document."""
    if isinstance(value, dict | list):
        return [text for inner in (value.values() if isinstance(value, dict) else value) for text in texts(inner)]
    return [value] if isinstance(value, str) else []


@pytest.fixture(scope="module")
def homework(make_class, tmp_path_factory):
    """The course."""
    (student,) = (one for one in make_class.students() if one.name == "wrong-two-in-gradient")
    return Homework(tmp_path_factory.mktemp("disclosure") / "course", student)


@pytest.fixture(scope="module")
def before(homework):
    """The result file before any level was set."""
    return homework.result()


@pytest.fixture(scope="module", params=LEVELS)
def level(request):
    """Each level."""
    return request.param


@pytest.fixture(scope="module")
def seen(homework, before, level):
    """What there is to see at a level."""
    return homework.at(level)


@pytest.fixture(scope="module")
def failed(before):
    """The first failed check, which has message and hint."""
    naive = next(question for question in json.loads(before[0])["questions"] if question["id"] == NAIVE)
    check = next(check for check in naive["checks"] if check["outcome"] == "failed")
    assert all(check[part] for part in SHOWN_AT)
    return {part: check[part].rstrip(".") for part in SHOWN_AT}


@pytest.mark.parametrize("part", SHOWN_AT)
@pytest.mark.parametrize("door", STUDENTS_DOORS)
def test_student_sees_what_the_level_allows(seen, level, failed, door, part):
    """Each part of a failed check appears from its level on, and below it nowhere."""
    allowed = LEVELS.index(level) >= LEVELS.index(SHOWN_AT[part])
    assert (failed[part] in seen.students[door]) is allowed


@pytest.mark.parametrize("door", POINTS_ALONE)
def test_files_for_other_systems_hold_points_at_every_level(seen, failed, door):
    """No words of a check are in them."""
    assert STUDENT in seen.students[door]
    assert [part for part in SHOWN_AT if failed[part] in seen.students[door]] == []


@pytest.mark.parametrize("door", [*STUDENTS_DOORS, *POINTS_ALONE])
def test_no_door_names_a_check_by_its_id(seen, door):
    """Ids of tests are the suite's own, at every level."""
    assert "regularization_in_gradient" not in seen.students[door]


def test_graders_see_everything(seen, failed):
    """In the formgrader the report below a function is whole at every level."""
    report = " ".join(" ".join(texts(json.loads(seen.graders))).split())
    assert [part for part in SHOWN_AT if failed[part] not in report] == []


def test_nobody_is_graded_anew(seen, before):
    """The instructor's record stays as it was written, byte for byte, and is not written again."""
    assert seen.result == before


def test_who_has_looked_need_not_look_again(seen):
    """Other words beside the same points ask nobody for a look."""
    assert seen.waits is False
