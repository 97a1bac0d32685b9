"""Attacks that go through nbgrader: what students hand in and name, and bad luck between two steps of landing."""

import datetime
import io
import json
import os
import shutil
import struct
import threading
import time
import tracemalloc
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.preprocessors import SaveCells
from rich.console import Console

from gradkit.grader.course import Course
from gradkit.grader.engine import engine_version
from gradkit.grader.errors import CourseError, SubmissionError
from gradkit.grader.exports import canvas, moodle
from gradkit.grader.hand_ins import hand_in
from gradkit.grader.model import FinalGrade, FinalQuestion, Question, SubmissionResult
from gradkit.grader.nbgrader import landing
from gradkit.grader.nbgrader.archive import Limits, unpack
from gradkit.grader.nbgrader.autograded import harmless_markdown, made_from
from gradkit.grader.nbgrader.collect import CarefulCollect
from gradkit.grader.nbgrader.doors import grade_and_land
from gradkit.grader.nbgrader.feedback import make_feedback
from gradkit.grader.nbgrader.landing import Landed, Landing
from gradkit.grader.nbgrader.settings import nbgrader_settings
from gradkit.grader.nbgrader.zip_extractor import _hand_in
from gradkit.grader.results import Results

ROOT = Path(__file__).parents[2]
NAIVE, VECTORIZED = "softmax_loss_naive", "softmax_loss_vectorized"
IN_TIME = "2026-10-01 10:00:00 UTC"
LATER = "2026-10-05 10:00:00 UTC"
DUE = datetime.datetime(2026, 10, 1, 12)
FULL = (10.0, None, None, False)
MOST_SECONDS = 1.5
EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>[a](javascript:alert(3))<b onclick=alert(4)>"


class Classroom:
    """A course in which students hand in, and whose results are written by hand."""

    def __init__(self, root: Path) -> None:
        self.root, self.database, self.exchange = root, root.parent / "gradebook.db", root.parent / "exchange"
        for part in ("solutions", "autograder", "assignments"):
            shutil.copytree(ROOT / part / "softmax", root / part / "softmax", ignore=shutil.ignore_patterns("__*__"))
        self.url = f"sqlite:///{self.database}"
        config = (ROOT / "nbgrader_config.py").read_text()
        (root / "nbgrader_config.py").write_text(
            f"{config}\nc.CourseDirectory.db_url = {self.url!r}\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
            f"c.Exchange.root = {str(self.exchange)!r}\nc.ExchangeCollect.check_owner = False\n"
        )
        self.course, self.settings = Course(root), nbgrader_settings(root)
        self.bundle = self.course.bundle("softmax", engine_version())
        self.results = Results(root / "course" / "results", "softmax")
        self.released = json.loads(self.course.released("softmax"))
        self.settings.submitted.mkdir(parents=True)
        self.land()
        self.blank = self.database.read_bytes()

    def clear(self) -> None:
        """Take everybody's work away."""
        for folder in (self.settings.submitted, self.settings.autograded, self.settings.feedback, self.results.folder):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(self.exchange, ignore_errors=True)
        self.settings.submitted.mkdir()
        self.database.write_bytes(self.blank)

    def folder(self, student: str) -> Path:
        """Return where a student's hand-in lies."""
        return self.settings.submitted / student / "softmax"

    def notebook(self, **sources: str) -> dict:
        """Return the released notebook, some cells with other text."""
        notebook = json.loads(json.dumps(self.released))
        for cell in notebook["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cell["source"] = sources.get(name, cell["source"])
        return notebook

    def hand_in(self, student: str, when: str = IN_TIME, content: bytes | None = None, **sources: str) -> None:
        """Put a hand-in in place, and full points for it in the results."""
        folder = self.folder(student)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "softmax.ipynb").write_bytes(content or json.dumps(self.notebook(**sources)).encode())
        (folder / "timestamp.txt").write_text(when)
        self.judge(student)

    def judge(self, student: str, naive: float | None = 10.0, rung: str = "bwrap", bundle: str | None = None) -> None:
        """Write the result of what a student handed in."""
        questions = tuple(
            Question(id=name, score=score, max_score=10.0) for name, score in ((NAIVE, naive), (VECTORIZED, 10.0))
        )
        self.results.write(
            SubmissionResult(
                student=student,
                assignment="softmax",
                score=None if naive is None else naive + 10.0,
                max_score=20.0,
                problem=None,
                isolation=rung,
                questions=questions,
                notebook_sha256=hand_in(self.settings.submitted / student, "softmax").sha256,
                bundle_sha256=bundle or self.bundle.sha256,
            )
        )

    def land(self) -> Landed:
        """Land the class."""
        return Landing(self.course, self.settings, self.bundle, self.results).land()

    def students(self) -> list[str]:
        """Return who is in the gradebook."""
        with Gradebook(self.url, "gradkit") as book:
            return [student.id for student in book.students]

    def grade(self, student: str, cell: str = NAIVE) -> tuple[float | None, float | None, float | None, bool]:
        """Return (auto, manual, extra, needs manual) of a cell."""
        with Gradebook(self.url, "gradkit") as book:
            grade = book.find_grade(cell, "softmax", "softmax", student)
            return grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade

    def person(self, student: str, cell: str = NAIVE, **values: float | bool) -> None:
        """Do what a grader does in the formgrader."""
        with Gradebook(self.url, "gradkit") as book:
            grade = book.find_grade(cell, "softmax", "softmax", student)
            for name, value in values.items():
                setattr(grade, name, value)
            book.db.commit()

    def shown(self, student: str) -> dict:
        """Return the autograded notebook of a student."""
        return json.loads((self.settings.autograded / student / "softmax" / "softmax.ipynb").read_bytes())

    def page(self, student: str) -> str:
        """Return a student's feedback page."""
        return (self.settings.feedback / student / "softmax" / "softmax.html").read_text()

    def app(self, assignment: str = "softmax", student: str = "*"):
        """Return nbgrader's application, set to an assignment and a student."""
        self.settings.app.coursedir.assignment_id = assignment
        self.settings.app.coursedir.student_id = student
        return self.settings.app


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course, made once: a new gradebook takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.environ.get("PATH", os.defpath))  # put back afterwards, for other tests
        yield Classroom(tmp_path_factory.mktemp("through-nbgrader") / "course")


