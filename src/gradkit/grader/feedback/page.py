"""Writes the page that a student gets: one HTML file that needs nothing else.

The page is made from the arguments alone, and of a result it gets what students may see. Every text goes through
``visible`` and is then escaped, whoever wrote it.
"""

import datetime
from collections.abc import Mapping

from gradkit.notebook import Notebook

from ..comments import PERSON_WILL_LOOK
from ..disclosure import Disclosed
from ..errors import SubmissionError
from ..model import FinalGrade
from ..pages import page_template
from .lessons import Lesson
from .section import Section, section

LIMITS = {
    "call_seconds": "A call of one of your functions took longer than a call may take, so it was stopped.",
    "submission_seconds": "The time for one function was used up, so later checks could not call it any more.",
    "memory_mb": "Your code asked for more memory than there is for a submission.",
    "cpu_seconds": "Your code used more CPU time than there is for a submission.",
    "open_files": "Your code opened more files than a submission may.",
    "processes": "Your code tried to start a process or thread: none can be started while grading.",
    "files": "Your code tried to reach files, the network or other programs: none are there while grading.",
    "reply_mb": "A function returned more data than is accepted.",
    "crashes": "A function ended its process several times, so it was not called any more.",
}


def feedback_page(
    result: Disclosed | None,
    grade: FinalGrade | None,
    notebook: Notebook | SubmissionError | None,
    lessons: Mapping[str, Lesson],
    title: str,
) -> str:
    """Return one student's feedback as an HTML page.

    Args:
        result: what the grader found out; None if it has not graded this student.
        grade: the gradebook's row; None if there is none. Where both know the points, these count.
        notebook: as handed in; the error if it could not be read; None if it is not at hand.
        lessons: where each graded cell stands in the student version, by ``grade_id``.
        title: of the assignment.

    Raises:
        ValueError: if there is neither a result nor a grade, or they are of different students or assignments.
    """
    _agree(result, grade)
    sections = _sections(result, grade, _graded_version(notebook, result), lessons)
    known = [part.score for part in sections if part.score is not None]
    return page_template("gradkit.grader.feedback", "page.html.jinja").render(
        title=title,
        assignment=result.assignment if result is not None else grade.assignment if grade is not None else "",
        result=result,
        grade=grade,
        student=_student(result, grade),
        handed_in=_handed_in(grade),
        sha256=_sha256(result, notebook),
        unreadable=str(notebook) if isinstance(notebook, SubmissionError) else "",
        sections=sections,
        so_far=sum(known) if known else None,
        open_questions=[part for part in sections if part.waits_for_person or part.score is None],
        notes=_notes(result),
        person_will_look=PERSON_WILL_LOOK,
    )


def _agree(result: Disclosed | None, grade: FinalGrade | None) -> None:
    if result is None and grade is None:
        raise ValueError("a feedback page needs a result or a grade, got neither: grade the submission first")
    if result is not None and grade is not None:
        of_result, of_grade = (result.student, result.assignment), (grade.student, grade.assignment)
        if of_result != of_grade:
            raise ValueError(f"the result is of {of_result}, but the grade of {of_grade}: pass those of one student")


def _graded_version(notebook: Notebook | SubmissionError | None, result: Disclosed | None) -> Notebook | None:
    """Return the notebook unless the result is of another version: its lines would not be those that messages name."""
    if not isinstance(notebook, Notebook):
        return None
    graded = result.notebook_sha256 if result is not None else ""
    return notebook if graded in ("", notebook.sha256) else None


def _sections(
    result: Disclosed | None, grade: FinalGrade | None, notebook: Notebook | None, lessons: Mapping[str, Lesson]
) -> list[Section]:
    """Return a section for each question, in the gradebook's order, which is the notebook's."""
    questions = {question.id: question for question in result.questions} if result is not None else {}
    finals = {question.id: question for question in grade.questions} if grade is not None else {}
    names = dict.fromkeys([*finals, *questions])
    return [section(name, questions.get(name), finals.get(name), notebook, lessons.get(name)) for name in names]


def _student(result: Disclosed | None, grade: FinalGrade | None) -> str:
    """Return the full name if the gradebook has one, else the name of the folder."""
    full = f"{grade.first_name} {grade.last_name}".strip() if grade is not None else ""
    return full or (grade.student if grade is not None else result.student if result is not None else "")


def _handed_in(grade: FinalGrade | None) -> str:
    """Return when it was handed in, as people write it; empty if unknown."""
    if grade is None or not grade.timestamp:
        return ""
    try:
        moment = datetime.datetime.fromisoformat(grade.timestamp)
    except ValueError:
        return grade.timestamp
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _sha256(result: Disclosed | None, notebook: Notebook | SubmissionError | None) -> str:
    """Return the digest of the version that the page is about; empty if unknown."""
    if result is not None:
        return result.notebook_sha256
    return notebook.sha256 if isinstance(notebook, Notebook) else ""


def _notes(result: Disclosed | None) -> list[str]:
    if result is None:
        return []
    return [*result.notes, *(LIMITS.get(limit, f"A limit was reached: {limit}.") for limit in result.limits_hit)]
