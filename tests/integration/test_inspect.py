"""`gradkit inspect` on students of the sample class: all that an instructor asks for, and nothing for anybody else."""

import json
import re
import shutil
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from gradkit.grader.cli import main

ROOT = Path(__file__).parents[2]
CLASS = {"ada": "wrong-two-in-gradient", "eve": "nasty-huge-message", "bob": "nasty-not-json"}
NAIVE = "softmax_loss_naive"
CHECK = "regularization_in_gradient"
WARNING = "CONTAINS HIDDEN INPUTS of softmax"


@pytest.fixture(scope="module")
def course(make_class, tmp_path_factory):
    """A course in which three have handed in: with a mistake, with bad intent, and what is no notebook."""
    root = tmp_path_factory.mktemp("inspected") / "course"
    for part in ("solutions", "autograder", "assignments"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
    sample = {student.name: student for student in make_class.students()}
    released = (root / "assignments" / "softmax" / "softmax.ipynb").read_text()
    for name, work in CLASS.items():
        folder = root / "course" / "submitted" / name / "softmax"
        folder.mkdir(parents=True)
        sample[work].write(folder, json.loads(released))
    return root


@pytest.fixture(scope="module")
def report(gradkit, course):
    """What the command prints about Ada, as a program of its own."""
    process = gradkit("inspect", "softmax", "ada", cwd=course)
    assert (process.returncode, process.stderr) == (0, "")
    return process.stdout


@pytest.fixture
def inspect(course, monkeypatch):
    """Run the command in the course; return exit code, output and errors."""
    monkeypatch.chdir(course)

    def run(*arguments):
        done = CliRunner().invoke(main, ["inspect", "softmax", *map(str, arguments)])
        return done.exit_code, done.stdout, done.stderr

    return run


def hidden_numbers(text):
    """Return the leading digits of the numbers in the first row of the first hidden W, without small ones."""
    call = text[text.index("loss_without_regularization") :]
    row = re.search(r"W = float64 \(.*\)\n\s*\[\[(.*)\]", call)[1].split()
    return [str(abs(float(number)))[:7] for number in row if abs(float(number)) > 0.1]


def files(root):
    """Return when each file of a course was written."""
    return {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file() and path.name != "seed"}


@pytest.mark.parametrize(
    "text",
    [
        "Softmax classifier: ada, 17.5 of 20 points",
        f"== {NAIVE}: 8.75 of 10 points",
        f"FAILED  {CHECK}  (weight 0.75, ",
        "    message: The penalty in dW is 2*reg*W",
        "    hint: ",
        f"    call 1: {NAIVE} called, ",
        "        W = float64 (",
        "        reg = float ",
        "        returned = tuple of 2",
        "        reference = tuple of 2",
        "        difference: [1] largest difference ",
        "passed  inputs_unchanged  (weight 0.05, ",
    ],
)
def test_report_tells_all(report, text):
    """Verdicts, messages, hints, weights, seconds, and every call with its arguments."""
    assert any(line.startswith(text) for line in report.split("\n"))


def test_report_begins_with_a_warning(report):
    """The first line says what it holds and for whom it is."""
    assert report.startswith(f"{WARNING}: for instructors alone.")


def test_report_shows_the_students_cells(report, course):
    """With the numbers that messages name, so the cell of the function is found by its number."""
    notebook = json.loads((course / "course" / "submitted" / "ada" / "softmax" / "softmax.ipynb").read_text())
    marked = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
    assert f"== cell {marked.index(NAIVE) + 1}, made for {NAIVE}\n   1 | def {NAIVE}(" in report


def test_nothing_is_written(inspect, course):
    """No result, no gradebook, no page: grading stays what it was."""
    before = files(course)
    assert inspect("ada", "--check", CHECK)[0] == 0
    assert files(course) == before


def test_one_check_alone(inspect):
    """For each question, without the others."""
    _, text, _ = inspect("ada", "--check", CHECK)
    assert text.count(CHECK) == 2
    assert "loss_without_regularization" not in text


def test_page_is_for_its_owner(inspect, tmp_path):
    """It is written with mode 0600, begins with the warning, and the terminal shows no hidden input."""
    path = tmp_path / "report.html"
    code, text, _ = inspect("ada", "--html", path)
    assert (code, text) == (0, f"{path} holds hidden inputs of softmax: it is for instructors alone.\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert WARNING in path.read_text().split("\n")[0]


@pytest.mark.parametrize("folder", ["assignments/softmax", "course/feedback/ada/softmax"])
def test_page_is_not_written_where_students_get_files(inspect, course, folder):
    """Every page that lies there would be handed out."""
    path = course / folder / "report.html"
    code, _, errors = inspect("ada", "--html", path)
    assert code == 1
    assert "students get what is in" in errors
    assert not path.exists()


def test_hidden_inputs_stay_in_the_report(report, gradkit, course, tmp_path):
    """What students are told is made of results, which hold none of the recorded numbers."""
    numbers = hidden_numbers(report)
    assert len(numbers) >= 2
    gradkit("grade", "softmax", "--results", tmp_path, cwd=course)
    result = (tmp_path / "ada" / "softmax.json").read_text()
    assert CHECK in result
    assert [number for number in numbers if number in result] == []


def test_hostile_hand_in_steers_nothing(inspect):
    """Whatever a notebook says, each line of the report is plain text of bounded length."""
    code, text, _ = inspect("eve")
    assert code == 0
    assert all(line.isprintable() and len(line) < 2100 for line in text.split("\n"))


def test_what_cannot_be_read_says_why(inspect):
    """With the exit code for who was not judged."""
    code, text, _ = inspect("bob")
    assert code == 3
    assert "NOT JUDGED: softmax.ipynb is not a notebook" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("carl",), "'carl' has handed in nothing for softmax"),
        (("ada", "--check", "x"), "softmax has no check 'x' for ada"),
    ],
)
def test_unknown_names_are_said(inspect, arguments, words):
    """One sentence, and what there is."""
    code, _, errors = inspect(*arguments)
    assert code == 1
    assert words in errors
