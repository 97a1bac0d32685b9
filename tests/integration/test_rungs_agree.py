"""A grade does not depend on the rung: every rung that works here gives the same scores for the same class."""

import json

import pytest

from gradkit.grader.sandbox import ladder, probe

WORKING = [rung.name for rung in ladder.LADDER if probe.what_is_wrong_with(rung) is None]


@pytest.fixture(scope="module")
def well_behaved(make_class, tmp_path_factory):
    """The part of the sample class that is not hostile."""
    folder = tmp_path_factory.mktemp("well-behaved") / "submitted"
    make_class.make_class(make_class.NOTEBOOK, folder, nasty=False)
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
def test_same_grades_on_every_rung(rung, gradkit, graded, well_behaved, tmp_path):
    """Scores and outcomes on a weaker rung are those of the strongest one."""
    process = gradkit("grade", "softmax", "--submitted", well_behaved, "--results", tmp_path, "--isolation", rung)
    assert process.returncode == 0, process.stderr
    here, strongest = outcomes(tmp_path), outcomes(graded[2])
    assert len(here) > 100
    assert here == {student: strongest[student] for student in here}
