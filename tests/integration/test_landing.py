"""Landing a class in nbgrader's gradebook: on SQLite and on a PostgreSQL server of the test's own."""

import datetime
import errno
import hashlib
import json
import shutil
import sqlite3
from pathlib import Path

import msgspec
import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text
from tests import postgresql
from tests.gradebooks import rows

from gradkit.grader.course import Course
from gradkit.grader.engine import engine_version
from gradkit.grader.errors import CourseError
from gradkit.grader.hand_ins import hand_in
from gradkit.grader.model import Check, Outcome, Question, SubmissionResult
from gradkit.grader.nbgrader.feedback import make_feedback
from gradkit.grader.nbgrader.landing import Landing
from gradkit.grader.nbgrader.settings import nbgrader_settings
from gradkit.grader.results import Results

ROOT = Path(__file__).parents[2]
NAIVE, VECTORIZED = "softmax_loss_naive", "softmax_loss_vectorized"
DUE = datetime.datetime(2026, 10, 1, 12)


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """A gradebook file that knows the assignment: making one takes seconds, copying it none."""
    path = tmp_path_factory.mktemp("blank") / "gradebook.db"
    Classroom(path.parent / "course", f"sqlite:///{path}").land()
    return path


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Make databases on a running PostgreSQL server, each a copy of one that knows the assignment."""
    programs = postgresql.programs()
    if programs is None:
        pytest.skip("PostgreSQL's server is not installed")
    with postgresql.server(programs) as address:

        def made(name, template="template1"):
            engine = create_engine(f"{address}/postgres", isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f"create database {name} template {template}"))
            engine.dispose()
            return f"{address}/{name}"

        Classroom(tmp_path_factory.mktemp("blank") / "course", made("blank")).land()
        yield lambda name: made(name, "blank")


@pytest.fixture(params=["sqlite", "postgresql"])
def classroom(request, tmp_path):
    """A course with an empty gradebook on one kind of database."""
    if request.param == "sqlite":
        copy = shutil.copyfile(request.getfixturevalue("blank"), tmp_path / "gradebook.db")
        return Classroom(tmp_path / "course", f"sqlite:///{copy}")
    name = f"test_{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]}"
    return Classroom(tmp_path / "course", request.getfixturevalue("cluster")(name))


class Classroom:
    """A course whose students hand in and whose results are written by hand."""

    def __init__(self, root, db_url):
        for part in ("solutions", "autograder", "assignments"):
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        config = (ROOT / "nbgrader_config.py").read_text()
        (root / "nbgrader_config.py").write_text(
            f"{config}\nc.CourseDirectory.db_url = {db_url!r}\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
        )
        (root / "course" / "submitted").mkdir(parents=True)
        self.course, self.url = Course(root), db_url
        self.settings = nbgrader_settings(root)
        self.bundle = self.course.bundle("softmax", engine_version())
        self.results = Results(root / "course" / "results", "softmax")
        self.released = json.loads(self.course.released("softmax"))

    def hand_in(self, student, when="2026-10-01 10:00:00 UTC", **sources):
        """Put a notebook in place, some cells with other text; return its SHA-256."""
        folder = self.settings.submitted / student / "softmax"
        folder.mkdir(parents=True, exist_ok=True)
        notebook = json.loads(json.dumps(self.released))
        for cell in notebook["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cell["source"] = sources.get(name, cell["source"])
        (folder / "softmax.ipynb").write_text(json.dumps(notebook))
        (folder / "timestamp.txt").write_text(when)

    def judge(self, student, naive=10.0, vectorized=10.0, problem=None, hint=""):
        """Write the result of what a student handed in."""
        failed = Check(id="loss", description="The loss is right", outcome=Outcome.FAILED, weight=1, hint=hint)
        questions = tuple(
            Question(id=name, score=score, max_score=10.0, checks=() if score in (10.0, None) else (failed,))
            for name, score in ((NAIVE, naive), (VECTORIZED, vectorized))
        )
        scores = [naive, vectorized]
        self.results.write(
            SubmissionResult(
                student=student,
                assignment="softmax",
                score=None if None in scores else sum(scores),
                max_score=20.0,
                problem=problem,
                isolation="bwrap",
                questions=questions,
                notebook_sha256=hand_in(self.settings.submitted / student, "softmax").sha256,
                bundle_sha256=self.bundle.sha256,
            )
        )

    def land(self, only=None):
        """Land the class."""
        return Landing(self.course, self.settings, self.bundle, self.results).land(only)

    def grade(self, student, cell=NAIVE):
        """Return (auto, manual, extra, needs manual, automatic comment, manual comment) of a cell."""
        with Gradebook(self.url, "gradkit") as book:
            grade = book.find_grade(cell, "softmax", "softmax", student)
            comment = book.find_comment(cell, "softmax", "softmax", student)
            points = (grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade)
            return (*points, comment.auto_comment, comment.manual_comment)

    def person(self, student, cell=NAIVE, **values):
        """Do what a grader does in the formgrader."""
        with Gradebook(self.url, "gradkit") as book:
            grade = book.find_grade(cell, "softmax", "softmax", student)
            comment = book.find_comment(cell, "softmax", "softmax", student)
            for name, value in values.items():
                setattr(comment if name.endswith("comment") else grade, name, value)
            book.db.commit()

    def submission(self, student):
        """Return (score, penalty) of a student's submission."""
        with Gradebook(self.url, "gradkit") as book:
            found = book.find_submission("softmax", student)
            return found.score, found.late_submission_penalty

    def shown(self, student):
        """Return the autograded notebook of a student."""
        return json.loads((self.settings.autograded / student / "softmax" / "softmax.ipynb").read_text())