@pytest.fixture
def room(made):
    """The course, in which ada has handed in a right notebook."""
    made.clear()
    made.hand_in("ada")
    yield made
    made.app()


STAMPS = {
    "zone-read-from-the-machine": "2026-10-01 10:00:00 /proc/self/mem",
    "zone-above-the-zones": "2026-10-01 10:00:00 ..",
    "zone-of-the-student's-own": "2026-10-01 10:00:00 {folder}/zone",
    "more-digits-than-decimals-have": f"Jan{'9' * 40}h",
    "moves-with-the-clock": "10:00",
    "moves-with-the-week": "Monday",
    "zone-that-nobody-knows": "2026-10-01 12:30:00 CEST",
    "no-text": "\udcff\udcfe",
}


@pytest.mark.parametrize("name", STAMPS)
def test_stamp_costs_only_its_author(room, name):
    """A timestamp.txt that reads files, moves or breaks the parser is no date; it is named, and the class lands."""
    room.hand_in("eve")
    folder = room.folder("eve")
    (folder / "zone").write_bytes(b"TZif2" + bytes(10))
    stamp = STAMPS[name].format(folder=folder)
    (folder / "timestamp.txt").write_bytes(stamp.encode("utf-8", "surrogateescape"))
    landed = room.land()
    assert landed.students == 2
    assert [remark.split(":")[0] for remark in landed.remarks] == ["eve"]
    assert room.grade("ada") == FULL
    with Gradebook(room.url, "gradkit") as book:
        assert book.find_submission("softmax", "eve").timestamp is None


def test_stamp_with_an_offset(room):
    """A time with hours and minutes beside UTC, which nbgrader takes for seconds, makes nobody late who was not."""
    with Gradebook(room.url, "gradkit") as book:
        book.update_or_create_assignment("softmax", duedate=DUE)
    room.hand_in("ada", "2026-10-01 13:30:00 +0200")
    room.land()
    with Gradebook(room.url, "gradkit") as book:
        found = book.find_submission("softmax", "ada")
        assert found.timestamp in (None, datetime.datetime(2026, 10, 1, 11, 30))
        assert found.late_submission_penalty == 0


