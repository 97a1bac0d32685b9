"""Moodle's worksheet and its grade import: the right row or none, no zero that nobody gave, no markup but ours."""

import csv
import html
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradkit.grader.errors import CourseError
from gradkit.grader.exports import moodle
from gradkit.grader.exports.filled import Unmatched
from gradkit.grader.exports.moodle import IdColumn
from gradkit.grader.model import FinalGrade, FinalQuestion

HEAD = (
    "Identifier,Full name,Username,ID number,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
)
WORKSHEET = (
    HEAD
    + """\
Participant 11,Ada Lovelace,ada,s1,Ada@example.org,Submitted for grading,,20.00,Yes,"Monday, 6 May, 10:00 AM",-,
Participant 12,Bob Byron,bob,s2,bob@example.org,No submission,9.00,20.00,Yes,-,"Tuesday, 7 May, 10:00 AM",<p>Hm</p>
"""
)


def grade(student="ada", score=17.5, waiting=False, comment="", **fields):
    """Return a final grade with one question f."""
    question = FinalQuestion(id="f", score=score, max_score=20.0, needs_manual_grade=waiting, comment=comment)
    fields = {"assignment": "softmax", "penalty": 0.0, "timestamp": "", "max_score": 20.0, **fields}
    return FinalGrade(student=student, raw_score=score, score=score, questions=(question,), **fields)


def rows(text):
    """Return the file's lines as dictionaries."""
    return list(csv.DictReader(io.StringIO(text)))


def fill(*grades, text=WORKSHEET):
    """Return what filling in the worksheet brings, and its rows."""
    filled = moodle.fill_worksheet(text, grades)
    return filled, rows(filled.text)


def test_grade_and_feedback_land_in_their_row():
    """Everything else is as Moodle wrote it, but for a dash that stands for nothing."""
    filled, (row,) = fill(grade())
    (found, _) = rows(WORKSHEET)
    feedback = "f: 17.5 of 20"
    assert row == {**found, "Grade": "17.5", "Feedback comments": feedback, "Last modified (grade)": ""}
    assert (filled.unfinished, filled.unmatched) == ((), ())


def test_a_student_who_waits_has_an_empty_grade():
    """And the feedback that was there; the student is named."""
    filled, (row,) = fill(grade("bob", 0.0, waiting=True))
    assert (row["Grade"], row["Feedback comments"]) == ("", "<p>Hm</p>")
    assert row["Last modified (grade)"] == "Tuesday, 7 May, 10:00 AM"
    assert filled.unfinished == ("bob",)


@pytest.mark.parametrize(
    "fields",
    [
        {"student": "x", "lms_user_id": "11"},
        {"student": "ada"},
        {"student": "s1"},
        {"student": "x", "lms_user_id": "s1"},
        {"student": "x", "email": "ada@example.org"},
        {"student": "ada@EXAMPLE.org"},
    ],
)
def test_students_are_found_by_number_username_id_or_email(fields):
    """Whatever of them fits, if it fits one participant; an email address in any case of letters."""
    (row,) = fill(grade(**fields))[1]
    assert row["Identifier"] == "Participant 11"


@pytest.mark.parametrize(
    ("text", "grades", "reason"),
    [
        (WORKSHEET, [grade("11")], "no row fits by Identifier, Username, ID number, Email address"),
        (WORKSHEET, [grade("x", lms_user_id="1")], "no row fits by Identifier, Username, ID number, Email address"),
        (WORKSHEET.replace("bob,", "ada,"), [grade()], "2 rows fit by Username, and nobody is guessed"),
        (WORKSHEET, [grade("s1", lms_user_id="s2")], "2 rows fit by ID number, and nobody is guessed"),
        (
            WORKSHEET,
            [grade("bob", lms_user_id="11")],
            "2 rows fit by Identifier, Username, and nobody is guessed",
        ),
        (WORKSHEET.replace("Participant 11", "=11"), [grade()], moodle.UNSAFE_ID.format("Identifier")),
    ],
)
def test_what_is_not_certain_is_not_written(text, grades, reason):
    """A participant's number is not compared with folder names; nothing is guessed."""
    filled, table = fill(*grades, text=text)
    assert filled.unmatched == (Unmatched(grades[0].student, reason),)
    assert table == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found nothing"),
        (WORKSHEET.replace("Identifier", "ID"), "expected .* Identifier, Grade, Last modified .grade., found ID, Full"),
        (WORKSHEET.replace("Grade,", "Bewertung,"), "language set to English"),
        ("name\nada", "Download grading worksheet"),
    ],
)
def test_another_file_is_refused_with_the_way_to_the_right_one(text, message):
    """What was expected, what was found, what to download."""
    with pytest.raises(CourseError, match=message):
        fill(grade(), text=text)


