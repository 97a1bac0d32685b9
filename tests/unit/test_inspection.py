"""The instructor's report: all about a hand-in as text and as a page, its secrets announced, its texts harmless."""

import json
import stat
from html.parser import HTMLParser

import pytest
from rich.console import Console

from gradkit.grader.course import Bundle, Settings, Submission
from gradkit.grader.errors import CourseError
from gradkit.grader.inspection import inspect_hand_in, inspection_page, print_inspection, write_page
from gradkit.grader.model import Limits
from gradkit.grader.sandbox import probe

# An outer pytest that turns warnings into errors would break the inner one's fixtures.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestRemovedIn10Warning")
HIDDEN = 314159
CHECKS = f'''
import numpy as np
import pytest

pytestmark = pytest.mark.question("f", "g")

@pytest.mark.weight(1)
def test_returns(function):
    """It returns what it was given."""
    assert function({HIDDEN}) == {HIDDEN}

@pytest.mark.weight(2)
def test_watched(function):
    """It leaves arrays alone."""
    assert not function.counted(np.array([2.5])).switched_off
    assert function.watched(np.array([1.5])).changed == ()

@pytest.mark.requires("returns")
@pytest.mark.weight(1)
def test_later(function):
    """It does more."""
    assert function(1) == 1

@pytest.mark.weight(1)
@pytest.mark.parametrize("number", [7, 8])
def test_numbers(function, number):
    """It returns a number."""
    assert function(number) == number
'''
RIGHT = "def f(x):\n    return x\ndef g(x):\n    return x"
CHANGES = "def f(x):\n    if x == 1.5:\n        x += 1\n    return 2"
EVIL = "<script>alert(1)</script>\x1b[2J\u202e"
HOSTILE = f"# {EVIL}\ndef f(x):\n    raise ValueError({EVIL!r})\ndef g(x):\n    return {EVIL!r}"
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "section", "h1", "h2", "h3", "p", "ul", "li"),
    *("span", "bdi", "code", "pre", "details", "summary", "table", "tbody", "tr", "th", "td", "b"),
}


class Page(HTMLParser):
    """A page as a browser would see it: its text, its tags and attributes, its comments."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.comments = set(), [], "", []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.comments.append(data)


def notebook(*sources):
    """Return the bytes of a notebook with these code cells, between text and an empty cell."""
    cells = [{"cell_type": "markdown", "source": "words", "metadata": {}}]
    cells += [{"cell_type": "code", "source": source, "metadata": {}} for source in (*sources, "")]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def inspected(*sources, only=None, content=None, checks=CHECKS, student="ada"):
    """Return what is found out about a hand-in with these cells."""
    bundle = Bundle(
        assignment="hw",
        settings=Settings(title="Homework", limits=Limits(call_seconds=0.5)),
        notebook=notebook(RIGHT),
        suite=(("test_hw.py", checks.encode()),),
        seed=bytes(32),
        sha256="5ea1",
        questions=(("f", 10.0), ("g", 5.0)),
    )
    submission = Submission(student=student, notebook=notebook(*sources) if content is None else content)
    return inspect_hand_in(bundle, probe.choose(), "9.9", submission, only)


def printed(inspection):
    """Return what stands in the terminal."""
    console = Console(width=80, record=True, quiet=False, file=None, color_system=None)
    with console.capture() as capture:
        print_inspection(inspection, console)
    return capture.get()


@pytest.fixture(scope="module")
def changes():
    """A hand-in whose f is wrong and changes its argument, and whose g is missing."""
    return inspected(CHANGES)


@pytest.fixture(scope="module")
def hostile():
    """A hand-in full of texts that want to do something, under a name that does, too."""
    return inspected(HOSTILE, student=f"eve{EVIL}")


def calls(inspection, question="f"):
    """Return {check: calls} of a question."""
    (found,) = (seen for seen in inspection.questions if seen.question.id == question)
    return {check.id: made for check, made in found.checks}


def test_every_call_of_every_check_is_there(changes):
    """In the order in which they were made; a check that waits for another makes none."""
    titles = {check: [call.title for call in made] for check, made in calls(changes).items()}
    assert titles == {
        "returns": ["f called"],
        "watched": ["f called, instructions counted", "f called, arguments watched"],
        "later": [],
        "numbers[7]": ["f called"],
        "numbers[8]": ["f called"],
    }


def test_call_tells_arguments_answer_reference_and_difference(changes):
    """The hidden input is shown with its name, and how far off the answer is."""
    (call,) = calls(changes)["returns"]
    assert call.arguments == (("x", [f"int {HIDDEN}"]),)
    assert (call.returned, call.reference) == (["int 2"], [f"int {HIDDEN}"])
    assert call.differences == [f"largest difference {HIDDEN - 2}, 1 of the reference's largest"]


def test_call_tells_what_was_watched_and_counted():
    """Changed arguments by name; counted instructions."""
    counted, watched = calls(inspected(CHANGES))["watched"]
    assert watched.remarks == ["changed: x"]
    (remark,) = counted.remarks
    assert remark.removesuffix(" instructions").isdigit()


def test_call_that_brings_nothing_says_why(changes):
    """In full: an instructor may read the student's own words."""
    (missing,) = calls(changes, "g")["returns"]
    (raised,) = calls(inspected("def f(x):\n    raise ValueError('no luck')"))["returns"]
    assert (missing.returned, missing.differences) == ([], [])
    assert missing.raised.startswith("was not found")
    assert "no luck" in raised.raised


