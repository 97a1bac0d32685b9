"""nbgrader's settings for this course: where things lie, and that student code never runs here."""

c = get_config()  # noqa: F821 - nbgrader hands it to this file

c.CourseDirectory.course_id = "gradkit"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.submitted_directory = "course/submitted"
c.CourseDirectory.autograded_directory = "course/autograded"
c.CourseDirectory.feedback_directory = "course/feedback"
c.CourseDirectory.db_url = "sqlite:///course/gradebook.db"

c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("Need to implement this")'}

# nbgrader would run a student's notebook with the instructor's rights. Without its Execute step every
# graded function stays "needs manual grading" here; `make grade` grades it in the sandbox.
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
