"""The course on disk: bundles, the secret seed, and what was handed in by whom."""

import json
import os
import stat

import msgspec
import pytest

from gradkit.grader.course import Course, Submission
from gradkit.grader.errors import CourseError
from gradkit.grader.hand_ins import printable, submissions
from gradkit.grader.model import Limits
from gradkit.grader.seed import SEED_BYTES


def graded_cell(name, points=10, kind="code", **changes):
    """Return an nbgrader cell that is graded automatically."""
    settings = {"grade": True, "solution": True, "grade_id": name, "points": points, **changes}
    return {"cell_type": kind, "source": f"def {name}(): pass", "metadata": {"nbgrader": settings}}


def notebook(*cells):
    """Return a notebook's text."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)})


@pytest.fixture
def course(tmp_path):
    """A course with the assignment hw, complete and small."""
    (tmp_path / "solutions" / "hw").mkdir(parents=True)
    (tmp_path / "autograder" / "hw").mkdir(parents=True)
    (tmp_path / "solutions" / "hw" / "hw.ipynb").write_text(notebook(graded_cell("f"), graded_cell("g", 5)))
    (tmp_path / "autograder" / "hw" / "assignment.toml").write_text('title = "Homework"\n')
    (tmp_path / "autograder" / "hw" / "test_hw.py").write_text("# checks\n")
    return Course(tmp_path)


def complaint(course, assignment="hw"):
    """Return the sentence with which an assignment is refused."""
    with pytest.raises(CourseError) as caught:
        course.bundle(assignment, "1")
    return str(caught.value)


@pytest.mark.parametrize("place", [".", "solutions", "solutions/hw", "autograder/hw"])
def test_a_course_is_found_from_anywhere_inside(course, place):
    """Commands work in any folder of the course."""
    assert Course.around(course.root / place).root.resolve() == course.root.resolve()


def test_outside_a_course_the_way_out_is_said(tmp_path):
    """The error says what is expected and what to do."""
    with pytest.raises(CourseError, match="expected a folder with solutions/ and autograder/ here or above") as caught:
        Course.around(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path} lies in no course")


def test_bundle_holds_what_grading_needs(course):
    """Notebook, settings, suite and questions with their points, in the notebook's order."""
    bundle = course.bundle("hw", "1")
    assert bundle.assignment == "hw"
    assert bundle.settings.title == "Homework"
    assert bundle.settings.limits == Limits()
    assert bundle.suite == (("test_hw.py", b"# checks\n"),)
    assert bundle.questions == (("f", 10.0), ("g", 5.0))
    assert (bundle.graded, bundle.max_score) == (("f", "g"), 15.0)


def test_limits_are_read_from_the_settings(course):
    """[limits] changes what it names and nothing else."""
    (course.root / "autograder/hw/assignment.toml").write_text('title = "t"\n[limits]\ncall_seconds = 2\n')
    assert course.bundle("hw", "1").settings.limits == Limits(call_seconds=2)


@pytest.mark.parametrize(
    "cell",
    [
        graded_cell("written", kind="markdown"),
        graded_cell("tests", solution=False),
        graded_cell("practice", grade=False),
        {"cell_type": "code", "source": "x", "metadata": {}},
    ],
    ids=["written answer", "test cell", "ungraded", "plain"],
)
def test_only_graded_solution_cells_are_questions(course, cell):
    """Written questions and nbgrader's own test cells are not graded automatically."""
    course.notebook_path("hw").write_text(notebook(cell, graded_cell("f")))
    assert course.bundle("hw", "1").graded == ("f",)


@pytest.mark.parametrize("assignment", ["other", "", ".", "../hw", "hw/", "solutions"])
def test_an_unknown_assignment_is_said_with_the_known_ones(course, assignment):
    """The sentence lists what there is."""
    assert complaint(course, assignment) == (f"there is no assignment {assignment!r} in {course.root}; there are: hw")


