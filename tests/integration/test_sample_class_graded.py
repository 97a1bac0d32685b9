"""The four promises that define the product, on the sample class graded by the command line.

The reference gets everything, the stub nothing, every known mistake loses points and is named, and hostile
submissions gain nothing and harm nobody.
"""

import csv
import json
from pathlib import Path

import jsonschema
import pytest

from gradkit.wording import visible

ROOT = Path(__file__).parents[2]
FAIR = {
    "full": lambda score: score == 10,
    "part": lambda score: 0 <= score < 10,
    "little": lambda score: score <= 2,
    "none": lambda score: score == 0,
    "any": lambda score: 0 <= score <= 10,
}


@pytest.fixture(scope="module")
def students(make_class):
    """Every student of the sample class by name."""
    return {student.name: student for student in make_class.students()}


def said(result):
    """Return all that the student is told about failed checks."""
    return " ".join(
        f"{check['message']} {check['hint']}"
        for question in result["questions"]
        for check in question["checks"]
        if check["outcome"] == "failed"
    )


def test_class_is_large_and_complete(students, graded):
    """At least 40 students are graded, and each has a result."""
    _, results, _ = graded
    assert len(students) >= 40
    assert set(results) == set(students)


def test_scores_are_fair(students, graded):
    """Every student gets, for each question, what the sample class says they deserve."""
    _, results, _ = graded
    unfair = []
    for name, student in students.items():
        if student.judged:
            scores = {question["id"]: question["score"] for question in results[name]["questions"]}
            for question, deserved in (
                ("softmax_loss_naive", student.naive),
                ("softmax_loss_vectorized", student.vectorized),
            ):
                score = scores[question]
                if score is None or not FAIR[deserved](score):
                    unfair.append(f"{name}: {question} got {score}, deserves {deserved}: {said(results[name])[:300]}")
    assert unfair == []


def test_weights_sum_to_the_points(graded):
    """The weights of each question's checks add up to its ten points, so that a weight is points."""
    _, results, _ = graded
    for question in results["right-textbook"]["questions"]:
        assert sum(check["weight"] for check in question["checks"]) == pytest.approx(10)


def test_right_solutions_get_full_marks(students, graded):
    """Every correct style gets all points, with no failed check."""
    _, results, _ = graded
    right = [name for name, student in students.items() if student.kind == "right"]
    assert len(right) >= 14
    assert {name: (results[name]["score"], said(results[name])) for name in right} == dict.fromkeys(right, (20.0, ""))


def test_mistakes_are_named(students, graded):
    """Every known mistake loses points and is told what it is."""
    _, results, _ = graded
    unnamed = []
    for name, student in students.items():
        if student.names and student.names.lower() not in said(results[name]).lower():
            unnamed.append(f"{name}: no {student.names!r} in {said(results[name])[:400]}")
    assert unnamed == []


def test_unjudged_have_no_score_and_a_reason(students, graded):
    """Whoever cannot be judged has no score, not a zero, and a sentence that says why."""
    _, results, _ = graded
    wrong = []
    for name, student in students.items():
        result = results[name]
        judged = result["score"] is not None
        problem = (result["problem"] or "").lower()
        if judged != student.judged or (not judged and student.problem not in problem):
            wrong.append(f"{name}: score {result['score']}, problem {problem!r}, expected {student.problem!r}")
    assert wrong == []


def test_exit_code_tells_of_unjudged(graded):
    """The command exits with 3, because some of the class could not be judged."""
    process, _, _ = graded
    assert process.returncode == 3, process.stderr
    assert "could not be judged" in process.stderr


def test_every_result_fits_the_schema(graded):
    """Every result file is valid under the published schema."""
    _, results, _ = graded
    schema = json.loads((ROOT / "docs" / "result.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    errors = {name: [e.message for e in validator.iter_errors(result)] for name, result in results.items()}
    assert {name: found for name, found in errors.items() if found} == {}


def test_isolation_is_recorded(graded):
    """Every judged result names the rung that confined the code; nothing ran without one."""
    _, results, _ = graded
    rungs = {result["isolation"] for result in results.values() if result["score"] is not None}
    assert len(rungs) == 1
    assert rungs <= {"bwrap", "landlock", "noopen"}


def test_hidden_values_do_not_leak(graded):
    """The text of an exception is shown for the published example only, so hidden inputs do not leave by it."""
    _, results, _ = graded
    for question in results["nasty-inputs-in-the-message"]["questions"]:
        hidden = [check for check in question["checks"] if check["id"] != "can_be_called"]
        assert [check["id"] for check in hidden if "array(" in check["message"] + check["hint"]] == []


def test_table_and_csv_name_everybody(students, graded):
    """The table and the CSV have a row for each student, and no cell is a formula."""
    process, _, folder = graded
    assert "right-einsum" in process.stdout
    with (folder / "softmax.csv").open(newline="") as file:
        listed = [row["student"] for row in csv.DictReader(file)]
    assert {name.removeprefix("'") for name in listed} == {visible(name) for name in students}
    assert not any(name.startswith(("=", "-", "+", "@")) for name in listed)
