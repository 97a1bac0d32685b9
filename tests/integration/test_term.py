"""A whole term with real commands: release, hand in, collect, grade, mark by hand, regrade, give back, export.

One class walks through it once, in a course of its own with an exchange of its own; the tests look at what each
step has left in the gradebook and elsewhere.
"""

import ast
import csv
import datetime
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchAssignment, ExchangeFetchFeedback, ExchangeSubmit
from nbgrader.utils import parse_utc

ROOT = Path(__file__).parents[2]
NAIVE, VECTORIZED = FUNCTIONS = ("softmax_loss_naive", "softmax_loss_vectorized")
WRITTEN = ("answer_1", "answer_2", "answer_3")
CELLS = (NAIVE, "answer_1", VECTORIZED, "answer_2", "answer_3")
POINTS = 26

# Who hands in what: students of the sample class under names of their own.
CLASS = {
    "lovelace": "right-textbook",
    "noether": "right-one-hot",
    "turing": "right-einsum",
    "gödel": "right-plain-loops",
    "gauss": "right-helper-in-cell-after",
    "ramanujan": "right-lambda-helper",
    "hopper": "wrong-two-in-gradient",
    "cantor": "wrong-gradient-not-averaged",
    "fermat": "wrong-no-shift",
    "galois": "wrong-loop-in-vectorized",
    "leibniz": "wrong-penalty-missing",
    "pascal": "wrong-loss-sign",
    "riemann": "unfinished-untouched",
    "abel": "unfinished-only-naive",
    "hilbert": "unfinished-syntax-error",
    "fourier": "unfinished-cell-copied-and-mended",
    "bernoulli": "unfinished-magics",
    "laplace": "unfinished-code-in-markdown",
    "moriarty": "nasty-os-exit",
    "mabuse": "nasty-forges-replies",
    "babbage": "nasty-not-json",
}
UNREADABLE = "babbage"
FIRST_OF_NOETHER, SECOND_OF_HOPPER = "unfinished-only-naive", "right-textbook"
BY_COMMAND = "turing"  # and so now, two hours and a half after the due date
# The others hand in through the same classes of nbgrader at a time of our choice: in minutes from the due date.
MOMENTS = {"noether": -60, "riemann": 30, "hopper": 140}
VERY_EARLY = -300
ANSWERS = {
    "lovelace": {"answer_1": "Because all scores are nearly 0.", "answer_2": "It was chosen.", "answer_3": "Sky."},
    "hopper": {"answer_1": "Ten classes, so log(10)."},
    "cantor": {"answer_2": "<script>alert('one')</script> & 1 < 2"},
    "gödel": {"answer_1": "It cannot be proved."},
}
FAIR = {
    "full": lambda score: score == 10,
    "part": lambda score: 0 <= score < 10,
    "little": lambda score: score <= 2,
    "none": lambda score: score == 0,
}

SETTINGS = """
c.Exchange.root = {exchange!r}
c.Exchange.cache = {cache!r}
c.ExchangeCollect.check_owner = False
c.AssignLatePenalties.plugin_class = "lateness.PointAnHour"
"""
STUDENTS_SETTINGS = """
c = get_config()
c.CourseDirectory.course_id = "gradkit"
c.Exchange.root = {exchange!r}
c.Exchange.cache = {cache!r}
"""
PLUGIN = '''"""How late hand-ins are treated in this course."""

import math

from nbgrader.plugins import BasePlugin


class PointAnHour(BasePlugin):
    """Takes a point for each hour that has begun."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        """Return the points off."""
        return math.ceil(total_seconds_late / 3600)
'''
# Its weight of 2.5 beside the others' 10.
NEW_CHECK = '''

@called
@pytest.mark.weight(2.5)
def test_whole_gradient(function, judge, draw):
    """For another batch the gradient is right, penalty included."""
    problem = random_problem(draw("whole gradient"), N=9, D=4, C=3)
    judge.gradient(function(*problem), problem)
'''
PRAISE = "Two points, & a <b>bonus</b> for the clear loops."
REMARK = "You mean the first loss."


