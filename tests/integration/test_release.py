"""A release through nbgrader itself: written when it is fair, refused and nothing touched when it is not."""

import json
import shutil
from pathlib import Path

import pytest

from gradkit.grader.course import Course
from gradkit.grader.errors import CourseError
from gradkit.grader.release import make_release

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path):
    """A copy of the course's secret half, without a release."""
    for folder in ("solutions", "autograder"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "nbgrader_config.py", tmp_path / "nbgrader_config.py")
    return Course(tmp_path)


def edit(course, change):
    """Apply a change to each cell of the instructor's notebook."""
    path = course.notebook_path("softmax")
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        change(cell)
    path.write_text(json.dumps(notebook))


def is_graded(cell, name="softmax_loss_vectorized"):
    """Tell whether a cell is the one of this graded function."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id") == name


def test_release_is_written_once(course):
    """The first release is new and equals the committed one; the second changes nothing; a check never writes."""
    target = course.root / "assignments" / "softmax"
    assert make_release(course, "softmax", write=False)
    assert not target.exists()
    assert make_release(course, "softmax")
    assert not make_release(course, "softmax")
    committed = ROOT / "assignments" / "softmax" / "softmax.ipynb"
    assert (target / "softmax.ipynb").read_bytes() == committed.read_bytes()
    assert [path.name for path in target.parent.iterdir()] == ["softmax"]


def test_file_beside_the_notebook_is_refused(course):
    """Nbgrader would hand it to every student."""
    (course.notebook_path("softmax").parent / "reference.py").write_text("secret = 1\n")
    with pytest.raises(CourseError, match=r"reference\.py beside the notebook"):
        make_release(course, "softmax")


def test_solution_left_in_is_refused(course):
    """A stub that earns points is not released, and the earlier release stays as it was."""
    make_release(course, "softmax")
    released = course.root / "assignments" / "softmax" / "softmax.ipynb"
    before = released.read_bytes()

    def forget_the_marks(cell):
        if is_graded(cell):
            cell["metadata"]["nbgrader"]["solution"] = True
            lines = [line for line in "".join(cell["source"]).splitlines(keepends=True) if "SOLUTION" not in line]
            cell["source"] = [*lines, "\n# ### BEGIN SOLUTION\n### END SOLUTION\n"]

    edit(course, forget_the_marks)
    with pytest.raises(CourseError):
        make_release(course, "softmax")
    assert released.read_bytes() == before


def test_wrong_reference_is_refused(course):
    """A reference that its own hidden suite rejects is not released."""

    def spoil(cell):
        if is_graded(cell, "softmax_loss_naive"):
            cell["source"] = "".join(cell["source"]).replace("0.5 * reg * np.sum(W * W)", "reg * np.sum(W * W)")

    edit(course, spoil)
    with pytest.raises(CourseError, match="of 20 points the reference gets"):
        make_release(course, "softmax")
    assert not (course.root / "assignments").exists()


def test_notebook_that_nbgrader_refuses(course):
    """What nbgrader says about a malformed notebook reaches the instructor."""

    def duplicate(cell):
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["grade_id"] = "same"

    edit(course, duplicate)
    with pytest.raises(CourseError):
        make_release(course, "softmax")