FOLDERS = {
    "more-digits-than-decimals-have": f"eve+softmax+Jan{'9' * 40}h+x",
    "zone-above-the-zones": "eve+softmax+2026-03-01 12:00:00 ..+x",
    "year-beyond-all": "eve+softmax+99999-03-01 12:00:00 UTC+x",
    "no-time": "eve+softmax+soon",
    "two-names": "eve+softmax+ada+softmax+2026-03-01 12:00:00 UTC+x",
    "up": "..+softmax+2026-03-01 12:00:00 UTC+x",
    "line-end": "eve\n+softmax+2026-03-01 12:00:00 UTC+x",
}


@pytest.mark.parametrize("name", FOLDERS)
def test_folder_in_the_exchange_costs_only_its_author(room, name):
    """Whatever time or name a folder in the exchange claims, the others are collected."""
    inbound = room.exchange / "gradkit" / "inbound"
    for folder in ("bob+softmax+2026-03-01 12:00:00 UTC+x", FOLDERS[name]):
        (inbound / folder).mkdir(parents=True)
        (inbound / folder / "softmax.ipynb").write_text(folder)
    app = room.app()
    CarefulCollect(coursedir=app.coursedir, parent=app).start()
    assert sorted(path.name for path in room.settings.submitted.iterdir()) == ["ada", "bob"]
    assert (room.folder("bob") / "timestamp.txt").read_text() == "2026-03-01 12:00:00 UTC"
    assert json.loads((room.folder("ada") / "softmax.ipynb").read_bytes()) == room.notebook()


@pytest.mark.filterwarnings("ignore:unclosed file")  # of nbgrader's own
@pytest.mark.parametrize("file", ["submission_secret.txt", "timestamp.txt"])
def test_small_file_that_is_no_text(room, file):
    """What lies beside one notebook does not keep the pages of the others from being released."""
    room.hand_in("eve")
    room.hand_in("zoe")
    (room.folder("eve") / file).write_bytes(b"\xff\xfe")
    room.land()
    assert make_feedback(room.course, room.settings, "softmax") == 3
    (room.exchange / "gradkit" / "inbound").mkdir(parents=True)
    app = room.app()
    ExchangeReleaseFeedback(coursedir=app.coursedir, parent=app).start()
    assert len(list((room.exchange / "gradkit" / "feedback").glob("*.html"))) == 3


def test_student_named_like_the_overview(room, strongest):
    """A student whose folder has the name of the class's CSV file does not keep the class from being landed."""
    room.hand_in("softmax.csv")
    for student in ("ada", "softmax.csv"):
        room.judge(student, rung=strongest.name)
    _, landed = grade_and_land(room.course, room.settings, "softmax", jobs=1, console=Console(quiet=True))
    assert landed.students == 2
    assert room.grade("ada") == FULL


def cells(*added):
    """Return what adds cells to a notebook."""
    return lambda notebook: {**notebook, "cells": [*notebook["cells"], *added]}


def marked(kind, grade_id, source, **more):
    """Return a cell with a mark."""
    metadata = {
        "nbgrader": {"grade_id": grade_id, "grade": True, "solution": True, "points": 1e9, "schema_version": 99}
    }
    return {"cell_type": kind, "metadata": metadata, "source": source, "outputs": [], "execution_count": 1, **more}


