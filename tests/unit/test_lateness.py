"""Late penalties by nbgrader's plugin, or one of the course's: a failing one is named and lands nothing."""

import pytest

from gradkit.grader.errors import CourseError
from gradkit.grader.nbgrader.lateness import late_penalty
from gradkit.grader.nbgrader.settings import nbgrader_settings

PLUGIN = """
from nbgrader.plugins import LateSubmissionPlugin


class Ours(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {body}
"""


def rule(folder, name, body):
    """Return the rule of a course whose plugin's method returns ``body``; its module has a name of its own."""
    (folder / f"{name}.py").write_text(PLUGIN.format(body=body))
    (folder / "nbgrader_config.py").write_text(
        f'c.CourseDirectory.course_id = "hw"\nc.AssignLatePenalties.plugin_class = "{name}.Ours"\n'
    )
    return late_penalty(nbgrader_settings(folder))


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("lateness_hours", "total_seconds_late / 3600", 2.0),
        ("lateness_none", "None", None),
        ("lateness_whole", "3", 3.0),
    ],
)
def test_plugin_of_the_course_is_asked(tmp_path, name, body, expected):
    """Student, score and seconds go in; points off come out, or None."""
    assert rule(tmp_path, name, body)("ada", 10.0, 7200.0) == expected


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("lateness_raises", "math.ceil(total_seconds_late)", "NameError: name 'math' is not defined"),
        ("lateness_text", "'some'", "ValueError"),
        ("lateness_nan", "float('nan')", "returned NaN"),
    ],
)
def test_failing_plugin_is_named(tmp_path, name, body, said):
    """The sentence says which plugin, which student, and that nothing was landed."""
    with pytest.raises(CourseError, match=r"plugin Ours .* for ada.*nothing was landed") as error:
        rule(tmp_path, name, body)("ada", 10.0, 7200.0)
    assert said in str(error.value)
