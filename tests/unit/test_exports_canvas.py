"""A Canvas gradebook filled in: the right row or none, no zero that nobody gave, nothing but one column changed."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradkit.grader.errors import CourseError
from gradkit.grader.exports import canvas
from gradkit.grader.exports.filled import Unmatched
from gradkit.grader.model import FinalGrade, FinalQuestion

EXPORT = """\
Student,ID,SIS User ID,SIS Login ID,Section,Softmax (77),SVM (78),SVM (79),Quiz,Current Score,Final Grade
,,,,,Manual Posting,,,,,
    Points Possible,,,,,20.00,10.00,10.00,20,(read only),(read only)
"Lovelace, Ada",101,s1,ada,Mon,,3.00,,,80.00,B
"Byron, Bob",102,s2,bob,Tue,12.00,EX,N/A,,70.00,C
"Student, Test",103,,,,,,,,,
"""
HEAD = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
POINTS = ["    Points Possible", "", "", "", ""]
ADA = ["Lovelace, Ada", "101", "s1", "ada", "Mon"]
BOB = ["Byron, Bob", "102", "s2", "bob", "Tue"]


def grade(student="ada", score=17.5, waiting=False, **fields):
    """Return a final grade, for which a question may still wait for a person."""
    question = FinalQuestion(id="f", score=score, max_score=20.0, needs_manual_grade=waiting)
    fields = {"assignment": "softmax", "penalty": 0.0, "timestamp": "", "max_score": 20.0, **fields}
    return FinalGrade(student=student, raw_score=score, score=score, questions=(question,), **fields)


def two_rows(student, columns):
    """Return that a student was left out because two rows fit."""
    return Unmatched(student, f"2 rows fit by {columns}, and nobody is guessed")


def rows(text):
    """Return the file as Canvas reads it."""
    return list(csv.reader(io.StringIO(text)))


def fill(*grades, text=EXPORT, column="Softmax"):
    """Return what filling in the export brings, with its rows below the points."""
    filled = canvas.fill_gradebook(text, grades, column)
    return filled, rows(filled.text)


def test_grades_land_in_their_rows():
    """Who is who, one column, the points as Canvas has them; rows of others are not in the file."""
    filled, table = fill(grade("bob", 0.0), grade("ada"))
    assert table == [[*HEAD, "Softmax (77)"], [*POINTS, "20.0"], [*ADA, "17.5"], [*BOB, "0.0"]]
    assert filled.unfinished == ()
    assert filled.unmatched == ()


def test_a_student_who_waits_has_an_empty_cell():
    """What was not judged is not a zero; the student is named."""
    filled, table = fill(grade("bob", 3.0, waiting=True))
    assert table[2:] == [[*BOB, ""]]
    assert filled.unfinished == ("bob",)


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        ({"student": "ada"}, ADA),
        ({"student": "s1"}, ADA),
        ({"student": "101"}, ADA),
        ({"student": "x", "lms_user_id": "102"}, BOB),
        ({"student": "x", "lms_user_id": "s2"}, BOB),
        ({"student": "ada", "lms_user_id": "101"}, ADA),
        ({"student": "nobody", "lms_user_id": "s2"}, BOB),
    ],
)
def test_students_are_found_by_login_sis_id_or_id(fields, row):
    """By the folder's name or the gradebook's id, in whichever column."""
    assert fill(grade(**fields))[1][2:] == [[*row, "17.5"]]


@pytest.mark.parametrize(
    ("text", "grades", "unmatched"),
    [
        (EXPORT, [grade("eve")], [Unmatched("eve", "no row fits by SIS Login ID, SIS User ID, ID")]),
        (EXPORT, [grade("Ada")], [Unmatched("Ada", "no row fits by SIS Login ID, SIS User ID, ID")]),
        (EXPORT, [grade("", lms_user_id="")], [Unmatched("", "no row fits by SIS Login ID, SIS User ID, ID")]),
        (EXPORT, [grade("ada", lms_user_id="bob")], [two_rows("ada", "SIS Login ID")]),
        (EXPORT.replace("bob", "ada"), [grade("ada")], [two_rows("ada", "SIS Login ID")]),
        (EXPORT.replace(",bob,", ",101,"), [grade("101")], [two_rows("101", "SIS Login ID, ID")]),
        (EXPORT.replace(",s2,", ",ada,"), [grade("ada")], [two_rows("ada", "SIS Login ID, SIS User ID")]),
        (EXPORT, [grade("ada", lms_user_id="102")], [two_rows("ada", "SIS Login ID, ID")]),
        (EXPORT, [grade("101", lms_user_id="s2")], [two_rows("101", "SIS User ID, ID")]),
        (EXPORT.replace(",bob,", ",=1+1,"), [grade("s2")], [Unmatched("s2", canvas.UNSAFE_ID)]),
        (EXPORT.replace(",bob,", ",-rf,"), [grade("-rf")], [Unmatched("-rf", canvas.UNSAFE_ID)]),
        (
            EXPORT,
            [grade("ada"), grade("101")],
            [Unmatched(name, "another student's grade belongs to the same row") for name in ("ada", "101")],
        ),
    ],
    ids=[
        *("unknown", "other case", "empty"),
        *("two ids", "two rows", "another's login", "another's SIS id", "login and id", "id and SIS id"),
        *("formula", "option", "two grades"),
    ],
)
def test_what_is_not_certain_is_not_written(text, grades, unmatched):
    """No guess: the student is reported with the reason, and the file holds no grade."""
    filled, table = fill(*grades, text=text)
    assert filled.unmatched == tuple(unmatched)
    assert len(table) == 2


@pytest.mark.parametrize(
    ("column", "header"),
    [("Softmax", "Softmax (77)"), ("Softmax (77)", "Softmax (77)"), ("77", "Softmax (77)"), ("Quiz", "Quiz")],
)
def test_the_column_is_found_by_title_or_id(column, header):
    """Or by both, as Canvas writes them."""
    assert fill(grade(), column=column)[1][0] == [*HEAD, header]


def test_a_new_title_makes_a_new_assignment():
    """Its points are the assignment's."""
    assert fill(grade(), column="Softmax, again")[1] == [
        [*HEAD, "Softmax, again"],
        [*POINTS, "20.0"],
        [*ADA, "17.5"],
    ]


