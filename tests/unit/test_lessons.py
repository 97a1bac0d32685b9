"""Where each graded cell's lesson is: the headings above it in the student version."""

import json
from pathlib import Path

import pytest

from gradkit.grader.errors import SubmissionError
from gradkit.grader.feedback import Lesson, lessons

RELEASED = Path(__file__).parents[2] / "assignments" / "softmax" / "softmax.ipynb"


def notebook(*cells):
    """Return the bytes of a notebook: a text is a Markdown cell, a dict are the nbgrader settings of a code cell."""
    made = [
        {"cell_type": "markdown", "source": cell, "metadata": {}}
        if isinstance(cell, str)
        else {"cell_type": "code", "source": "", "metadata": {"nbgrader": cell}}
        for cell in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}).encode()


GRADED = {"grade_id": "f", "grade": True, "solution": True, "points": 3}


@pytest.mark.parametrize(
    ("above", "headings"),
    [
        ([], ()),
        (["no heading"], ()),
        (["# Title"], ("Title",)),
        (["# Title", "## One", "## Two"], ("Title", "Two")),
        (["# Title\ntext\n## One\n### Deep"], ("Title", "One", "Deep")),
        (["# Title", "## One", "### Deep", "## Two"], ("Title", "Two")),
        (["### Deep", "# Title"], ("Title",)),
        (["## The *fast* `loss` ##"], ("The fast loss",)),
        (["#hashtag", "####### seven", "    # indented code", "#"], ()),
        (["## Real\n```\n# in a fence\n~~~\n# still\n```"], ("Real",)),
        (["~~~\n# in a fence\n~~~\n## After"], ("After",)),
    ],
)
def test_headings_above_a_cell(above, headings):
    """The path of headings leads to the cell; deeper and equal ones end where the next begins."""
    assert lessons(notebook(*above, GRADED), "hw.ipynb") == {"f": Lesson(headings, len(above) + 1, 3.0)}


@pytest.mark.parametrize(
    ("headings", "section"), [((), ""), (("T",), "T"), (("T", "One"), "One"), (("T", "One", "Deep"), "One / Deep")]
)
def test_section_leaves_the_title_out(headings, section):
    """The notebook's own title says nothing about the place, unless it is all there is."""
    assert Lesson(headings, 1, 2.0).section == section


@pytest.mark.parametrize(
    ("settings", "points"),
    [
        (GRADED, 3.0),
        ({"grade_id": "f", "grade": False, "task": True, "points": 2}, 2.0),
        ({"grade_id": "f", "grade": True}, 0.0),
        ({"grade_id": "f", "grade": False, "solution": True}, None),
        ({"grade": True, "points": 3}, None),
    ],
)
def test_only_graded_cells_have_a_lesson(settings, points):
    """A cell without grade or without a name is left out."""
    assert [lesson.points for lesson in lessons(notebook(settings), "hw.ipynb").values()] == [
        number for number in [points] if number is not None
    ]


def test_what_is_no_notebook_is_refused():
    """The sentence names the file."""
    with pytest.raises(SubmissionError, match=r"hw\.ipynb is not a notebook"):
        lessons(b"nothing", "hw.ipynb")


def test_lessons_of_the_released_notebook():
    """Each graded cell of the softmax assignment has its section."""
    found = lessons(RELEASED.read_bytes(), RELEASED.name)
    assert {name: (lesson.section, lesson.points) for name, lesson in found.items()} == {
        "softmax_loss_naive": ("6. With loops", 10.0),
        "answer_1": ("6. With loops / A worked example", 2.0),
        "softmax_loss_vectorized": ("8. Without loops", 10.0),
        "answer_2": ("11. The test pictures, once", 2.0),
        "answer_3": ("12. What has it learned?", 2.0),
    }
