"""The build gate: the hidden suite of `softmax` is strong enough, and fair."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "mutation.md"


def test_the_suite_of_softmax_kills_what_is_wrong_and_spares_what_is_right(gradkit, tmp_path):
    """Every mistake and mutant loses points, every variant keeps its own, and the documentation shows this matrix."""
    for part in ("solutions", "autograder"):
        shutil.copytree(ROOT / part, tmp_path / part)
    page = shutil.copy(PAGE, tmp_path / "mutation.md")

    process = gradkit("mutate", "softmax", "--markdown", page, cwd=tmp_path)

    assert process.returncode == 0, process.stdout + process.stderr
    assert page.read_text() == PAGE.read_text()