def test_an_assignment_without_points_is_left_without():
    """Canvas' own setting is not for us to change."""
    assert fill(grade(), text=EXPORT.replace("20.00", ""))[1][1:] == [[*ADA, "17.5"]]


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        (EXPORT, "SVM", "several columns are named 'SVM': SVM .78., SVM .79.. Name one by its id"),
        (EXPORT, "99", "no assignment with the id in '99'; it has: Softmax .77., SVM"),
        (EXPORT, "Softmax (99)", "no assignment with the id in 'Softmax .99.'"),
        (EXPORT, "Current Score", "cannot be the title of a new assignment"),
        (EXPORT, "Section", "cannot be the title of a new assignment"),
        (EXPORT, "=1+1", "cannot be the title of a new assignment"),
        (EXPORT, " ", "cannot be the title of a new assignment"),
        (EXPORT.replace("20.00", "100.00"), "Softmax", "is worth 100.00 points in Canvas, but 20 in softmax: set the"),
        (EXPORT.replace("20.00", "many"), "Softmax", "is worth many points in Canvas, but 20 in softmax"),
        (EXPORT.replace("20.00", "(read only)"), "Softmax", "Canvas computes the column"),
    ],
)
def test_a_column_that_cannot_be_filled_is_refused(text, column, message):
    """Ambiguous, unknown by its id, computed by Canvas, or of other points."""
    with pytest.raises(CourseError, match=message):
        fill(grade(), text=text, column=column)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found nothing"),
        ("name,score\nada,3\n", "expected a first line with the columns ID, Section, found name, score"),
        (EXPORT.replace("Section", "Group", 1), "found Student, ID, SIS User ID"),
        (EXPORT + "a,b,c,d,e,f,g,h,i,j,k,l\n", "row 7 has 12 cells, expected the header's 11"),
        (EXPORT + '"no end', "malformed: unexpected end of data"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ("x" * 10_000_001, "malformed: field larger than field limit"),
    ],
    ids=["empty", "other file", "no section", "long row", "open quote", "other encoding", "huge"],
)
def test_another_file_is_refused_with_the_way_to_the_right_one(text, message):
    """One sentence: what was expected, what was found, what to download."""
    with pytest.raises(CourseError, match=message) as error:
        fill(grade(), text=text)
    assert "Grades > Export > Export Entire Gradebook" in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + EXPORT,
        EXPORT.encode("utf-8-sig"),
        EXPORT.encode(),
        EXPORT.replace("\n", "\r\n"),
        EXPORT + "\n\n",
        EXPORT.replace("\n", ",,\n").replace("Final Grade,,", "Final Grade"),
        EXPORT.replace(", ", "¤").replace(",", ";").replace("¤", ", "),
        EXPORT.replace(", ", "¤").replace(",", "\t").replace("¤", ", "),
    ],
    ids=["mark", "bytes with mark", "bytes", "Windows", "empty lines", "empty cells", "semicolons", "tabs"],
)
def test_every_form_of_the_export_is_read(text):
    """With or without a byte order mark, whatever separates."""
    assert fill(grade(), text=text)[1][2:] == [[*ADA, "17.5"]]