def test_assignments_are_listed_by_name(course):
    """Every folder with an assignment.toml is one; others are not."""
    for name in ("b", "a", "notes"):
        (course.root / "autograder" / name).mkdir()
    for name in ("b", "a"):
        (course.root / "autograder" / name / "assignment.toml").write_text("")
    assert course.assignments() == ["a", "b", "hw"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "missing required field `title`"),
        (b'title = "t"\n[limits]\ncall_seconds = 0', "Expected `float` > 0.0 - at `$.limits.call_seconds`"),
        (b'title = "t"\n[limits]\nmemory_mb = 64', "Expected `int` >= 256 - at `$.limits.memory_mb`"),
        (b'title = "t"\n[limits]\nopen_files = 3', "Expected `int` >= 16 - at `$.limits.open_files`"),
        (b'title = "t"\ncolour = 1\n', "unknown field `colour`"),
        (b'title = "t"\n[limits]\nmemory_gb = 2\n', "unknown field `memory_gb`"),
        (b"title = 3\n", "Expected `str`"),
        (b'title = "t"\n[limits]\ncall_seconds = "long"\n', "Expected `float`"),
        (b"title = \n", "Invalid value"),
        (b'title = "\xff"\n', "utf-8"),
    ],
)
def test_settings_that_are_wrong_are_said_with_their_file(course, text, reason):
    """The sentence names file and key."""
    path = course.root / "autograder/hw/assignment.toml"
    path.write_bytes(text)
    assert complaint(course).startswith(f"{path}: ")
    assert reason in complaint(course)


def test_a_missing_notebook_is_said(course):
    """The path is in the sentence."""
    course.notebook_path("hw").unlink()
    assert complaint(course) == f"{course.notebook_path('hw')} cannot be read: No such file or directory"


DISCLOSURES = [
    ('level = "all"', "level is 'all', expected one of: points, verdicts, messages, hints"),
    (
        'gradescope = "later"',
        "gradescope is 'later', expected one of: visible, after_due_date, after_published, hidden",
    ),
    ('levels = "points"', "unknown field `levels`"),
]


@pytest.mark.parametrize(("line", "reason"), DISCLOSURES)
def test_unknown_disclosure_is_said_with_what_there_is(course, line, reason):
    """A misspelt level must not show students more than was meant."""
    (course.root / "autograder/hw/assignment.toml").write_text(f'title = "t"\n[disclosure]\n{line}\n')
    assert reason in complaint(course)


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        "{}",
        '{"cells": 5}',
        '{"cells": [1]}',
        '{"cells": [{"cell_type": "code"}]}',
        '{"cells": [{"metadata": []}]}',
        notebook(graded_cell("f", points=None)),
        notebook(graded_cell("f", points="many")),
        notebook({**graded_cell("f"), "metadata": {"nbgrader": {"grade": 1, "solution": 1, "points": 1}}}),
    ],
)
def test_a_notebook_that_is_not_nbgraders_is_said(course, text):
    """Whatever is missing, the sentence names the notebook."""
    course.notebook_path("hw").write_text(text)
    assert complaint(course).startswith(f"{course.notebook_path('hw')} is not an nbgrader notebook (")


# ---------------------------------------------------------------------- identity

CHANGES = {
    "notebook": lambda root: (root / "solutions/hw/hw.ipynb").write_text(notebook(graded_cell("f", 3))),
    "settings": lambda root: (root / "autograder/hw/assignment.toml").write_text('title = "New"\n'),
    "suite": lambda root: (root / "autograder/hw/test_hw.py").write_text("# other checks\n"),
    "new file": lambda root: (root / "autograder/hw/conftest.py").write_text(""),
    "renamed file": lambda root: (root / "autograder/hw/test_hw.py").rename(root / "autograder/hw/test_hv.py"),
    "removed file": lambda root: (root / "autograder/hw/test_hw.py").unlink(),
    "seed": lambda root: (root / "course/seed").write_text("ab" * SEED_BYTES),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_any_change_is_another_bundle(course, change):
    """Results of one suite are not taken for another's."""
    before = course.bundle("hw", "1").sha256
    change(course.root)
    assert course.bundle("hw", "1").sha256 != before


@pytest.mark.parametrize("line", ['level = "points"', 'gradescope = "hidden"'])
def test_what_students_see_is_no_part_of_the_bundle(course, line):
    """Another level of disclosure grades nobody anew."""
    before = course.bundle("hw", "1")
    with (course.root / "autograder/hw/assignment.toml").open("a") as settings:
        settings.write(f"[disclosure]\n{line}\n")
    after = course.bundle("hw", "1")
    assert after.settings.disclosure != before.settings.disclosure
    assert after.sha256 == before.sha256


def test_another_version_of_the_engine_is_another_bundle(course):
    """A new engine grades anew."""
    assert course.bundle("hw", "1").sha256 != course.bundle("hw", "2").sha256


def test_the_same_course_is_the_same_bundle(course):
    """Files that are no part of the suite change nothing."""
    before = course.bundle("hw", "1")
    (course.root / "autograder/hw/README.md").write_text("notes")
    assert Course(course.root).bundle("hw", "1") == before


def test_a_bundle_travels(course):
    """Bytes in, bytes out: it can be sent to another machine."""
    bundle = course.bundle("hw", "1")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(bundle), type=type(bundle)) == bundle