def test_cells_are_numbered_as_in_the_browser(changes):
    """Cells of code that hold anything, with the numbers that messages name."""
    assert [(cell.number, cell.source) for cell in changes.cells] == [(2, CHANGES)]
    assert "== cell 2\n   1 | def f(x):\n   2 |     if x == 1.5:\n" in printed(changes)


SHOWN = [
    "Homework: ada, 0 of 15 points",
    "== f: 0 of 10 points",
    "FAILED  returns  (weight 1, ",
    "    It returns what it was given.",
    "    message: It returns what it was given.",
    "    call 1: f called, ",
    f"        x = int {HIDDEN}",
    "        returned = int 2",
    f"        reference = int {HIDDEN}",
    "        difference: largest difference 314157, 1 of the reference's largest",
    "not judged  later  (weight 1, ",
    "    waits for: returns",
    "        changed: x",
    "        brought nothing: was not found in the notebook",
]


@pytest.mark.parametrize("text", SHOWN)
def test_everything_is_printed(changes, text):
    """Verdict, message, weight, seconds and calls, each on a line of its own."""
    assert any(line.startswith(text) for line in printed(changes).split("\n"))


@pytest.mark.parametrize("text", ["It leaves arrays alone.", str(HIDDEN), "changed: x", "if x == 1.5:"])
def test_everything_is_on_the_page(changes, text):
    """The same as in the terminal."""
    assert text in Page(inspection_page(changes)).text


def test_hints_are_shown():
    """What a student would be told to do stands beside the message."""
    seen = inspected(CHANGES)
    (question, *others) = seen.questions
    checks = tuple(each._replace(check=hinted(each.check)) for each in question.checks)
    seen = seen._replace(questions=(question._replace(checks=checks), *others))
    assert "hint: Return x." in printed(seen)
    assert "Hint: Return x." in Page(inspection_page(seen)).text


def hinted(check):
    """Return a check with a hint."""
    return type(check)(**{**{name: getattr(check, name) for name in check.__struct_fields__}, "hint": "Return x."})


@pytest.mark.parametrize("show", [printed, inspection_page])
def test_first_line_says_that_it_is_secret(changes, show):
    """Whoever sees only the beginning knows that it is not for students."""
    first = show(changes).split("\n")[0]
    assert "CONTAINS HIDDEN INPUTS of hw: for instructors alone." in first


def test_warning_is_the_first_thing_that_is_read_on_the_page(changes):
    """Not only in the file's source."""
    page = inspection_page(changes)
    assert Page(page.partition("<body>")[2]).text.strip().startswith("CONTAINS HIDDEN INPUTS")


@pytest.mark.parametrize(
    ("only", "left"),
    [("returns", ["returns"]), ("numbers", ["numbers[7]", "numbers[8]"]), ("numbers[8]", ["numbers[8]"])],
)
def test_one_check_alone(only, left):
    """By its id; the name of a parametrized test stands for all its variants."""
    assert list(calls(inspected(RIGHT, only=only))) == left


def test_unknown_check_is_said_with_what_there_is():
    """The ids are what --check takes."""
    with pytest.raises(
        CourseError, match=r"no check 'return' for ada; there are: returns, watched, later, numbers\[7\]"
    ):
        inspected(RIGHT, only="return")


def test_hand_in_that_cannot_be_read():
    """The reason stands in place of checks."""
    seen = inspected(content=b"no JSON")
    assert seen.cells == ()
    assert "NOT JUDGED: hw.ipynb is not a notebook" in printed(seen)
    assert "Not judged: hw.ipynb is not a notebook" in Page(inspection_page(seen)).text


def test_fault_of_ours_is_told_in_full():
    """What students must not read is what an instructor needs."""
    seen = inspected(RIGHT, checks=CHECKS.replace("assert function(1) == 1", f"raise KeyError({HIDDEN})"))
    assert f"NOT JUDGED: f, later: the check failed (KeyError): {HIDDEN}" in printed(seen)


def test_terminal_is_not_steered(hostile):
    """Every line holds printable characters alone."""
    text = printed(hostile)
    assert "ValueError" in text
    assert all(line.isprintable() for line in text.split("\n"))


def test_page_holds_text_of_students_as_text(hostile):
    """Tags and attributes are the page's own; what would be invisible is shown by a sign."""
    html = inspection_page(hostile)
    page = Page(html)
    assert page.text.count("<script>alert(1)</script>\N{REPLACEMENT CHARACTER}[2J") >= 4
    assert page.tags <= TAGS
    assert {name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href")} == set()
    assert "\x1b" not in html
    assert "\u202e" not in html
    html.encode()


def test_page_forbids_scripts_and_loads_nothing(changes):
    """A policy in the page itself refuses all but its own style."""
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in Page(inspection_page(changes)).attributes


def test_page_is_its_owners_alone(tmp_path):
    """Whatever the file was before, and whatever the umask is."""
    path = tmp_path / "report.html"
    path.write_text("old")
    path.chmod(0o644)
    write_page("<p>secret</p>", path, ())
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("<p>secret</p>", 0o600)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["report.html", "ada/hw/report.html", "../elsewhere/../feedback/report.html"])
def test_page_is_not_written_where_students_get_files(tmp_path, name):
    """What lies there is handed out sooner or later."""
    folder = tmp_path / "feedback"
    (folder / "ada" / "hw").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(CourseError, match="students get what is in"):
        write_page("secret", folder / name, [folder])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
