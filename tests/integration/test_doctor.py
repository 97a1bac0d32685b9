"""``gradkit doctor``: a healthy course is told so; whatever could make grades wrong is named with its cure."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from gradkit.finding import Level
from gradkit.grader.course import Course
from gradkit.grader.doctor import diagnose
from gradkit.grader.nbgrader.examination import examine

ROOT = Path(__file__).parents[2]
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "gradkit"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
"""


@pytest.fixture
def course(tmp_path):
    """A copy of the course without a class."""
    for part in ("solutions", "autograder", "assignments"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "nbgrader_config.py", tmp_path / "nbgrader_config.py")
    return Course(tmp_path)


def configure(course, lines):
    """Add lines to the course's nbgrader_config.py."""
    path = course.root / "nbgrader_config.py"
    path.write_text(f"{path.read_text()}\n{lines}\n")


def to_mend(course):
    """Return what is to be mended in nbgrader's settings: {subject: words}."""
    return {finding.subject: finding.words for finding in examine(course) if finding.level is Level.MEND}


def test_own_course_is_healthy(course, gradkit):
    """The course as it comes needs nothing; every rung, nbgrader's commands and the assignment are looked at."""
    process = gradkit("doctor", cwd=course.root)
    assert (process.returncode, process.stderr) == (0, "")
    for subject in ("isolation bwrap", "nbgrader autograde", "student code", "gradebook", "seed", "assignment softmax"):
        assert f" {subject}: " in process.stdout
    assert "MEND" not in process.stdout
    assert "students see hints" in process.stdout


def test_stock_settings_are_named(course, gradkit):
    """With nbgrader's own settings the doctor says what each of them would do, and how to set it."""
    (course.root / "nbgrader_config.py").write_text(STOCK)
    process = gradkit("doctor", cwd=course.root)
    assert process.returncode == 1
    assert "5 things to mend" in process.stderr
    for cure in (
        'c.Autograde.exporter_class = "gradkit.grader.nbgrader.autograde.SandboxedGrading"',
        "take nbgrader.preprocessors.Execute out",
        'c.GenerateFeedback.exporter_class = "gradkit.grader.nbgrader.feedback.FeedbackPages"',
        'c.ExchangeFactory.collect = "gradkit.grader.nbgrader.collect.CarefulCollect"',
    ):
        assert cure in process.stdout


@pytest.mark.parametrize(
    ("lines", "subject"),
    [
        ('c.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"', "nbgrader autograde"),
        ('c.Autograde.autograde_preprocessors = ["nbgrader.preprocessors.Execute"]', "student code"),
        ("from nbgrader.preprocessors import Execute\nc.Autograde.sanitize_preprocessors = [Execute]", "student code"),
        ('c.GenerateFeedback.exporter_class = "nbconvert.exporters.HTMLExporter"', "nbgrader generate_feedback"),
        ('c.ExchangeFactory.collect = "nbgrader.exchange.default.ExchangeCollect"', "nbgrader collect"),
        ('c.CourseDirectory.db_url = "postgresql+psycopg://a:b@127.0.0.1:9/x?connect_timeout=2"', "gradebook"),
        ('c.CourseDirectory.course_id = ""', "nbgrader"),
        ("c.Autograde.exporter_class = 5", "nbgrader"),
        ('c.Autograde.exporter_class = "no.such.Exporter"', "nbgrader"),
        ("this is no Python", "nbgrader"),
    ],
)
def test_each_wrong_setting_is_found(course, lines, subject):
    """One setting made wrong is the one finding."""
    configure(course, lines)
    assert list(to_mend(course)) == [subject]


def test_missing_settings_are_found(course):
    """Without nbgrader_config.py nothing can be landed."""
    (course.root / "nbgrader_config.py").unlink()
    assert "holds no nbgrader_config.py" in to_mend(course)["nbgrader"]


def test_half_made_gradebook_is_found(course):
    """A database that nbgrader has not finished is named."""
    course.state.mkdir()
    with sqlite3.connect(course.state / "gradebook.db") as database:
        database.execute("create table student (id text)")
    database.close()
    assert "half made" in to_mend(course)["gradebook"]


def test_unknown_level_of_disclosure_is_found(course):
    """What students would see is not guessed: the levels that there are are named."""
    with (course.root / "autograder" / "softmax" / "assignment.toml").open("a") as settings:
        settings.write('\n[disclosure]\nlevel = "nothing"\n')
    (words,) = [finding.words for finding in diagnose(course) if finding.subject == "assignment softmax"]
    assert "level is 'nothing', expected one of: points, verdicts, messages, hints" in words


def test_seed_that_others_read_and_outdated_release(course, gradkit):
    """Both are found in one examination."""
    course.state.mkdir()
    (course.state / "seed").write_text("5eed" * 16)
    (course.state / "seed").chmod(0o644)
    path = course.notebook_path("softmax")
    path.write_text(path.read_text().replace("Your answer", "Your own answer"))
    process = gradkit("doctor", cwd=course.root)
    assert process.returncode == 1
    assert "MEND  seed: others can read" in process.stdout
    assert "MEND  assignment softmax: " in process.stdout