# ---------------------------------------------------------------------- seed


def test_the_seed_is_made_once_and_for_this_user_alone(course):
    """32 random bytes in hexadecimal, readable by nobody else, and nothing left beside them."""
    course.bundle("hw", "1")
    seed = course.state / "seed"
    first = seed.read_text()
    course.bundle("hw", "1")
    assert len(bytes.fromhex(first)) == SEED_BYTES
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    assert seed.read_text() == first
    assert [path.name for path in course.state.iterdir()] == ["seed"]


def test_two_courses_have_different_seeds(course, tmp_path_factory):
    """The seed is drawn, not derived."""
    other = Course(tmp_path_factory.mktemp("other"))
    for name in ("solutions", "autograder"):
        (other.root / name).symlink_to(course.root / name)
    assert course.bundle("hw", "1").seed != other.bundle("hw", "1").seed


def test_assignments_have_different_inputs(course):
    """The seed of one assignment does not tell another's inputs."""
    for top in ("solutions", "autograder"):
        (course.root / top / "hx").mkdir()
    (course.root / "solutions/hx/hx.ipynb").write_bytes(course.notebook_path("hw").read_bytes())
    (course.root / "autograder/hx/assignment.toml").write_text('title = "x"\n')
    assert course.bundle("hw", "1").seed != course.bundle("hx", "1").seed


@pytest.mark.parametrize("text", [b"", b"not hexadecimal", b"abcd", b"ab" * (SEED_BYTES + 1), b"\xff\xfe"])
def test_a_malformed_seed_is_never_replaced_silently(course, text):
    """New inputs for half a class would be unfair: the instructor decides."""
    course.state.mkdir()
    (course.state / "seed").write_bytes(text)
    assert "does not hold a seed of 32 bytes in hexadecimal" in complaint(course)
    assert (course.state / "seed").read_bytes() == text


# ---------------------------------------------------------------------- submissions


@pytest.fixture
def hand_in(tmp_path):
    """Put a file where nbgrader collects it; returns the folder of all submissions."""
    folder = tmp_path / "submitted"
    folder.mkdir()

    def put(student, name="hw.ipynb", content=b"notebook"):
        path = folder / student / "hw"
        path.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
        return folder

    put.folder = folder
    return put


def listed(hand_in, only=None):
    """Return everything that was handed in for hw."""
    return list(submissions(hand_in.folder, "hw", only))


