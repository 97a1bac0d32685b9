"""Reads a gradebook whole, so that two can be compared row by row."""

from nbgrader.api import Gradebook


def rows(url: str, course: str = "gradkit") -> set[tuple[object, ...]]:
    """Return everything that a gradebook holds, by names instead of random keys."""
    with Gradebook(url, course) as book:
        found: set[tuple[object, ...]] = {("student", student.id) for student in book.students}
        for assignment in book.assignments:
            found.add(("assignment", assignment.name, assignment.duedate, assignment.max_score))
            for notebook in assignment.notebooks:
                for cell in notebook.source_cells:
                    content = (cell.cell_type, cell.locked, cell.source, cell.checksum)
                    found.add(("cell", notebook.name, cell.name, *content))
                for cell in notebook.grade_cells:
                    found.add(("points", notebook.name, cell.name, cell.max_score))
            for submission in assignment.submissions:
                found |= _submission(submission)
        return found


def _submission(submission) -> set[tuple[object, ...]]:
    student = submission.student_id
    when = (submission.timestamp, submission.extension)
    totals = (submission.score, submission.late_submission_penalty, submission.needs_manual_grade)
    found = {("submission", submission.name, student, *when, *totals)}
    for notebook in submission.notebooks:
        found.add(("notebook", student, notebook.name, notebook.flagged, notebook.late_submission_penalty))
        for grade in notebook.grades:
            points = (grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade)
            found.add(("grade", student, notebook.name, grade.name, *points))
        for comment in notebook.comments:
            found.add(("comment", student, notebook.name, comment.name, comment.auto_comment, comment.manual_comment))
    return found
