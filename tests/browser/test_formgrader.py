"""A grader at work in nbgrader's formgrader: a real server, a real browser, a class that ``gradkit grade`` has graded.

What the formgrader shows at each station is kept in build/screenshots/.
"""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]

RIGHT, SILENT, WRONG, UNREADABLE = "right-textbook", "right-einsum", "wrong-two-in-gradient", "nasty-not-json"
HOSTILE, NAMESAKE, MARKUP_NAME = "nasty-markdown", "nasty-namesake", "nasty-<img src=x onerror=window.hacked=1>"
NAIVE, VECTORIZED, WRITTEN = "softmax_loss_naive", "softmax_loss_vectorized", "answer_1"

HINT = "Right already: the loss and dW at reg = 0. The penalty in dW is twice what it should be"
REMARK = "Half a point more for the clear loops & names: 1 < 2."
NOTHING = (None, [])  # nothing in the page has run, no dialog has appeared

# What would run, load or lead somewhere if a student's Markdown became HTML.
TRAPS = r"""I am <b>bold</b>, and safe & sound.

<script>window.hacked = 1</script>
<img src="/trap.png" onerror="window.hacked = 2">
<svg onload="window.hacked = 3"></svg>
<iframe srcdoc="<script>parent.hacked = 4</script>"></iframe>
<form action="/trap"><input name="trap" autofocus onfocus="window.hacked = 5"></form>
<style>body { display: none }</style>

[press me](javascript:window.hacked=6) and [me][1], <javascript:window.hacked=7>

[1]: javascript:window.hacked=8

![picture](/trap.png) &#60;script&#62;window.hacked = 9&#60;/script&#62;

# " onmouseover="window.hacked = 10

$\href{javascript:window.hacked=11}{x}$ and $\style{display: none}{y}$ and $a < b$

```html
<script>window.hacked = 12</script>
```
"""
MADE_BY_TRAPS = ":is(a:not(.anchor-link), b, img, svg, iframe, form, style, script)"

# The extension lets go twice a second: ask again and again, as long as a person needs to come back to the page.
POINTS_GO_AWAY = """async cell => {
    for (let times = 0; times < 500; times++) {
        const grades = await (await fetch(`${base_url}/api/grades?submission_id=${submission_id}`)).json();
        if (grades.some(grade => grade.name === cell && grade.auto_score === null)) return true;
    }
    return false;
}"""