class Cell(NamedTuple):
    """What the gradebook says about a cell of one student."""

    auto: float | None
    manual: float | None
    extra: float | None
    waits: bool
    told: str
    remark: str


class Sheet(NamedTuple):
    """What the gradebook says about one student."""

    cells: dict[str, Cell]
    timestamp: datetime.datetime
    raw: float
    penalty: float
    waits: bool

    @property
    def score(self):
        """The final points."""
        return max(0.0, self.raw - self.penalty)


class Term:
    """A course, its exchange and its students' folders; each method is a step, which leaves what tests look at."""

    def __init__(self, base, sample, gradkit):
        self.root, self.exchange, self.base, self.sample = base / "course", base / "exchange", base, sample
        self.url = f"sqlite:///{self.root}/course/gradebook.db"
        for part in ("solutions", "autograder"):
            shutil.copytree(ROOT / part, self.root / part, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_*"))
        settings = SETTINGS.format(exchange=str(self.exchange), cache=str(base / "cache"))
        (self.root / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text() + settings)
        (self.root / "lateness.py").write_text(PLUGIN)
        folders = ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "HOME")
        self.environment = {name: str(base / name.lower()) for name in folders}
        self.environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.due = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - minutes(150)
        self._gradkit = gradkit

    def gradkit(self, *arguments, code=0):
        """Run gradkit in the course; return the completed process."""
        process = self._gradkit(*arguments, cwd=self.root, env=self.environment)
        assert process.returncode == code, process.stdout + process.stderr
        return process

    def run(self, *command, cwd=None, code=0):
        """Run a program in the course or in a student's folder; return the completed process."""
        environment = {**os.environ, **self.environment, "COLUMNS": "200"}
        for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):  # of a make that runs the tests
            environment.pop(name, None)
        process = subprocess.run(
            command, cwd=cwd or self.root, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert process.returncode == code, process.stdout + process.stderr
        assert "Traceback" not in process.stderr, process.stderr
        return process

    def nbgrader(self, *arguments, cwd=None):
        """Run one of nbgrader's commands; return what it logged."""
        return self.run(sys.executable, "-m", "nbgrader", *arguments, cwd=cwd).stderr

    def release(self):
        """Make the student version, hand it out in the exchange, and set the due date."""
        self.released = self.gradkit("release", "softmax")
        self.nbgrader("release_assignment", "softmax")
        self.nbgrader("db", "assignment", "add", "softmax", f"--duedate={self.due} UTC")
        with Gradebook(self.url, "gradkit") as book:
            book.add_student("noether", first_name="Emmy", last_name="Noether", email="noether@example.org")

    def home(self, student):
        """Return a student's folder, with nbgrader's settings in it."""
        home = self.base / "students" / student
        if not home.exists():
            home.mkdir(parents=True)
            settings = STUDENTS_SETTINGS.format(exchange=str(self.exchange), cache=str(home / "cache"))
            (home / "nbgrader_config.py").write_text(settings)
        return home

    def exchanging(self, kind, student):
        """Return one of nbgrader's own classes for students, as its command makes it."""
        course = CourseDirectory(course_id="gradkit", assignment_id="softmax", student_id=student)
        home = self.home(student)
        places = {"root": str(self.exchange), "cache": str(home / "cache"), "assignment_dir": str(home)}
        return kind(coursedir=course, authenticator=Authenticator(), **places)

    def submit(self, student, work, moment=None):
        """Do the work of a student of the sample class and submit it, now and by command if no time is given."""
        home = self.home(student)
        notebook = home / "softmax" / "softmax.ipynb"
        released = json.loads((self.root / "assignments" / "softmax" / "softmax.ipynb").read_bytes())
        self.sample[work].write(notebook.parent, released)
        answer(notebook, ANSWERS.get(student, {}))
        if moment is None:
            self.nbgrader("submit", "softmax", f"--student={student}", cwd=home)
        else:
            submit = self.exchanging(SubmitAt, student)
            submit.moment = moment
            submit.start()

    def hand_in(self):
        """Everybody fetches the assignment and hands in; one does so by command, so now, and is late."""
        for student, work in CLASS.items():
            if student == BY_COMMAND:
                self.nbgrader("fetch_assignment", "softmax", cwd=self.home(student))
                self.submit(student, work)
            else:
                self.exchanging(ExchangeFetchAssignment, student).start()
                self.submit(student, work, self.due + minutes(MOMENTS.get(student, VERY_EARLY)))
        self.submit("noether", FIRST_OF_NOETHER, self.due + minutes(VERY_EARLY))

    def grade(self):
        """Collect, and grade as an instructor does; somebody cannot be judged, which make shows as an error."""
        self.collected = self.nbgrader("collect", "softmax")
        # The programs are there already, so make need not install them.
        make = ("make", "-f", str(ROOT / "Makefile"), "-o", ".venv/.grader", "grade")
        self.made = self.run(*make, code=2)
        self.graded = self.sheets()

    def mark(self):
        """People read the answers, and mend what they think was judged too harshly."""
        for cell, points in (("answer_1", 2), ("answer_2", 1.5), ("answer_3", 0)):
            self.person("lovelace", cell, points)
        self.person("hopper", "answer_1", 1.5, remark=REMARK)
        self.person("fermat", NAIVE, 8, extra=1, remark=PRAISE)
        self.marked = self.sheets()

    def regrade(self):
        """Give an extension and a second chance, add a check, and grade everybody anew."""
        with Gradebook(self.url, "gradkit") as book:
            book.grant_extension("softmax", "hopper", hours=3)
        with (self.root / "autograder" / "softmax" / "test_softmax_loss.py").open("a") as suite:
            suite.write(NEW_CHECK)
        self.submit("hopper", SECOND_OF_HOPPER)
        self.updated = self.nbgrader("collect", "softmax", "--update")
        self.gradkit("grade", "softmax", code=3)
        self.regraded = self.sheets()
        self.person("hopper", "answer_1", 1.5, remark=REMARK)
        self.person("fermat", NAIVE, 8, extra=1, remark=PRAISE)
        self.final = self.sheets()

    def give_back(self):
        """Write the pages by either command, release them, and let everybody fetch theirs."""
        self.gradkit("feedback", "softmax")
        self.pages = self.written_pages()
        shutil.rmtree(self.root / "course" / "feedback")
        self.nbgrader("generate_feedback", "softmax")
        self.pages_of_nbgrader = self.written_pages()
        self.nbgrader("release_feedback", "softmax")
        self.nbgrader("fetch_feedback", "softmax", cwd=self.home("hopper"))
        for student in CLASS.keys() - {"hopper"}:
            self.exchanging(ExchangeFetchFeedback, student).start()

    def export(self):
        """Write the grades for every other system."""
        (self.root / "canvas.csv").write_text(canvas_gradebook())
        for_canvas = ("--roster", "canvas.csv", "--column", "17")
        with ThreadPoolExecutor(2) as pool:
            plugin = "--exporter=gradkit.grader.nbgrader.export.QuestionCsv"
            by_nbgrader = pool.submit(self.nbgrader, "export", plugin, "--to", "grades.csv")
            wanted = {"csv": (), "canvas": for_canvas, "moodle": (), "junit": ()}
            started = {
                name: pool.submit(self.gradkit, "export", "softmax", "--format", name, *options)
                for name, options in wanted.items()
            }
            self.exported = {name: process.result() for name, process in started.items()}
            by_nbgrader.result()

    def person(self, student, cell, points, extra=None, remark=None):
        """Do what the formgrader does when a person has given points and perhaps written a comment."""
        with Gradebook(self.url, "gradkit") as book:
            grade = book.find_grade(cell, "softmax", "softmax", student)
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = points, extra, False
            if remark:
                book.find_comment(cell, "softmax", "softmax", student).manual_comment = remark
            book.db.commit()

    def sheets(self):
        """Return what the gradebook says now about everybody."""
        with Gradebook(self.url, "gradkit") as book:
            return {each.student_id: sheet(each) for each in book.find_assignment("softmax").submissions}

    def result(self, student):
        """Return a student's latest result."""
        return json.loads((self.root / "course" / "results" / student / "softmax.json").read_bytes())

    def handed_in(self, student):
        """Return the times of a student's hand-ins, as the names of the folders in the exchange say."""
        folders = (self.exchange / "gradkit" / "inbound").glob(f"{student}+softmax+*")
        return sorted(parse_utc(path.name.split("+")[2]) for path in folders)

    def written_pages(self):
        """Return the feedback pages in the course, by student."""
        return {path.parts[-3]: path.read_bytes() for path in self.root.glob("course/feedback/*/softmax/softmax.html")}

    def fetched(self, student):
        """Return the pages that a student has fetched."""
        return [path.read_bytes() for path in self.home(student).glob("softmax/feedback/*/softmax.html")]


class SubmitAt(ExchangeSubmit):
    """What ``nbgrader submit`` runs, at another time than now."""

    def set_timestamp(self):
        """Take the given moment."""
        self.timestamp = self.moment.replace(tzinfo=datetime.UTC).strftime(self.timestamp_format)


def minutes(count):
    """Return so many minutes."""
    return datetime.timedelta(minutes=count)


def answer(notebook, texts):
    """Write answers in words into a notebook."""
    if not texts:
        return
    content = json.loads(notebook.read_bytes())
    for cell in content["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = texts.get(name, cell["source"])
    notebook.write_text(json.dumps(content))


def sheet(submission):
    """Return what the gradebook says about a submission, as plain values."""
    notebook = submission.notebooks[0]
    comments = {comment.name: comment for comment in notebook.comments}
    cells = {
        grade.name: Cell(
            grade.auto_score,
            grade.manual_score,
            grade.extra_credit,
            grade.needs_manual_grade,
            comments[grade.name].auto_comment or "",
            comments[grade.name].manual_comment or "",
        )
        for grade in notebook.grades
    }
    penalty = submission.late_submission_penalty
    return Sheet(cells, submission.timestamp, submission.score, penalty, submission.needs_manual_grade)


def canvas_gradebook():
    """Return what Canvas exports for the class; Ramanujan is not enrolled there."""
    rows = [("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Softmax (17)", "Current Score")]
    rows.append(("    Points Possible", "", "", "", "", f"{POINTS}.00", "(read only)"))
    enrolled = [student for student in CLASS if student != "ramanujan"]
    rows += [(f"The Student {name}", str(n), "", name, "1", "", "") for n, name in enumerate(enrolled, 1)]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


@pytest.fixture(scope="module")
def sample(make_class):
    """The students of the sample class by name."""
    return {student.name: student for student in make_class.students()}


@pytest.fixture(scope="module")
def term(sample, gradkit, tmp_path_factory):
    """A term that is over."""
    term = Term(tmp_path_factory.mktemp("term"), sample, gradkit)
    term.release()
    term.hand_in()
    term.grade()
    term.mark()
    term.regrade()
    term.give_back()
    term.export()
    return term


def test_release(term):
    """The student version is made anew, as it is in the repository; folder, zip and exchange hold the same."""
    notebook = (ROOT / "assignments" / "softmax" / "softmax.ipynb").read_bytes()
    assert term.released.stdout == "assignments/softmax is new.\n"
    assert (term.root / "assignments" / "softmax" / "softmax.ipynb").read_bytes() == notebook
    assert (term.exchange / "gradkit" / "outbound" / "softmax" / "softmax.ipynb").read_bytes() == notebook
    with zipfile.ZipFile(term.root / "assignments" / "softmax.zip") as archive:
        assert archive.read("softmax/softmax.ipynb") == notebook


def test_everybody_is_collected_and_landed(term):
    """Each of the class is in the gradebook, with the time of the last hand-in."""
    assert set(term.graded) == set(CLASS)
    times = {student: sheet.timestamp for student, sheet in term.final.items()}
    assert times == {student: term.handed_in(student)[-1] for student in CLASS}


def test_make_grade(term):
    """`make grade` grades the course's own class, and ends with an error because one notebook cannot be read."""
    assert "21 submissions: 8 with full marks, 12 with something to mend, 1 not judged." in term.made.stdout
    assert "21 students landed in the gradebook." in term.made.stdout
    assert f"1 could not be judged and need a person to look: {UNREADABLE}" in term.made.stderr
    assert "Error 3" in term.made.stderr


def test_points_are_deserved(term, sample):
    """Every function has the points that the sample class says it deserves, and none if it cannot be judged."""
    unfair = []
    for student, work in CLASS.items():
        for name, deserved in ((NAIVE, sample[work].naive), (VECTORIZED, sample[work].vectorized)):
            score = term.graded[student].cells[name].auto
            if score is not None if not sample[work].judged else score is None or not FAIR[deserved](score):
                unfair.append(f"{student}: {name} got {score}, deserves {deserved}")
    assert unfair == []


def test_who_waits_for_a_person(term):
    """A person is asked for answers in words and for what cannot be judged, and for nothing else."""
    waiting = {
        (student, name) for student, sheet in term.graded.items() for name, cell in sheet.cells.items() if cell.waits
    }
    answers = {(student, name) for student, texts in ANSWERS.items() for name in texts}
    assert waiting == answers | {(UNREADABLE, name) for name in CELLS}


def test_answers_that_nobody_gave(term):
    """An answer that was left as released has no points, and says so; one that was given has none yet."""
    for student in CLASS.keys() - {UNREADABLE}:
        for name in WRITTEN:
            cell = term.graded[student].cells[name]
            given = name in ANSWERS.get(student, {})
            assert (cell.auto, cell.told) == ((None, "") if given else (0.0, "No response."))


def test_mistakes_are_named_to_graders(term, sample):
    """The comment on a function with a known mistake names it, as text that a page may hold."""
    for student, work in CLASS.items():
        told = "".join(term.graded[student].cells[name].told for name in FUNCTIONS)
        assert sample[work].names.lower() in html.unescape(told).lower()
        assert "<" not in told


def test_being_late_costs_points(term):
    """The course's own plugin takes a point for each hour that has begun, never more than there are."""
    penalties = {student: sheet.penalty for student, sheet in term.graded.items() if sheet.penalty}
    assert penalties == {"turing": 3.0, "hopper": 3.0}
    assert term.graded["riemann"].timestamp > term.due
    assert term.final["turing"].score == 17.0


def test_last_hand_in_counts(term):
    """Who hands in twice in time is graded by the second notebook."""
    assert term.handed_in("noether") == [term.due + minutes(VERY_EARLY), term.due + minutes(MOMENTS["noether"])]
    assert term.graded["noether"].timestamp == term.due + minutes(MOMENTS["noether"])
    assert [term.graded["noether"].cells[name].auto for name in FUNCTIONS] == [10.0, 10.0]


def test_what_people_gave_is_added(term):
    """Points of people go before those of the grader, and extra credit on top."""
    assert term.marked["lovelace"].raw == 20 + 2 + 1.5
    assert term.marked["fermat"].raw == 8 + 1 + 8.5
    assert not term.marked["lovelace"].waits
    assert not term.marked["fermat"].waits


def test_new_check_counts_for_everybody(term):
    """A check that is added later changes everybody's points by its share of the weight, and nobody is forgotten."""
    for student in CLASS.keys() - {UNREADABLE, "hopper"}:
        for question in term.result(student)["questions"]:
            new = next(check for check in question["checks"] if check["id"] == "whole_gradient")
            before = term.graded[student].cells[question["id"]].auto
            expected = 10 * (before + 2.5 * (new["outcome"] == "passed")) / 12.5
            assert term.regraded[student].cells[question["id"]].auto == pytest.approx(expected, abs=1e-4)
    points = {s: tuple(term.regraded[s].cells[name].auto for name in FUNCTIONS) for s in CLASS}
    assert (points["cantor"], points["pascal"], points["galois"]) == ((5.6, 6.0), (7.6, 8.0), (10.0, 9.4))
    assert (points["gauss"], points["riemann"], points[UNREADABLE]) == ((10.0, 10.0), (0.0, 0.0), (None, None))


def test_what_people_gave_outlasts_a_regrade(term):
    """Nothing that a person gave changes; who has new points or a new notebook is to be looked at again, once."""
    for before, after in ((term.marked, term.regraded), (term.regraded, term.final)):
        for student in CLASS:
            for name, cell in before[student].cells.items():
                now = after[student].cells[name]
                assert (now.manual, now.extra, now.remark) == (cell.manual, cell.extra, cell.remark)
    asked = {(s, name) for s in CLASS for name in CELLS if term.regraded[s].cells[name].waits}
    before = {(s, name) for s in CLASS for name in CELLS if term.marked[s].cells[name].waits}
    assert asked - before == {("fermat", NAIVE), ("hopper", "answer_1")}
    assert before <= asked


def test_extension_and_second_chance(term):
    """With an extension the penalty is gone, and the notebook handed in within it counts."""
    assert "Updating submission: hopper softmax" in term.updated
    assert term.updated.count("No newer submission to collect") == len(CLASS) - 1
    assert [term.graded["hopper"].cells[name].auto for name in FUNCTIONS] == [8.75, 8.75]
    assert [term.regraded["hopper"].cells[name].auto for name in FUNCTIONS] == [10.0, 10.0]
    assert term.regraded["hopper"].timestamp > term.graded["hopper"].timestamp > term.due
    assert (term.regraded["hopper"].raw, term.regraded["hopper"].penalty) == (21.5, 0.0)
    assert term.regraded["turing"].penalty == 3.0


def test_either_command_writes_the_same_pages(term):
    """`nbgrader generate_feedback` writes a page for everybody, byte for byte that of `gradkit feedback`."""
    assert set(term.pages) == set(CLASS)
    assert term.pages_of_nbgrader == term.pages


def test_everybody_fetches_their_own_page(term):
    """From the exchange each student gets one page, for the last hand-in, and it is theirs."""
    fetched = {student: term.fetched(student) for student in CLASS}
    assert fetched == {student: [term.pages[student]] for student in CLASS}
    assert len(list((term.exchange / "gradkit" / "feedback").iterdir())) == len(CLASS)


def words(page):
    """Return what a page says, without its style sheet and tags."""
    text = re.sub(r"<style>.*?</style>|<[^>]*>", "", page.decode(), flags=re.DOTALL)
    return html.unescape(text)


def test_pages_say_what_the_gradebook_says(term, sample):
    """A page has the total of the gradebook, and the mistake's name if there is a known one."""
    for student, work in CLASS.items():
        total = f"{term.final[student].score:.2f}".rstrip("0").rstrip(".")
        page = words(term.pages[student])
        assert f"{total} of {POINTS} points" in page
        assert ("Not final yet." in page) == term.final[student].waits
        assert student == "hopper" or sample[work].names.lower() in page.lower()


def test_words_of_people_and_students_are_text(term):
    """A person's comment and a student's answer stand on the page as they were typed, and do nothing."""
    assert html.escape(PRAISE) in term.pages["fermat"].decode()
    assert REMARK in words(term.pages["hopper"])
    assert ANSWERS["cantor"]["answer_2"] in words(term.pages["cantor"])
    assert [student for student, page in term.pages.items() if b"<script" in page] == []
    assert [student for student, page in term.pages.items() if b"Late penalty" in page] == ["turing"]


def test_pages_tell_nothing_of_others(term):
    """No page has the name of another student."""
    names = {student: {student} for student in CLASS} | {"noether": {"noether", "Emmy Noether", "noether@example.org"}}
    for student, page in term.pages.items():
        others = {name for other in CLASS.keys() - {student} for name in names[other]}
        text = words(page)
        assert [name for name in others if re.search(rf"\b{name}\b", text)] == []
    assert "Emmy Noether" in words(term.pages["noether"])


def test_pages_tell_nothing_of_the_suite(term):
    """No page has the seed, or a statement of a hidden test."""
    secrets = [(term.root / "course" / "seed").read_text().strip()]
    for name in ("test_softmax_loss.py", "problems.py", "conftest.py"):
        source = (term.root / "autograder" / "softmax" / name).read_text()
        secrets += [line for line in map(str.strip, statements(source)) if len(line) > 20]
    assert len(secrets) > 50
    for page in map(words, term.pages.values()):
        assert [secret for secret in secrets if secret in page] == []


def statements(source):
    """Yield the first line of each statement in the functions of a module, but for docstrings."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            for node in function.body:
                if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
                    yield ast.get_source_segment(source, node).split("\n")[0]


def rows(text):
    """Return the rows of a CSV file with a header."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def listed(process):
    """Return who is said to wait for a person."""
    return set(re.findall(r"^(.*) waits for a person\b.*$", process.stderr, re.MULTILINE))


WAITING = {"babbage", "cantor", "gödel"}


@pytest.mark.parametrize("format_", ["csv", "canvas", "moodle"])
def test_who_waits_is_listed(term, format_):
    """Whoever waits for a person is named, whatever the format."""
    assert {student for student, sheet in term.final.items() if sheet.waits} == WAITING
    assert listed(term.exported[format_]) == WAITING


def test_exported_csv(term):
    """The CSV has the gradebook's figures, question by question; nbgrader's command writes the same file."""
    exported = {row["student_id"]: row for row in rows(term.exported["csv"].stdout)}
    assert set(exported) == set(CLASS)
    for student, sheet in term.final.items():
        row = exported[student]
        for name, cell in sheet.cells.items():
            points = (cell.auto if cell.manual is None else cell.manual, cell.extra)
            assert row[name] == ("" if cell.waits else str(sum(filter(None, points), 0.0)))
        assert float(row["late_submission_penalty"]) == sheet.penalty
        assert row["needs_manual_grade"] == ("yes" if sheet.waits else "no")
        assert parse_utc(row["timestamp"]) == sheet.timestamp
    assert exported["noether"]["first_name"] == "Emmy"
    assert (term.root / "grades.csv").read_text() == term.exported["csv"].stdout


def test_exported_csv_has_no_grade_of_who_waits(term):
    """The final points are those of the gradebook, and empty for who waits: what was not judged is not a zero."""
    exported = {row["student_id"]: row["score"] for row in rows(term.exported["csv"].stdout)}
    assert exported == {s: "" if sheet.waits else str(sheet.score) for s, sheet in term.final.items()}


def test_exported_for_canvas(term):
    """Canvas' own rows are filled in; who is not enrolled there is named, who waits has an empty cell."""
    possible, *students = rows(term.exported["canvas"].stdout)
    assert float(possible["Softmax (17)"]) == POINTS
    expected = {s: "" if sheet.waits else str(sheet.score) for s, sheet in term.final.items() if s != "ramanujan"}
    assert {row["SIS Login ID"]: row["Softmax (17)"] for row in students} == expected
    assert "ramanujan is not in the file" in term.exported["canvas"].stderr


def test_exported_for_moodle(term):
    """Moodle's file has a grade and the points of each question; who waits is not in it at all."""
    exported = {row["username"]: row for row in rows(term.exported["moodle"].stdout)}
    grades = {student: float(row["Softmax classifier"]) for student, row in exported.items()}
    assert grades == {student: sheet.score for student, sheet in term.final.items() if not sheet.waits}
    assert f"{NAIVE}: 9 of 10<br>{html.escape(PRAISE)}" in exported["fermat"]["feedback"]
    assert exported["turing"]["feedback"].endswith("Handed in late: 3 points less")


def test_exported_as_junit(term):
    """Each student is a testsuite: failures where the grader took points, an error where it could not judge."""
    suites = ET.fromstring(term.exported["junit"].stdout.encode())  # noqa: S314 - our own
    assert {suite.get("name") for suite in suites} == {f"softmax.{student}" for student in CLASS}
    for suite in suites:
        cells = term.final[suite.get("name").removeprefix("softmax.")].cells
        scores = [cells[name].auto for name in FUNCTIONS]
        assert (int(suite.get("errors")) > 0) == (None in scores)
        assert (int(suite.get("failures")) > 0) == any(score is not None and score < 10 for score in scores)