def test_points_and_comments_land(classroom):
    """Each function's cell gets its points and the hint, which nbgrader's pages can show as they are."""
    classroom.hand_in("ada", answer_1="Because.")
    classroom.judge("ada", naive=2.5, hint="Is <b> & dW > 0?")
    assert classroom.land().students == 1
    auto, manual, extra, waits, comment, _ = classroom.grade("ada")
    assert (auto, manual, extra, waits) == (2.5, None, None, False)
    assert "Is &lt;b> &amp; dW > 0?" in comment
    assert classroom.grade("ada", VECTORIZED)[:4] == (10.0, None, None, False)
    assert classroom.grade("ada", "answer_1")[:5] == (None, None, None, True, None)
    assert classroom.grade("ada", "answer_2")[:5] == (0.0, None, None, False, "No response.")
    assert classroom.submission("ada") == (12.5, 0.0)


def test_text_that_no_database_can_hold(classroom):
    """Half a surrogate pair and a zero character are replaced; everybody's rows and notebooks are written."""
    classroom.hand_in("ada")
    classroom.judge("ada", naive=2.5, hint="a\ud800b\0c")
    assert classroom.land().students == 1
    assert "a?b\N{REPLACEMENT CHARACTER}c" in classroom.grade("ada")[4]
    assert classroom.shown("ada")["nbformat"] == 4


def test_landing_twice_changes_nothing(classroom):
    """A second landing leaves every row as it is, and what a person has settled stays settled."""
    classroom.hand_in("ada", answer_1="Because.")
    classroom.judge("ada", naive=2.5)
    classroom.land()
    classroom.person("ada", "answer_1", manual_score=2.0, needs_manual_grade=False, manual_comment="Yes.")
    before = rows(classroom.url)
    classroom.land()
    assert rows(classroom.url) == before


def test_regrade_keeps_what_a_person_gave(classroom):
    """New points replace old ones; a person's points, extra credit and comment stay, and are to be looked at again."""
    classroom.hand_in("ada")
    classroom.judge("ada", naive=2.5, hint="Divide by N.")
    classroom.land()
    given = {"manual_score": 4.0, "extra_credit": 1.0, "manual_comment": "Half right.", "needs_manual_grade": False}
    classroom.person("ada", **given)
    classroom.judge("ada", naive=5.0)
    classroom.land()
    auto, manual, extra, waits, comment, words = classroom.grade("ada")
    assert (auto, manual, extra, waits, words) == (5.0, 4.0, 1.0, True, "Half right.")
    assert "Divide by N." not in comment
    assert classroom.submission("ada")[0] == 15.0


