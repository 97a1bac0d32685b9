"""A grade does not depend on the rung: every rung that works here gives the same scores for the same class."""

import json
import shutil

import pytest

from gradkit.grader.sandbox import ladder, probe

WORKING = [rung.name for rung in ladder.LADDER if probe.what_is_wrong_with(rung) is None]


@pytest.fixture(scope="module")
def well_behaved(make_class, tmp_path_factory):
    """Every third of the sample class that is not hostile: of each kind enough, for a rung has its price."""
    folder = tmp_path_factory.mktemp("well-behaved") / "submitted"
    make_class.make_class(make_class.NOTEBOOK, folder, nasty=False)
    for number, student in enumerate(sorted(folder.iterdir())):
        if number % 3 and student.is_dir():
            shutil.rmtree(student)
    return folder


def outcomes(folder):
    """Return, for each student, the score and the outcome of each check."""
    results = [json.loads(path.read_bytes()) for path in folder.glob("*/softmax.json")]
    return {
        result["student"]: [
            (question["id"], question["score"], *((check["id"], check["outcome"]) for check in question["checks"]))
            for question in result["questions"]
        ]
        for result in results
    }


@pytest.mark.parametrize("rung", WORKING[1:])
def test_same_grades_on_every_rung(rung, gradkit, graded, sample_course, well_behaved, tmp_path):
    """Scores and outcomes on a weaker rung are those of the strongest one, for the same hidden inputs."""
    options = ("--submitted", well_behaved, "--results", tmp_path, "--isolation", rung)
    process = gradkit("grade", "softmax", *options, cwd=sample_course)
    assert process.returncode == 0, process.stderr
    here, strongest = outcomes(tmp_path), outcomes(graded[2])
    assert len(here) > 40
    assert here == {student: strongest[student] for student in here}
