"""The class list: who is who, and what is wrong with it."""

import pytest

from gradkit.grader.errors import CourseError
from gradkit.grader.nbgrader.collect_names import HandIn
from gradkit.grader.nbgrader.roster import read_roster

ROSTER = """student_id,canvas_id,moodle_id,first_name,last_name,email
jane,42,815,Jane,Doe,Jane@uni.edu
bob,7,,Bob,Mc Name,
kim1,8,,Kim,Lee,
kim2,9,,Kim,Lee,
"""


@pytest.fixture
def write(tmp_path):
    """Write a roster and read it."""

    def write(text, encoding="utf-8"):
        (tmp_path / "roster.csv").write_text(text, encoding=encoding)
        return read_roster(tmp_path / "roster.csv")

    return write


@pytest.mark.parametrize(
    ("hand_in", "student"),
    [
        (HandIn("canvas", "42", "whoever", ""), "jane"),
        (HandIn("canvas", "815", "doejane", ""), None),
        (HandIn("canvas", "43", "doejane", ""), None),
        (HandIn("moodle", "815", "Somebody", ""), "jane"),
        (HandIn("moodle", "1", "Jane Doe", ""), "jane"),
        (HandIn("moodle", "1", "DOE Jane", ""), "jane"),
        (HandIn("moodle", "1", "Bob Mc-Name", ""), "bob"),
        (HandIn("moodle", "1", "Kim Lee", ""), None),
        (HandIn("folder", "jane", "", ""), "jane"),
        (HandIn("folder", "jane@uni.edu", "", ""), "jane"),
        (HandIn("folder", "42", "", ""), None),
    ],
)
def test_who_is_who(write, hand_in, student):
    """Canvas' user number, Moodle's number or a name that only one has, a folder's name or address."""
    assert write(ROSTER).student(hand_in) == student


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_as_a_spreadsheet_saves_it(write, encoding):
    """Semicolons and a byte order mark are understood; lms_user_id stands for either number."""
    roster = write("student_id;lms_user_id\njane;42\n", encoding)
    assert roster.student(HandIn("canvas", "42", "", "")) == roster.student(HandIn("moodle", "42", "", "")) == "jane"


def test_no_roster(tmp_path):
    """Without the file there is no roster."""
    assert read_roster(tmp_path / "roster.csv") is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no column student_id"),
        ("name\njane\n", "no column student_id"),
        ("student_id\njane\njane\n", "line 3: the student_id jane stands in the file twice"),
        ("student_id\n../jane\n", "line 2: .* cannot be a student's name"),
        ("student_id,canvas_id\njane,42\nbob,42\n", "line 3: canvas 42 also stands for jane"),
    ],
)
def test_unusable(write, text, what):
    """A roster that contradicts itself is refused with the line."""
    with pytest.raises(CourseError, match=what):
        write(text)


def test_other_encoding(write):
    """A roster in another encoding is refused."""
    with pytest.raises(CourseError, match="UTF-8"):
        write("student_id\nJos\u00e9\n", "latin-1")