def test_not_judged_keeps_no_old_number(classroom):
    """Who cannot be judged any more loses the old number, waits for a person, and the reason is said."""
    classroom.hand_in("ada")
    classroom.judge("ada", naive=10.0)
    classroom.land()
    classroom.judge("ada", naive=None, vectorized=10.0, problem="the sandbox failed: no memory")
    classroom.land()
    auto, manual, _, waits, comment, _ = classroom.grade("ada")
    assert (auto, manual, waits) == (None, None, True)
    assert "the sandbox failed: no memory" in comment
    assert classroom.grade("ada", VECTORIZED)[0] == 10.0


@pytest.mark.parametrize("content", ["no JSON", '{"nbformat": 4, "cells": 3}', ""])
def test_unreadable_notebook_is_shown_as_such(classroom, content):
    """A file that is no notebook still gets boxes for points and comment in the formgrader."""
    classroom.hand_in("ada")
    (classroom.settings.submitted / "ada" / "softmax" / "softmax.ipynb").write_text(content)
    classroom.judge("ada", naive=None, vectorized=None, problem="softmax.ipynb is not a notebook")
    classroom.land()
    assert classroom.grade("ada")[3]
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in classroom.shown("ada")["cells"]]
    assert [name for name in names if name] == [NAIVE, "answer_1", VECTORIZED, "answer_2", "answer_3"]
    assert "is not a notebook" in classroom.shown("ada")["cells"][0]["source"]


def test_late_penalty_runs(classroom):
    """Nbgrader's plugin takes points off who was late, an extension counts, and a moved date gives them back."""
    for student, when in (("early", "2026-10-01 11:59:59 UTC"), ("late", "2026-10-01 12:00:01 UTC")):
        classroom.hand_in(student, when)
        classroom.judge(student)
    classroom.hand_in("sick", "2026-10-03 12:00:00 UTC")
    classroom.judge("sick")
    classroom.land()
    with Gradebook(classroom.url, "gradkit") as book:
        book.update_or_create_assignment("softmax", duedate=DUE)
        book.grant_extension("softmax", "sick", days=2)
    classroom.land()
    assert classroom.submission("early") == (20.0, 0.0)
    assert classroom.submission("late") == (20.0, 20.0)
    assert classroom.submission("sick") == (20.0, 0.0)
    with Gradebook(classroom.url, "gradkit") as book:
        book.update_or_create_assignment("softmax", duedate=DUE + datetime.timedelta(days=1))
    classroom.land()
    assert classroom.submission("late") == (20.0, 0.0)


def test_points_given_later_count_for_the_penalty(classroom):
    """What people gave after the landing is late too: settled before feedback and export, to nobody else's cost."""
    for student, when in (("early", "2026-10-01 11:00:00 UTC"), ("late", "2026-10-01 13:00:00 UTC")):
        classroom.hand_in(student, when, answer_1="Because.")
        classroom.judge(student)
    classroom.land()
    with Gradebook(classroom.url, "gradkit") as book:
        book.update_or_create_assignment("softmax", duedate=DUE)
    for student in ("early", "late"):
        classroom.person(student, "answer_1", manual_score=2.0, needs_manual_grade=False)
    make_feedback(classroom.course, classroom.settings, "softmax")
    assert classroom.submission("early") == (22.0, 0.0)
    assert classroom.submission("late") == (22.0, 22.0)


def test_new_hand_in_is_looked_at_again(classroom):
    """A person's points for an answer in words stay, but wait for a look at the new version."""
    classroom.hand_in("ada", answer_1="Because.")
    classroom.judge("ada")
    classroom.land()
    classroom.person("ada", "answer_1", manual_score=1.0, needs_manual_grade=False)
    classroom.hand_in("ada", "2026-10-02 10:00:00 UTC", answer_1="Because of the maximum.")
    classroom.judge("ada")
    classroom.land()
    assert classroom.grade("ada", "answer_1")[:4] == (None, 1.0, None, True)