def test_a_long_cell_is_read():
    """A text of any length that somebody typed keeps no grade from its place, and csv's own limit stays."""
    limit = csv.field_size_limit()
    assert fill(grade(), text=EXPORT.replace("Tue", "x" * 1_000_000))[1][2:] == [[*ADA, "17.5"]]
    assert csv.field_size_limit() == limit


def test_last_and_first_names_may_be_apart():
    """The export's setting for names splits the first column."""
    text = "LastName,FirstName,ID,SIS Login ID,Section,A (1)\n    Points Possible,,,,,20\nByron,Bob,102,bob,Tue,\n"
    _, table = fill(grade("bob"), text=text, column="1")
    assert table[0] == ["LastName", "FirstName", "ID", "SIS Login ID", "Section", "A (1)"]
    assert table[2] == ["Byron", "Bob", "102", "bob", "Tue", "17.5"]


def test_a_name_that_is_a_formula_is_neutralised():
    """Canvas finds the student by id, so the name may be marked as text."""
    _, table = fill(grade(), text=EXPORT.replace("Lovelace, Ada", "=HYPERLINK(1)"))
    assert table[2] == ["'=HYPERLINK(1)", *ADA[1:], "17.5"]


def test_a_gradebook_can_be_made_without_an_export():
    """The folder's name is the SIS Login ID; the name is left out so that Canvas cannot go by it."""
    filled = canvas.new_gradebook([grade("ada", first_name="Ada"), grade("bob", waiting=True), grade("=1")], "Softmax")
    assert rows(filled.text) == [
        [*HEAD, "Softmax"],
        [*POINTS, "20.0"],
        ["ada", "", "", "ada", "", "17.5"],
        ["bob", "", "", "bob", "", ""],
    ]
    assert filled.unfinished == ("bob",)
    assert filled.unmatched == (Unmatched("=1", canvas.UNSAFE_ID),)


@given(st.lists(st.tuples(st.text(min_size=1), st.floats(0, 20), st.booleans()), unique_by=lambda each: each[0]))
def test_whatever_students_are_called_each_gets_the_own_grade_or_none(students):
    """The file gives back the same numbers, for exactly those who are not reported."""
    filled = canvas.new_gradebook([grade(name, score, waiting) for name, score, waiting in students], "Softmax")
    table = rows(filled.text)
    got = {row[3]: row[5] for row in table[1:] if row[:5] != POINTS}
    left_out = {each.student for each in filled.unmatched}
    wanted = {name: None if waiting else score for name, score, waiting in students if name not in left_out}
    assert {name: float(cell) if cell else None for name, cell in got.items()} == wanted