ODD_NAMES = ["two words", "Zoë 数", "-rf", "'; DROP TABLE", "x" * 200, "a\nb", "=1+1", "~", "%s", "[red]", "a.b"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_names(hand_in, name):
    """Any folder name is a student's name."""
    hand_in(name)
    assert listed(hand_in) == [Submission(student=name, notebook=b"notebook")]
    assert listed(hand_in, only={name}) == [Submission(student=name, notebook=b"notebook")]


def test_a_name_that_is_no_unicode_can_be_written_anywhere(hand_in):
    """Bytes that cannot be decoded are escaped in the student's name."""
    hand_in(os.fsdecode(b"caf\xe9"))
    assert listed(hand_in) == [Submission(student="caf\\xe9", notebook=b"notebook")]


@pytest.mark.parametrize(("name", "text"), [("Zoë", "Zoë"), (os.fsdecode(b"\xff\xfea"), "\\xff\\xfea"), ("a b", "a b")])
def test_printable_names_can_be_encoded(name, text):
    """What is readable stays, what is not is escaped."""
    assert printable(name) == text
    assert printable(name).encode("utf-8").decode() == text


def test_students_are_sorted_and_others_left_out(hand_in):
    """Hidden folders, files and students without a folder for the assignment are no submissions."""
    for student in ("bob", "ada", ".hidden"):
        hand_in(student)
    (hand_in.folder / "carl").mkdir()
    (hand_in.folder / "gradebook.csv").write_text("x")
    assert [submission.student for submission in listed(hand_in)] == ["ada", "bob"]


def test_one_student_can_be_asked_for(hand_in):
    """Only that one is read."""
    for student in ("ada", "bob"):
        hand_in(student)
    assert [submission.student for submission in listed(hand_in, "bob")] == ["bob"]
    assert listed(hand_in, "carl") == []


def test_a_folder_that_is_not_there_is_said(tmp_path):
    """The sentence names the folder and what to do."""
    with pytest.raises(CourseError) as caught:
        list(submissions(tmp_path / "nowhere", "hw"))
    assert str(caught.value) == (
        f"{tmp_path / 'nowhere'} cannot be listed (No such file or directory): put submissions there as"
        " <student>/hw/hw.ipynb, or name their folder with --submitted"
    )


@pytest.mark.parametrize("level", ["student", "assignment"])
def test_links_are_not_followed(hand_in, level):
    """A link could lead to another student's work; nothing is read through it."""
    hand_in("ada")
    if level == "student":
        (hand_in.folder / "eve").symlink_to(hand_in.folder / "ada")
    else:
        (hand_in.folder / "eve").mkdir()
        (hand_in.folder / "eve" / "hw").symlink_to(hand_in.folder / "ada" / "hw")
    eve = listed(hand_in, "eve")
    place = "eve" if level == "student" else "hw"
    problem = f"{place} is a link or a file, expected a folder: nothing was read through it"
    assert eve == [Submission(student="eve", problem=problem)]


def test_a_file_in_place_of_the_folder_is_said(hand_in):
    """The student has handed in something, so a person must look."""
    (hand_in.folder / "eve").mkdir()
    (hand_in.folder / "eve" / "hw").write_text("my homework")
    (eve,) = listed(hand_in)
    assert eve.problem == "hw is a link or a file, expected a folder: nothing was read through it"


def test_a_link_in_place_of_the_notebook_is_said(hand_in):
    """The same for the notebook itself."""
    hand_in("ada")
    hand_in("eve", "other.txt")
    (hand_in.folder / "eve/hw/hw.ipynb").symlink_to(hand_in.folder / "ada/hw/hw.ipynb")
    (eve,) = listed(hand_in, "eve")
    assert eve.problem == "hw.ipynb is a symbolic link: hand in the notebook file itself"


@pytest.mark.parametrize("others", [["softmax.ipynb"], ["hw (1).ipynb", "hw-Copy1.ipynb"]])
def test_a_misnamed_notebook_is_named(hand_in, others):
    """What is there is said, so that it can be renamed."""
    for name in others:
        hand_in("ada", name)
    (ada,) = listed(hand_in)
    assert ada.problem == (
        f"hw.ipynb is missing, but there is {', '.join(others)}: rename the one to be graded to hw.ipynb"
    )


@pytest.mark.parametrize("files", [[], ["notes.txt", "hw.py"]])
def test_an_empty_folder_is_said(hand_in, files):
    """Without any notebook, its absence is said."""
    hand_in.folder.joinpath("ada", "hw").mkdir(parents=True)
    for name in files:
        hand_in("ada", name)
    (ada,) = listed(hand_in)
    assert ada.problem == "hw.ipynb is missing: nothing was handed in under this name"
    assert ada.sha256 == ""


def test_further_notebooks_are_noted(hand_in):
    """One is graded; which ones are not is said. Other files do not matter."""
    for name in ("hw.ipynb", "hw-Copy1.ipynb", "data.npy"):
        hand_in("ada", name)
    (ada,) = listed(hand_in)
    assert ada.problem is None
    assert ada.notes == ("only hw.ipynb is graded, not hw-Copy1.ipynb",)


@pytest.fixture
def without_rights(tmp_path_factory):
    """Take this user's rights away from a folder for the length of a test; root becomes nobody for it."""
    changed = []

    def take(folder):
        for parent in [folder, *folder.parents]:
            if parent.owner() == folder.owner() and parent != folder and len(parent.parts) > 2:
                changed.append((parent, parent.stat().st_mode))
                parent.chmod(parent.stat().st_mode | 0o755)
        changed.append((folder, folder.stat().st_mode))
        folder.chmod(0)
        if os.geteuid() == 0:
            os.seteuid(65534)

    root = os.geteuid() == 0
    yield take
    if root:
        os.seteuid(0)
    for place, mode in reversed(changed):
        place.chmod(mode)


@pytest.mark.parametrize("level", ["student", "assignment"])
def test_a_folder_that_cannot_be_read_is_said(hand_in, without_rights, level):
    """A student whose folder is closed has handed in something: silence would be a missing grade."""
    hand_in("ada")
    without_rights(hand_in.folder / "ada" / ("hw" if level == "assignment" else ""))
    (ada,) = listed(hand_in)
    assert ada.problem == "the folder cannot be read: Permission denied"