def test_result_of_another_version_does_not_count(classroom):
    """A notebook that changed after it was graded gets no points of the earlier version."""
    classroom.hand_in("ada")
    classroom.judge("ada")
    classroom.hand_in("ada", answer_1="Changed.")
    classroom.land()
    auto, *_, waits, comment, _ = classroom.grade("ada")
    assert (auto, waits) == (None, True)
    assert "has not been graded yet" in comment


def test_all_or_nothing(classroom):
    """Points that nobody can have stop the landing: no row of anybody changes and no half notebook stays."""
    for student in ("ada", "bob", "eve"):
        classroom.hand_in(student)
        classroom.judge(student)
    classroom.land()
    before = rows(classroom.url)
    classroom.judge("ada", naive=0.0)
    classroom.judge("bob", naive=11.0)
    with pytest.raises(CourseError, match=r"bob would get 11.0 of 10 points for softmax_loss_naive: nothing was"):
        classroom.land()
    assert rows(classroom.url) == before
    assert not list(classroom.settings.autograded.rglob("*.landing"))


def test_only_some_are_landed(classroom):
    """Landing one student leaves the others alone."""
    for student in ("ada", "bob"):
        classroom.hand_in(student)
        classroom.judge(student)
    assert classroom.land({"bob"}).students == 1
    with Gradebook(classroom.url, "gradkit") as book:
        assert [student.id for student in book.students] == ["bob"]


def test_cells_that_come_later_are_refused(classroom):
    """Checks may be added after submissions, a graded cell may not: said in a sentence, and nothing changes."""
    classroom.hand_in("ada")
    classroom.judge("ada", naive=5.0)
    classroom.land()
    before = rows(classroom.url)
    for path in classroom.course.root.glob("*/softmax/softmax.ipynb"):
        notebook = json.loads(path.read_text())
        source = next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "answer_1")
        more = json.loads(json.dumps(source))
        more["metadata"]["nbgrader"]["grade_id"] = more["id"] = "answer-4"
        path.write_text(json.dumps({**notebook, "cells": [*notebook["cells"], more]}))
    with pytest.raises(CourseError, match="put the old cells back"):
        classroom.land()
    assert rows(classroom.url) == before


def test_points_may_change_later(classroom):
    """A question may be worth more after submissions; the class is landed with the new points."""
    classroom.hand_in("ada")
    classroom.judge("ada")
    classroom.land()
    for path in classroom.course.root.glob("*/softmax/softmax.ipynb"):
        notebook = json.loads(path.read_text())
        cell = next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == NAIVE)
        cell["metadata"]["nbgrader"]["points"] = 12
        path.write_text(json.dumps(notebook))
    classroom.bundle = classroom.course.bundle("softmax", engine_version())
    found = classroom.results.read("ada")
    naive = msgspec.structs.replace(found.questions[0], score=12.0, max_score=12.0)
    classroom.results.write(
        msgspec.structs.replace(found, questions=(naive, found.questions[1]), bundle_sha256=classroom.bundle.sha256)
    )
    classroom.land()
    assert classroom.grade("ada")[0] == 12.0
    with Gradebook(classroom.url, "gradkit") as book:
        assert book.find_assignment("softmax").max_score == 28.0


