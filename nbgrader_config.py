"""nbgrader's settings for this course: where things lie, and that student code never runs here."""

c = get_config()  # noqa: F821 - nbgrader hands it to this file

c.CourseDirectory.course_id = "gradkit"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.submitted_directory = "course/submitted"
c.CourseDirectory.autograded_directory = "course/autograded"
c.CourseDirectory.feedback_directory = "course/feedback"
c.CourseDirectory.db_url = "sqlite:///course/gradebook.db?timeout=60"  # seconds that a writer waits for another

c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("Need to implement this")'}

# nbgrader would run a student's notebook with the instructor's rights. Here `nbgrader autograde` and the formgrader's
# button grade in the sandbox instead, as `make grade` does.
c.Autograde.exporter_class = "gradkit.grader.nbgrader.autograde.SandboxedGrading"

# What is left for assignments without a suite in autograder/: no Execute, so that code cells wait for a person.
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "gradkit.grader.nbgrader.autograde.CarefulDeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "gradkit.grader.nbgrader.autograde.PlainWords",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Otherwise a student's heading gets an id of its own choice, which may be that of another question's box for points.
c.HTMLExporter.exclude_anchor_links = True

# The feedback page is gradkit's; where it has no suite it is nbgrader's own, without what a student could put in.
c.GenerateFeedback.exporter_class = "gradkit.grader.nbgrader.feedback.FeedbackPages"
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    "nbconvert.preprocessors.sanitize.SanitizeHTML",
]

# Collecting reads what students wrote, and where they can write: with care, and never through a link.
c.ExchangeFactory.collect = "gradkit.grader.nbgrader.collect.CarefulCollect"
c.ZipCollectApp.extractor_plugin = "gradkit.grader.nbgrader.zip_extractor.CarefulExtractor"
c.ZipCollectApp.collector_plugin = "gradkit.grader.nbgrader.zip_collector.LmsCollector"
c.ZipCollectApp.downloaded_directory = "course/downloaded"
c.ZipCollectApp.force = True  # without it nbgrader stops at the second run
