"""A release through nbgrader itself: written when it is fair, refused and nothing touched when it is not."""

import json
import shutil
from pathlib import Path

import pytest

from gradkit.grader import release, released
from gradkit.grader.course import Course
from gradkit.grader.errors import CourseError
from gradkit.grader.handout import unpack
from gradkit.grader.release import make_release

ROOT = Path(__file__).parents[2]
SEED = "0123456789abcdef" * 4
FILES = ["softmax/softmax.ipynb", "softmax/softmax_checks.py", "softmax/softmax_fingerprints.json"]


@pytest.fixture
def course(tmp_path):
    """A copy of the course's secret half, without a release."""
    for folder in ("solutions", "autograder"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "nbgrader_config.py", tmp_path / "nbgrader_config.py")
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "seed").write_text(SEED)
    return Course(tmp_path)


@pytest.fixture
def without_nbgrader(monkeypatch):
    """In nbgrader's place stands a function: what it returns is what nbgrader made."""

    def stand_in(made):
        monkeypatch.setattr(release, "_generated", lambda course, assignment: made)

    return stand_in


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


def committed():
    """Return the bytes of the released notebook in this repository."""
    return (ROOT / "assignments" / "softmax" / "softmax.ipynb").read_bytes()


def everything(folder):
    """Return the content of every file below a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(course, match):
    """Tell that a release is refused with a sentence and leaves assignments/ as it was."""
    target = course.root / "assignments"
    before = everything(target)
    with pytest.raises(CourseError, match=match):
        make_release(course, "softmax")
    return everything(target) == before


def test_release_is_written_once(course, without_nbgrader):
    """The first release is new and equals the committed one; the second changes nothing; a check never writes."""
    target = course.root / "assignments"
    (course.root / "course" / "seed").unlink()
    assert make_release(course, "softmax", write=False)
    assert not target.exists()
    assert list((course.root / "course").iterdir()) == []
    assert make_release(course, "softmax")
    without_nbgrader(committed())
    assert not make_release(course, "softmax")
    assert sorted(everything(target)) == ["softmax.zip", *FILES]
    assert (target / "softmax/softmax.ipynb").read_bytes() == committed()
    handed_out = unpack((target / "softmax.zip").read_bytes())
    assert list(handed_out) == ["softmax/README.md", *FILES]
    assert handed_out["softmax/softmax.ipynb"] == committed()
    assert handed_out["softmax/README.md"].startswith(b"# Softmax classifier\n")


def test_folder_and_zip_are_mended_after_a_crash(course, without_nbgrader, monkeypatch):
    """A run that is killed between the two, or in the middle of one, is made good by the next; a check sees it."""
    without_nbgrader(committed())
    target = course.root / "assignments"

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(released, "put_zip", killed)
        with pytest.raises(KeyboardInterrupt):
            make_release(course, "softmax")
    assert sorted(everything(target)) == FILES
    assert not make_release(course, "softmax", write=False)  # a zip that is not there is no difference
    assert make_release(course, "softmax")
    whole = everything(target)
    (target / "softmax.zip").write_bytes(b"old")
    assert make_release(course, "softmax", write=False)
    (target / "softmax").rename(target / ".softmax.release-old")
    (target / ".softmax.release-new").mkdir()
    assert make_release(course, "softmax")
    assert everything(target) == whole


@pytest.mark.parametrize("name", ["reference.py", ".secret", "pictures/", ".git/"])
def test_file_beside_the_notebook_is_refused(course, name):
    """Nbgrader would hand it to every student, hidden files and folders too."""
    place = course.notebook_path("softmax").parent / name
    place.mkdir() if name.endswith("/") else place.write_text("secret = 1\n")
    assert refused(course, rf"{place.name} beside the notebook.*: move it away")


def test_jupyters_checkpoints_are_left_alone(course, without_nbgrader):
    """They appear whenever a notebook is opened, and nbgrader leaves them out."""
    without_nbgrader(committed())
    (course.notebook_path("softmax").parent / ".ipynb_checkpoints").mkdir()
    assert make_release(course, "softmax", write=False)


def test_file_in_the_released_folder_is_not_deleted(course, without_nbgrader):
    """What somebody put beside the released notebook is theirs to move."""
    without_nbgrader(committed())
    make_release(course, "softmax")
    (course.root / "assignments" / "softmax" / "notes.txt").write_text("mine")
    assert refused(course, r"softmax holds notes\.txt, which no release puts there")


@pytest.mark.parametrize("write", [True, False])
def test_leak_is_refused(course, without_nbgrader, write):
    """Every leak is told with its cell, and nothing is written; a check refuses it too."""
    notebook = json.loads(committed())
    notebook["cells"][12]["source"] += ["\nP[rows, y] -= 1\n", "# BEGIN  SOLUTION\n", f"{SEED}\n", "test_can_be_called"]
    notebook["cells"][13]["execution_count"] = 3
    without_nbgrader(json.dumps(notebook).encode())
    with pytest.raises(CourseError, match="not released: students would get what is not for them") as caught:
        make_release(course, "softmax", write=write)
    said = str(caught.value).splitlines()[1:]
    for number, words in enumerate(
        [
            "cell 14: it has an execution count",
            "cell 13, line 4: it is line 29 of cell 26 in solutions/softmax/softmax.ipynb, a solution",
            "cell 13, line 5: it holds a mark that was not stripped",
            "cell 13, line 6: it gives the course's seed away",
            "cell 13, line 7: it names what autograder/softmax/test_softmax_loss.py defines",
        ]
    ):
        assert [line for line in said if words in line], (number, said)
    assert SEED not in str(caught.value)
    assert not (course.root / "assignments").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"points": 11}, "the graded cells are not the instructor's"),
        ({"grade_id": "another"}, "the graded cells are not the instructor's"),
    ],
)
def test_other_questions_are_refused(course, without_nbgrader, change, said):
    """A release asks what the instructor asks, for the same points."""
    notebook = json.loads(committed())
    notebook["cells"][13]["metadata"]["nbgrader"] |= change
    without_nbgrader(json.dumps(notebook).encode())
    assert refused(course, said)


def test_function_that_is_not_a_stub_is_refused(course, without_nbgrader):
    """A graded function of the student version raises NotImplementedError."""
    without_nbgrader(committed().replace(b"raise NotImplementedError(", b"return print(", 1))
    assert refused(course, "softmax_loss_naive does not raise NotImplementedError in the student version")


def test_solution_left_in_is_refused(course):
    """Marks around nothing release the solution: each of its lines is told, and the earlier release stays."""
    target = course.root / "assignments" / "softmax"
    target.mkdir(parents=True)
    (target / "softmax.ipynb").write_bytes(committed())

    def forget_the_marks(cell):
        if is_graded(cell):
            cell["metadata"]["nbgrader"]["solution"] = True
            lines = [line for line in "".join(cell["source"]).splitlines(keepends=True) if "SOLUTION" not in line]
            cell["source"] = [*lines, "\n# ### BEGIN SOLUTION\n### END SOLUTION\n"]

    edit(course, forget_the_marks)
    assert refused(course, "not released")


def test_forgotten_copy_of_a_solution_is_refused(course):
    """A second cell with the solution outside of marks is no explanation."""
    path = course.notebook_path("softmax")
    notebook = json.loads(path.read_text())
    (graded,) = [cell for cell in notebook["cells"] if is_graded(cell)]
    body = "".join(graded["source"]).partition("### BEGIN SOLUTION\n")[2].partition("### END")[0]
    copied = {"cell_type": "code", "id": "copy", "metadata": {}, "execution_count": None, "outputs": []}
    notebook["cells"].append(copied | {"source": f"def f(W, X, y, reg):\n{body}"})
    path.write_text(json.dumps(notebook))
    assert refused(course, "cell 52, line 2: it repeats the solution of cell 26")


def test_wrong_reference_is_refused(course):
    """A reference that its own hidden suite rejects is not released."""

    def spoil(cell):
        if is_graded(cell, "softmax_loss_naive"):
            cell["source"] = "".join(cell["source"]).replace("0.5 * reg * np.sum(W * W)", "reg * np.sum(W * W)")

    edit(course, spoil)
    assert refused(course, "of 20 points the reference gets")
    assert not (course.root / "assignments").exists()


def spoil_checks(course, old, new):
    """Replace a text in the public checks, which holds it once."""
    path = course.root / "autograder" / "softmax" / "public" / "softmax_checks.py"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_secret_in_the_public_checks_is_refused(course, without_nbgrader):
    """They are searched as the notebook is: a line of a solution is told with its place."""
    without_nbgrader(committed())
    spoil_checks(course, "import numpy as np\n", "import numpy as np\n# P[rows, y] -= 1\n")
    assert refused(
        course, r"softmax_checks\.py, line 9: it is line 29 of cell 26 in solutions/softmax/softmax\.ipynb, a sol"
    )


def test_public_checks_that_the_reference_fails_are_refused(course, without_nbgrader):
    """A wrong number in them would send every student astray."""
    without_nbgrader(committed())
    spoil_checks(course, "1.8554474141", "1.9004474141")
    assert refused(
        course, "softmax_loss_naive: the reference does not pass loss_by_hand: NOT YET For the worked example"
    )


def test_notebook_that_nbgrader_refuses(course):
    """What nbgrader says about a malformed notebook reaches the instructor."""

    def duplicate(cell):
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["grade_id"] = "same"

    edit(course, duplicate)
    assert refused(course, "nbgrader could not release softmax")


@pytest.mark.parametrize("text", ["", "[]", '{"cells": [{"source": 1}]}', '{"cells": [{}]}'])
def test_what_is_no_notebook_is_refused(course, text):
    """The instructor's own file may be broken: that is said as such."""
    course.notebook_path("softmax").write_text(text)
    assert refused(course, r"softmax\.ipynb is not a notebook")


def test_missing_notebook_is_named(course):
    """The sentence says where it was expected."""
    course.notebook_path("softmax").unlink()
    assert refused(course, r"softmax\.ipynb is missing: expected the instructor's notebook there")