@pytest.mark.parametrize(
    ("name", "lands"),
    [
        ("café 中文", True),
        ("=1+1", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("two\nlines", False),
        ("a\\b", False),
        ("<b>", False),
        ('a"b', False),
        ("o'neill", True),
    ],
)
def test_names_that_are_none(classroom, name, lands):
    """A folder name that the gradebook cannot hold is said; the others land."""
    for student in ("ada", name):
        classroom.hand_in(student)
        classroom.judge(student)
    landed = classroom.land()
    assert landed.students == 1 + lands
    assert len(landed.remarks) == 1 - lands


@pytest.mark.parametrize("stamp", ["yesterday-ish", "9" * 400, "", "\0\0", "2026-13-45 99:00:00 UTC", "<script>"])
def test_stamp_that_is_no_date(classroom, stamp):
    """A file that holds no date costs nobody a point; what is not empty is remarked upon."""
    classroom.hand_in("ada", stamp)
    classroom.judge("ada")
    landed = classroom.land()
    assert classroom.submission("ada") == (20.0, 0.0)
    assert ["does not hold a date" in remark for remark in landed.remarks] == ([True] if stamp else [])


def test_secret_of_another_is_not_taken(classroom):
    """A folder that is a link to another student's brings neither notebook nor secret."""
    classroom.hand_in("ada")
    (classroom.settings.submitted / "ada" / "softmax" / "submission_secret.txt").write_text("of-ada")
    classroom.judge("ada")
    (classroom.settings.submitted / "eve").symlink_to("ada")
    classroom.land()
    assert (classroom.settings.autograded / "ada" / "softmax" / "submission_secret.txt").read_text() == "of-ada"
    assert not (classroom.settings.autograded / "eve" / "softmax" / "submission_secret.txt").exists()
    assert classroom.grade("eve")[3]


def test_no_room_for_notebooks_lands_nobody(classroom, monkeypatch):
    """All or nothing holds for a disk that is full, too: a sentence, and the same again lands the class."""
    for student in ("ada", "bob"):
        classroom.hand_in(student)
        classroom.judge(student)
    before = rows(classroom.url)
    write = Path.write_bytes

    def full(path, content):
        if "bob" in path.parts and path.name.endswith(".landing"):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(CourseError, match=r"No space left on device\. The class was not landed as a whole"):
            classroom.land()
    assert rows(classroom.url) == before
    assert not list(classroom.settings.autograded.rglob("*.landing"))
    assert classroom.land().students == 2


def test_what_a_killed_run_left_of_a_gradebook_is_no_gradebook(tmp_path):
    """It is made in many steps: only a whole one gets the name, and halves are removed."""
    path = tmp_path / "gradebook.db"
    for half in ("gradebook.db.making", "gradebook.db.making-journal"):
        (tmp_path / half).write_text("half")
    classroom = Classroom(tmp_path / "course", f"sqlite:///{path}")
    classroom.hand_in("ada")
    classroom.judge("ada")
    assert classroom.land().students == 1
    assert [file.name for file in tmp_path.glob("gradebook*")] == ["gradebook.db"]


def test_a_gradebook_that_cannot_be_made_leaves_nothing(tmp_path, monkeypatch):
    """Whatever keeps nbgrader from it."""
    monkeypatch.setattr("nbgrader.api.get_alembic_version", lambda: (_ for _ in ()).throw(OSError(28, "disk is full")))
    with pytest.raises(CourseError, match=r"cannot be used: disk is full.*Make room there and grade again"):
        Classroom(tmp_path / "course", f"sqlite:///{tmp_path / 'gradebook.db'}").land()
    assert list(tmp_path.glob("gradebook*")) == []


def test_half_made_gradebook_is_refused(tmp_path):
    """A database without alembic's table was left by a crash: it is named and not touched."""
    path = tmp_path / "gradebook.db"
    with sqlite3.connect(path) as database:
        database.execute("create table student (id text)")
    database.close()
    classroom = Classroom(tmp_path / "course", f"sqlite:///{path}")
    with pytest.raises(CourseError, match=r"gradebook\.db\?timeout=60 was left half made"):
        classroom.land()


def test_database_that_does_not_answer(tmp_path):
    """A server that is not there is said in a sentence, without its password."""
    classroom = Classroom(tmp_path / "course", "postgresql+psycopg://grader:hush@127.0.0.1:9/none?connect_timeout=2")
    with pytest.raises(CourseError, match="cannot be used") as error:
        classroom.land()
    assert "hush" not in str(error.value)