HTML_OUTPUT = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": EVIL}}]
NOTEBOOKS = {
    "copies-of-a-graded-cell": cells(*[marked("code", NAIVE, "1")] * 1900),
    "copies-of-an-answer": cells(*[marked("markdown", "answer_1", EVIL)] * 1900),
    "marks-that-nobody-made": cells(marked("code", "bonus", EVIL), marked("raw", "__proto__", EVIL)),
    "html-in-outputs": cells(marked("code", NAIVE, "1", outputs=HTML_OUTPUT)),
    "html-in-attachments": cells(marked("markdown", "x", EVIL, attachments={"a.svg": {"image/svg+xml": EVIL}})),
    "html-in-raw-cells": cells(marked("raw", "x", f"````\n{EVIL}\n```\n{EVIL}\n~~~~~\n{EVIL}")),
    "unknown-kind": cells(marked("html", "x", EVIL)),
    "claims-another-hand-in": cells(marked("code", "x", '"gradkit": {\n"sha256": "5a5a"')),
    "metadata": lambda notebook: {**notebook, "metadata": {"gradkit": {"sha256": "5a5a"}, "title": EVIL}},
    "no-cells": lambda notebook: {**notebook, "cells": []},
    "format-of-tomorrow": lambda notebook: {**notebook, "nbformat": 5},
    "half-surrogates": cells(marked("markdown", "answer_1", "\ud800 \udfff")),
    "many-attachments": cells(marked("markdown", "x", "", attachments={f"{n}.png": {} for n in range(50_000)})),
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_lands_as_text_with_the_course_s_marks(room, name):
    """Whatever a notebook holds: points are those judged, graders see plain text, and the course's marks once each."""
    content = json.dumps(NOTEBOOKS[name](room.notebook())).encode()
    room.hand_in("eve", content=content)
    room.judge("eve", naive=0.0)
    assert room.land().students == 2
    assert room.grade("eve") == (0.0, None, None, False)
    assert room.grade("ada") == FULL
    shown = room.shown("eve")
    names = [cell["metadata"]["nbgrader"]["grade_id"] for cell in shown["cells"] if cell["metadata"]]
    graded = [name for name in (NAIVE, VECTORIZED, "answer_1", "answer_2", "answer_3") if name in names]
    assert len(names) == len(set(names))
    assert len(graded) == 5
    assert not [cell for cell in shown["cells"] if "attachments" in cell]
    assert all(output["output_type"] == "stream" for cell in shown["cells"] for output in cell.get("outputs", ()))
    words = "\n\n".join("".join(cell["source"]) for cell in shown["cells"] if cell["cell_type"] == "markdown")
    page = markdown2html_mistune(words)
    assert not [tag for tag in ("<img", "<script", "<b ", 'href="javascript') if tag in page]
    path = room.settings.autograded / "eve" / "softmax" / "softmax.ipynb"
    assert made_from(path.read_bytes()) == hand_in(room.settings.submitted / "eve", "softmax").sha256
    make_feedback(room.course, room.settings, "softmax")
    assert "<img src=x" not in room.page("eve")
    assert "<script>alert" not in room.page("eve")


WORDS = {"environments": "\\begin{a}", "formulas": "$$a\n", "emphasis": "**a*", "quotes": "> "}


@pytest.mark.parametrize("name", WORDS)
def test_words_do_not_stall_the_formgrader(name):
    """What graders see is rendered in a moment: the formgrader's server answers nobody else meanwhile."""
    text = harmless_markdown(WORDS[name] * (45_000 // len(WORDS[name])))
    started = time.process_time()
    markdown2html_mistune(text)
    assert time.process_time() - started < MOST_SECONDS


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # of nbgrader's own
def test_words_where_there_is_no_suite(room):
    """An assignment of words only, which nbgrader's own steps land, shows graders no HTML of a student's either."""
    answer = next(c for c in room.released["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "answer_1")
    released = json.dumps({**room.released, "cells": [answer]})
    for part in ("solutions", "assignments"):
        (room.root / part / "essay").mkdir(parents=True, exist_ok=True)
        (room.root / part / "essay" / "essay.ipynb").write_text(released)
    about = {"notebook": "essay", "assignment": "essay", "db_url": room.url}
    with Gradebook(room.url, "gradkit") as book:
        book.add_assignment("essay")
    SaveCells(parent=room.app()).preprocess(nbformat.reads(released, as_version=4), {"nbgrader": about})
    handed_in = room.settings.submitted / "eve" / "essay"
    handed_in.mkdir(parents=True)
    evil = json.dumps({**room.released, "cells": [{**answer, "source": EVIL}]})
    (handed_in / "essay.ipynb").write_text(evil)
    app = room.app("essay")
    try:
        Autograde(coursedir=app.coursedir, parent=app).start()
    finally:
        for part in ("solutions", "assignments"):
            shutil.rmtree(room.root / part / "essay")
    (shown,) = json.loads((room.settings.autograded / "eve" / "essay" / "essay.ipynb").read_bytes())["cells"]
    page = markdown2html_mistune("".join(shown["source"]))
    assert not [tag for tag in ("<img", "<script", "<b ", 'href="javascript') if tag in page]


def test_folder_without_a_notebook_by_the_formgrader_s_button(room):
    """Without a notebook nbgrader's command for one student stops before it asks us; gradkit's lands the student."""
    room.folder("bob").mkdir(parents=True)
    (room.folder("bob") / "softmax.docx").write_text("my answers")
    app = room.app(student="bob")
    with pytest.raises(NbGraderException, match="No notebooks were matched"):
        Autograde(coursedir=app.coursedir, parent=app).start()
    assert "bob" not in room.students()
    room.land()
    assert room.grade("bob") == (None, None, None, True)


def test_result_that_could_not_be_replaced(room):
    """The result of an earlier suite, which a full disk kept from being replaced, gives nobody its points."""
    room.hand_in("bob")
    room.judge("bob", naive=3.0, bundle="of an earlier suite")
    room.land()
    assert room.grade("bob") == (None, None, None, True)
    assert room.grade("ada") == FULL


def test_result_under_another_name(room):
    """A student who was renamed by hand gets a page, or none; the others get theirs."""
    room.hand_in("jon")
    room.settings.submitted.joinpath("jon").rename(room.settings.submitted / "john")
    room.results.folder.joinpath("jon").rename(room.results.folder / "john")
    room.land()
    make_feedback(room.course, room.settings, "softmax")
    assert room.page("ada")


def test_extra_credit_for_an_earlier_hand_in(room):
    """What a person added for one hand-in waits for a look at the next."""
    room.land()
    room.person("ada", extra_credit=5.0, needs_manual_grade=False)
    room.hand_in("ada", LATER, **{NAIVE: "def softmax_loss_naive(*arguments): pass"})
    room.judge("ada", naive=0.0)
    room.land()
    assert room.grade("ada") == (0.0, None, 5.0, True)


def test_page_while_a_new_hand_in_waits_to_be_graded(room):
    """A page with the points of one hand-in does not show the code of another."""
    room.land()
    room.hand_in("ada", LATER, **{NAIVE: "def softmax_loss_naive(*arguments):\n    return 'the new one'"})
    room.results.path("ada").unlink()
    make_feedback(room.course, room.settings, "softmax")
    assert "the new one" not in room.page("ada")


def test_person_saves_while_the_class_lands(room, monkeypatch):
    """Points that a person saves during a landing wait for its end, and stay."""
    room.land()
    with Gradebook(room.url, "gradkit") as book:
        book.update_or_create_assignment("softmax", duedate=DUE)
    room.hand_in("ada", LATER)
    room.land()
    room.judge("ada", naive=2.0)

    person = threading.Thread(
        target=room.person, args=("ada",), kwargs={"manual_score": 7.0, "needs_manual_grade": False}
    )

    def penalty(*_):
        person.start()
        return 0.0

    monkeypatch.setattr(landing, "late_penalty", lambda _: penalty)
    room.land()
    person.join()
    assert room.grade("ada")[:3] == (2.0, 7.0, None)


def test_gradebook_restored_from_a_backup(room):
    """A person's points for one answer do not settle another that was handed in after the backup was made."""
    room.hand_in("ada", answer_1="First.")
    room.land()
    room.person("ada", "answer_1", manual_score=3.0, needs_manual_grade=False)
    backup = room.database.read_bytes()
    room.hand_in("ada", LATER, answer_1="Second, nonsense.")
    room.land()
    room.database.write_bytes(backup)
    room.land()
    assert room.grade("ada", "answer_1") == (None, 3.0, None, True)


def test_stopped_between_gradebook_and_notebooks(room, monkeypatch):
    """Who graded the old answer, still shown after a crash, is asked to look at the new one."""
    room.hand_in("ada", answer_1="First.")
    room.land()
    room.hand_in("ada", LATER, answer_1="Second.")
    with monkeypatch.context() as crash:
        crash.setattr(landing.Landing, "_show", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            room.land()
    room.person("ada", "answer_1", manual_score=2.0, needs_manual_grade=False)
    room.land()
    assert room.grade("ada", "answer_1") == (None, 2.0, None, True)
    assert "Second." in json.dumps(room.shown("ada"))


def test_failed_landing_leaves_what_was_shown(room):
    """A landing that the gradebook refuses changes no file beside it: not the notebook, its time or its secret."""
    room.land()
    folder = room.settings.autograded / "ada" / "softmax"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    room.hand_in("ada", LATER, answer_1="Second.")
    (room.folder("ada") / "submission_secret.txt").write_text("another")
    room.judge("ada", naive=11.0)
    with pytest.raises(CourseError, match="nothing was landed"):
        room.land()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_process_keeps_its_path(room, monkeypatch):
    """Landing leaves the process its PATH: by it bwrap is found, and the formgrader's server starts programs."""
    monkeypatch.setenv("PATH", os.environ.get("PATH", "/usr/bin:/bin"))
    before = os.environ["PATH"]
    room.land()
    assert os.environ.get("PATH") == before


def final(student: str) -> FinalGrade:
    """Return a student's grade: 7 of 26 points."""
    question = FinalQuestion(id=NAIVE, score=7.0, max_score=26.0, auto_score=7.0)
    points = {"raw_score": 7.0, "penalty": 0.0, "score": 7.0, "max_score": 26.0}
    return FinalGrade(student=student, assignment="softmax", timestamp="", questions=(question,), **points)


def test_number_that_is_somebody_else_s_login():
    """Who has two rows, one by the number and another's by the login, is left out instead of graded there."""
    roster = "Student,ID,SIS Login ID,Section\nAnn,42,ann,A\nBob,7,42,A\n"
    filled = canvas.fill_gradebook(roster, [final("42")], "Softmax")
    assert "Bob" not in filled.text
    assert [left_out.student for left_out in filled.unmatched] == ["42"]


@pytest.mark.parametrize(
    "text", [";" * 20_000, "x" * 140_000, "=1+1;=2", "\n=1+1"], ids=["seams", "long", "sum", "row"]
)
def test_online_text_in_a_worksheet(text):
    """What a student typed into Moodle's text box keeps no grade from its place, and is no formula."""
    head = "Identifier,Username,Grade,Maximum grade,Online text,Last modified (grade),Feedback comments"
    rows = f'Participant 1,eve,,26,"{text}",-,\nParticipant 2,ada,,26,,-,\n'
    started = time.process_time()
    filled = moodle.fill_worksheet(f"{head}\n{rows}", [final("eve"), final("ada")])
    assert time.process_time() - started < MOST_SECONDS
    assert "Participant 2,ada,7.0,26" in filled.text
    assert ",=" not in filled.text
    assert ";=" not in filled.text


def archive_with_a_hidden_directory(entries: int) -> bytes:
    """Return an archive whose end claims one file, while a record that large archives have claims many."""
    local = b"PK\3\4" + struct.pack("<5H3L2H", 20, 0, 0, 0, 0x21, 0, 0, 0, 1, 0) + b"a"
    entry = b"PK\1\2" + struct.pack("<6H3L5H2L", 20, 20, 0, 0, 0, 0x21, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * entries
    sizes = (entries, entries, len(directory), len(local))
    large = b"PK\6\6" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, *sizes)
    locator = b"PK\6\7" + struct.pack("<LQL", 0, len(local) + len(directory), 1)
    return local + directory + large + locator + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, 47, len(local), 0)


def test_archive_with_a_hidden_directory(tmp_path):
    """An archive's list is not read into memory before its real size is known, wherever that stands."""
    (tmp_path / "hw.zip").write_bytes(archive_with_a_hidden_directory(20_000))
    tracemalloc.start()
    with pytest.raises(SubmissionError, match="lists more than 1000 files"):
        unpack(tmp_path / "hw.zip", tmp_path / "out", Limits()._replace(members=1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 << 20
    assert not (tmp_path / "out").exists()


def test_long_name_that_can_be_read_in_many_ways(tmp_path):
    """A member's name with thousands of numbers costs its hand-in, and little memory."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("arborann_1_10_softmax.ipynb", "ann's")
        archive.writestr(f"x{'_1' * 4000}_x.ipynb", "eve's")
    (tmp_path / "class.zip").write_bytes(content.getvalue())
    tracemalloc.start()
    left_out = unpack(tmp_path / "class.zip", tmp_path / "out", None, lambda member: _hand_in("class.zip", member))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["arborann_1_10_softmax.ipynb"]
    assert len(left_out) == 1
    assert peak < 10 << 20