@pytest.mark.parametrize("maximum", ["100.00", "100", "Scale"])
def test_another_maximum_grade_is_refused(maximum):
    """17.5 of 100 is not 17.5 of 20, and Moodle passes over grades above its maximum without a word."""
    with pytest.raises(CourseError, match=f"maximum grade is {maximum} in Moodle, but 20 in softmax: set it"):
        fill(grade(), text=WORKSHEET.replace("20.00", maximum))


@pytest.mark.parametrize("maximum", ['"20,00"', "20", ""])
def test_the_same_maximum_grade_is_recognised(maximum):
    """In any notation."""
    assert fill(grade(), text=WORKSHEET.replace("20.00", maximum))[1][0]["Grade"] == "17.5"


def test_a_worksheet_without_feedback_is_filled():
    """The column is there only if the assignment has that kind of feedback."""
    text = "Identifier,Grade,Last modified (grade)\nParticipant 11,,-\n"
    filled, _ = fill(grade("x", lms_user_id="11"), text=text)
    assert filled.text == "Identifier,Grade,Last modified (grade)\nParticipant 11,17.5,\n"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "f: 17.5 of 20"),
        ({"comment": "Well done.\nReally."}, "f: 17.5 of 20<br>Well done.<br>Really."),
        ({"penalty": 2.5}, "f: 17.5 of 20<br>Handed in late: 2.5 points less"),
        (
            {"comment": "<script>alert('x')</script> & \x1b[2J"},
            "f: 17.5 of 20<br>&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; \ufffd[2J",
        ),
    ],
)
def test_feedback_is_escaped_html(fields, text):
    """Moodle renders it: no text may bring its own markup."""
    assert moodle.feedback(grade(**fields)) == text


def test_long_feedback_is_cut_between_lines():
    """Never within a tag or an entity."""
    told = moodle.feedback(grade(comment="<" * 1900 + "\n" + "\n".join("&" * 1900 for _ in range(9))))
    assert len(told) < 32_000
    assert told.endswith("&amp;<br>...")


def test_the_import_needs_no_worksheet():
    """Who, the grade in a column of that name, feedback; who waits or is not known is not in it."""
    grades = [grade(email="a@x.org"), grade("bob", waiting=True, email="b@x.org"), grade("eve")]
    filled = moodle.grade_import(grades, "Softmax", IdColumn.EMAIL)
    assert rows(filled.text) == [{"email": "a@x.org", "Softmax": "17.5", "feedback": "f: 17.5 of 20"}]
    assert filled.unfinished == ("bob",)
    assert filled.unmatched == (Unmatched("eve", "the gradebook knows no email of this student"),)


@pytest.mark.parametrize(
    ("identify", "wanted"), [(IdColumn.USERNAME, "ada"), (IdColumn.EMAIL, "a@x.org"), (IdColumn.IDNUMBER, "s1")]
)
def test_the_import_names_students_as_asked(identify, wanted):
    """By folder name, email address or the gradebook's id."""
    (row,) = rows(moodle.grade_import([grade(email="a@x.org", lms_user_id="s1")], "Softmax", identify).text)
    assert row[identify] == wanted


@given(st.lists(st.tuples(st.text(min_size=1), st.floats(0, 20), st.booleans(), st.text()), unique_by=lambda e: e[0]))
def test_whatever_students_are_called_each_gets_the_own_grade_or_none(students):
    """The file gives back the same numbers, for exactly those who are finished and not reported."""
    grades = [grade(name, score, waiting, comment) for name, score, waiting, comment in students]
    filled = moodle.grade_import(grades, "Softmax")
    left_out = {each.student for each in filled.unmatched} | set(filled.unfinished)
    wanted = {name: score for name, score, _, _ in students if name not in left_out}
    assert {row["username"]: float(row["Softmax"]) for row in rows(filled.text)} == wanted


@given(st.text())
def test_no_comment_brings_markup(comment):
    """Between our line breaks there is no tag, and unescaping brings text alone."""
    for line in moodle.feedback(grade(comment=comment)).split("<br>"):
        assert "<" not in line
        assert html.escape(html.unescape(line)) == line