@pytest.fixture(scope="module")
def course(make_class, gradkit, tmp_path_factory):
    """A course's folder with a few hand-ins, graded by the command line."""
    root = tmp_path_factory.mktemp("formgrader") / "course"
    for part in ("solutions", "autograder", "assignments"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
    template = json.loads((root / "assignments" / "softmax" / "softmax.ipynb").read_bytes())
    for student in make_class.students():
        if student.name in (RIGHT, SILENT, WRONG, UNREADABLE):
            student.write(folder_of(root, student.name), template)
    right = notebook_of(root, RIGHT)
    hand_in(root, WRONG, answered(notebook_of(root, WRONG), r"Because $-\log(1/10)$ is 2.3."))
    hand_in(root, HOSTILE, hostile(right))
    hand_in(root, NAMESAKE, answered(right, f"# {VECTORIZED}\n\nSee below."))
    hand_in(root, MARKUP_NAME, right)
    told = gradkit("grade", "softmax", cwd=root)
    assert told.returncode == 3, told.stderr  # one cannot be judged
    return root


def folder_of(root, student):
    """Return the folder of a student's hand-in, made on first use and with a time beside it, as nbgrader collects."""
    folder = root / "course" / "submitted" / student / "softmax"
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text("2026-10-01 10:00:00 UTC")
    return folder


def notebook_of(root, student):
    """Return the notebook that a student has handed in."""
    return json.loads((folder_of(root, student) / "softmax.ipynb").read_bytes())


def hand_in(root, student, notebook, day=1):
    """Write what a student hands in on a day of October."""
    folder = folder_of(root, student)
    (folder / "softmax.ipynb").write_text(json.dumps(notebook))
    (folder / "timestamp.txt").write_text(f"2026-10-{day:02} 10:00:00 UTC")


def answered(notebook, words):
    """Return the notebook with this answer to the first question that asks for words."""
    marks = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
    place = marks.index(WRITTEN)
    answer = {**notebook["cells"][place], "source": words}
    return {**notebook, "cells": [*notebook["cells"][:place], answer, *notebook["cells"][place + 1 :]]}


def hostile(notebook):
    """Return the notebook with traps in an answer, in Markdown and raw cells of its own, in code and in an output."""
    output = {"output_type": "display_data", "data": {"text/html": TRAPS}, "metadata": {}}
    code = {"cell_type": "code", "source": f"r'''{TRAPS}'''", "outputs": [output], "execution_count": None}
    traps = [
        {"cell_type": "markdown", "source": TRAPS, "id": "trap-1", "metadata": {}},
        {"cell_type": "raw", "source": TRAPS, "id": "trap-2", "metadata": {"format": "text/html"}},
        {**code, "id": "trap-3", "metadata": {}},
    ]
    return {**notebook, "cells": [*answered(notebook, TRAPS)["cells"], *traps]}


class Marks(NamedTuple):
    """What the gradebook holds about one cell of a student's."""

    auto: float | None
    manual: float | None
    to_do: bool
    auto_comment: str
    comment: str


def marks(root, student, cell):
    """Read the gradebook as nbgrader does."""
    with Gradebook(f"sqlite:///{root}/course/gradebook.db", "gradkit") as book:
        grade = book.find_grade(cell, "softmax", "softmax", student)
        note = book.find_comment(cell, "softmax", "softmax", student)
        words = (note.auto_comment or "", note.manual_comment or "")
        return Marks(grade.auto_score, grade.manual_score, bool(grade.needs_manual_grade), *words)


def test_graders_work_lasts_through_every_regrading(course, formgrader):
    """What a person gives is kept; what the engine gives is what the page shows, without a restart of the server."""
    sees_what_the_engine_found(formgrader)
    grades_by_hand(formgrader)
    presses_the_button(course, formgrader)
    grades_a_newer_hand_in(course, formgrader)
    makes_the_feedback_page(course, formgrader)


def sees_what_the_engine_found(formgrader):
    """The server opens at the formgrader, and a submission's points and hint stand in their boxes."""
    expect(formgrader.page.get_by_role("link", name="softmax")).to_be_visible()
    formgrader.shoot("assignments")
    formgrader.submissions()
    expect(formgrader.row(WRONG).locator(".score")).to_have_text("17.5 / 26")
    expect(formgrader.row(WRONG).locator(".status")).to_have_text("needs manual grading")  # the written answer
    expect(formgrader.row(SILENT).locator(".status")).to_have_text("graded")  # no answers: nothing to read
    formgrader.shoot("submissions")
    formgrader.open(WRONG)
    for cell in (NAIVE, VECTORIZED):
        expect(formgrader.score(cell)).to_have_attribute("placeholder", "8.75")
        assert HINT in formgrader.comment(cell).get_attribute("placeholder")
        expect(formgrader.report(cell)).to_contain_text(HINT)
    expect(formgrader.score(WRITTEN)).to_have_class("score tabbable needs_manual_grade")
    formgrader.shoot("wrong", formgrader.cell(NAIVE))
    formgrader.shoot("wrong-report", formgrader.report(NAIVE))
    formgrader.shoot("written", formgrader.cell(WRITTEN))


def grades_by_hand(formgrader):
    """A grader overrules the engine once, says why, and grades the answer in words."""
    formgrader.type(formgrader.score(NAIVE), "9.25", "grade")
    formgrader.type(formgrader.comment(NAIVE), REMARK, "comment")
    formgrader.type(formgrader.score(WRITTEN), "1.5", "grade")
    expect(formgrader.score(WRITTEN)).to_have_class("score tabbable")
    formgrader.shoot("graded-by-hand", formgrader.cell(NAIVE))
    formgrader.submissions()
    expect(formgrader.row(WRONG).locator(".score")).to_have_text("19.5 / 26")
    expect(formgrader.row(WRONG).locator(".status")).to_have_text("graded")


def presses_the_button(course, formgrader):
    """The bolt grades the same hand-in again: nothing changes, and nobody has to look once more."""
    assert "Successfully autograded" in formgrader.press("autograde", WRONG)
    expect(formgrader.row(WRONG).locator(".score")).to_have_text("19.5 / 26")
    expect(formgrader.row(WRONG).locator(".status")).to_have_text("graded")
    formgrader.open(WRONG)
    expect(formgrader.score(NAIVE)).to_have_value("9.25")
    expect(formgrader.score(NAIVE)).to_have_attribute("placeholder", "8.75")
    expect(formgrader.comment(NAIVE)).to_have_value(REMARK)
    assert HINT in formgrader.comment(NAIVE).get_attribute("placeholder")
    formgrader.shoot("after-the-button", formgrader.cell(NAIVE))
    found = marks(course, WRONG, NAIVE)
    assert found._replace(auto_comment="") == Marks(8.75, 9.25, False, "", REMARK)
    assert HINT in found.auto_comment
    assert marks(course, WRONG, WRITTEN) == Marks(None, 1.5, False, "", "")


def grades_a_newer_hand_in(course, formgrader):
    """After the button the page shows the new points; a person's stand against them, so a person is asked again."""
    hand_in(course, WRONG, notebook_of(course, SILENT), day=2)
    formgrader.submissions()
    expect(formgrader.row(WRONG).locator(".status")).to_have_text("needs autograding")
    formgrader.press("autograde", WRONG)
    expect(formgrader.row(WRONG).locator(".status")).to_have_text("needs manual grading")
    expect(formgrader.row(WRONG).locator(".score")).to_have_text("20.75 / 26")
    formgrader.open(WRONG)
    expect(formgrader.score(VECTORIZED)).to_have_attribute("placeholder", "10")
    expect(formgrader.score(NAIVE)).to_have_attribute("placeholder", "10")
    expect(formgrader.score(NAIVE)).to_have_value("9.25")
    expect(formgrader.cell(NAIVE).get_by_role("button", name="Resolve")).to_be_visible()
    expect(formgrader.comment(NAIVE)).to_have_value(REMARK)
    formgrader.shoot("newer-hand-in", formgrader.cell(NAIVE))


def makes_the_feedback_page(course, formgrader):
    """The button beside the bolt writes our page, with a person's points and words."""
    formgrader.submissions()
    assert "Successfully generated feedback" in formgrader.press("generate-feedback", WRONG)
    path = course / "course" / "feedback" / WRONG / "softmax" / "softmax.html"
    formgrader.page.goto(path.as_uri())
    expect(formgrader.page.locator("body")).to_contain_text(REMARK)
    formgrader.shoot("feedback")


def test_what_is_landed_from_outside_appears(course, server, formgrader, gradkit):
    """Our server extension lets go of what the formgrader remembers: it would show old points until it is restarted."""
    assert "gradkit.grader.nbgrader.formgrader | extension was successfully loaded" in server.log.read_text()
    formgrader.open(RIGHT)
    formgrader.type(formgrader.comment(NAIVE), REMARK, "comment")
    formgrader.page.reload()
    expect(formgrader.score(NAIVE)).to_have_attribute("placeholder", "10")
    hand_in(course, RIGHT, "Here is my notebook.", day=2)
    assert gradkit("grade", "softmax", "--student", RIGHT, cwd=course).returncode == 3
    assert formgrader.page.evaluate(POINTS_GO_AWAY, NAIVE)
    formgrader.page.reload()
    expect(formgrader.comment(NAIVE)).to_have_value(REMARK)
    expect(formgrader.score(NAIVE)).to_have_class("score tabbable needs_manual_grade")
    expect(formgrader.score(NAIVE)).not_to_have_attribute("placeholder", "10")
    formgrader.shoot("landed-from-outside")


def test_who_cannot_be_judged_waits_for_a_person(course, formgrader):
    """No points are taken or given, the page says why, and every box for points is there."""
    formgrader.submissions()
    expect(formgrader.row(UNREADABLE).locator(".status")).to_have_text("needs manual grading")
    formgrader.open(UNREADABLE)
    expect(formgrader.page.get_by_role("main")).to_contain_text("Not judged: softmax.ipynb is not a notebook")
    expect(formgrader.page.locator("input.score.needs_manual_grade")).to_have_count(5)
    expect(formgrader.score(NAIVE)).not_to_have_attribute("placeholder", "0")
    assert "its text is not JSON" in formgrader.comment(NAIVE).get_attribute("placeholder")
    formgrader.shoot("not-judged")
    assert marks(course, UNREADABLE, NAIVE)[:3] == (None, None, True)


def test_nothing_in_a_students_markdown_runs_loads_or_leads_anywhere(formgrader):
    """Answers, Markdown, raw cells and code are shown as words; outputs are not shown."""
    asked = []
    formgrader.page.on("request", lambda request: asked.append(request.url))
    formgrader.open(HOSTILE)
    expect(formgrader.score(NAIVE)).to_have_attribute("placeholder", "10")
    shown = formgrader.page.get_by_role("main")
    assert shown.inner_text().count("window.hacked = 12") == 4  # an answer, Markdown, raw, code
    expect(shown.locator(MADE_BY_TRAPS)).to_have_count(0)
    expect(shown.locator("[onmouseover], [href^='javascript:']")).to_have_count(0)
    answer = formgrader.cell(WRITTEN)
    assert r"\href" not in answer.inner_text()  # MathJax would make a link of it
    assert [url for url in asked if "/trap" in url] == []
    assert formgrader.speaks_up() == NOTHING
    formgrader.shoot("hostile-answer", answer)
    shown.get_by_text("Before you hand in").scroll_into_view_if_needed()
    formgrader.shoot("hostile-cells")


def test_heading_called_like_a_question_catches_no_points(course, formgrader):
    """Points that are typed beside an answer are that answer's, whatever the student's headings are called."""
    formgrader.open(NAMESAKE)
    formgrader.type(formgrader.score(WRITTEN), "1.5", "grade")
    formgrader.shoot("namesake", formgrader.cell(WRITTEN))
    assert marks(course, NAMESAKE, WRITTEN).manual == 1.5
    assert marks(course, NAMESAKE, VECTORIZED).manual is None


def test_students_name_is_no_markup(formgrader):
    """Whatever page the list of submissions leads to, a name that is HTML does nothing there."""
    formgrader.submissions()
    for link in formgrader.row(MARKUP_NAME).locator(".student-name a").all():
        link.click()
        formgrader.page.wait_for_load_state("networkidle")
    formgrader.shoot("name-of-markup")
    assert formgrader.speaks_up() == NOTHING
